from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.select.language import detect_language

ENGLISH = [
    "We report a woman who developed severe hypotension after the first dose of captopril.",
    "pt c/o sob, hx of dm and htn, denies cp",
    "PATIENT WAS ADMITTED WITH FEVER AND COUGH FOR THREE DAYS AND TREATED WITH ANTIBIOTICS",
    "4/7 hx of cough and fever, nil else of note",
    "Chest pain for two days.",
    "Kidney failure after amphotericin B treatment of a child.",
]

VIETNAMESE = [
    "Bệnh nhân nữ 62 tuổi vào viện vì khó thở và phù hai chân.",
    "đau bụng dữ dội",
    "Chỉ định MRI và CT scan, dùng Paracetamol 500 mg, Augmentin 1 g",
    "benh nhan nam 45 tuoi nhap vien vi dau bung",
    "BN sot cao 3 ngay nay, ho khan, kho tho nhe",
    "be gai 5 tuoi bi tieu chay, non oi nhieu lan, khong sot",
    "TIEN SU TANG HUYET AP, DAI THAO DUONG, DANG UONG THUOC DEU",
]

OTHERS = {
    "fr": "Le patient, âgé de 45 ans, a été admis pour des douleurs abdominales et une fièvre persistante.",
    "fr plain": "Le malade prend de la metformine et de l'aspirine tous les jours sans effets secondaires.",
    "es": "La paciente de 60 años ingresó con dolor torácico y disnea y recibió aspirina.",
    "de": "Der Patient wurde mit Fieber und Husten aufgenommen und mit Amoxicillin behandelt.",
    "de plain": "Was die Nebenwirkungen betrifft, so hat der Mann in der ersten Woche an Schwindel gelitten.",
    "nl": "De man werd opgenomen met koorts en was eerder behandeld met amoxicilline in het ziekenhuis.",
    "da": "Patienten blev indlagt med feber og hoste, og der var mistanke om lungebetændelse.",
    "ro": "Pacienta a fost internată cu febră și tuse și a fost tratată cu antibiotice fără succes.",
    "id": "Pasien laki-laki berusia 45 tahun datang dengan keluhan nyeri perut dan demam.",
    "yo": "Aláìsàn náà ní ibà àti inú rírun fún ọjọ́ mẹ́ta sẹ́yìn.",
    "zh": "患者男性，45岁，因腹痛三天入院，给予阿司匹林治疗后出现胃出血。",
    "pinyin": "bing ren nan xing si shi wu sui yin fu tong san tian ru yuan",
    "ru": "Пациент поступил с болью в животе и лихорадкой.",
}


@pytest.mark.parametrize("text", ENGLISH)
def test_english(text: str) -> None:
    assert detect_language(text).language == "en"


@pytest.mark.parametrize("text", VIETNAMESE)
def test_vietnamese_with_and_without_diacritics(text: str) -> None:
    assert detect_language(text).language == "vi"
    assert detect_language(unicodedata.normalize("NFD", text)).language == "vi"


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS.keys())
def test_other_languages_are_neither(text: str) -> None:
    assert detect_language(text).language == "und"


@pytest.mark.parametrize("text", ["", "   ", "120/80 98.6", "Aspirin", "\x00\x01", "ĐTĐ"])
def test_too_little_text_is_uncertain(text: str) -> None:
    guess = detect_language(text)
    assert (guess.language, guess.confidence) == ("und", 0.0)
    assert "few words" in guess.reason


def test_two_languages_in_one_text_are_uncertain() -> None:
    guess = detect_language(f"{VIETNAMESE[0]} The patient was then treated with furosemide and discharged.")
    assert guess.language == "und"
    assert "mixed" in guess.reason


def test_a_few_foreign_names_change_nothing() -> None:
    text = "The study by Nguyễn Văn Đức was the first in which patients with this disease were treated with aspirin."
    assert detect_language(text).language == "en"


def test_what_stands_in_the_middle_of_a_long_text_counts() -> None:
    text = VIETNAMESE[0] + " " + "The patient was treated with aspirin and was then discharged. " * 200
    assert detect_language(text).language == "en"


@given(st.text(max_size=200))
def test_any_text_gets_an_answer(text: str) -> None:
    guess = detect_language(text)
    assert guess.language in {"en", "vi", "und"}
    assert 0 <= guess.confidence <= 1 + 1e-6
    assert guess.reason


def test_plain_texts_need_no_language_model() -> None:
    code = (
        "import sys; from kg_builder.select.language import detect_language;"
        f"assert [detect_language(text).language for text in {[ENGLISH[0], VIETNAMESE[0], VIETNAMESE[3]]!r}]"
        "== ['en', 'vi', 'vi']; assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
