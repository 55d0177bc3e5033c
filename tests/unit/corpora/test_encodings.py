from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg_builder.corpora.encodings import decode, detect

TONES = "\u0300\u0301\u0303\u0309\u0323"


def in_cp1258(text: str) -> bytes:
    """Vietnamese as Windows wrote it: the tone after the letter, where there is no sign for both."""
    return b"".join(map(_one_in_cp1258, unicodedata.normalize("NFC", text)))


def _one_in_cp1258(character: str) -> bytes:
    try:
        return character.encode("cp1258")
    except UnicodeEncodeError:
        parts = unicodedata.normalize("NFD", character)
        letter = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
        return (letter + "".join(part for part in parts if part in TONES)).encode("cp1258")


@pytest.mark.parametrize(
    "text",
    [
        "café",
        "The patient felt ill in a café, took aspirin and recovered.",
        "No fever today. " * 6000 + "Café visit planned. " + "No cough today. " * 10,
        "No fever today. " * 6000 + "café",
        "Naïve café patient: aspirin caused gastritis, déjà vu.",
        "38.5\xa0°C – no fever.",
        "The patient’s dose was 5 µg/m² (½ tablet), pressure 120±15.",
        "Le patient présente une douleur thoracique aiguë, sans fièvre ni toux.",
        "Der Patient klagt über Schmerzen und Übelkeit; Größe 180 cm.",
        "El niño presenta dolor torácico y disnea.",
    ],
)
def test_a_few_accents_among_ascii_are_western(text: str) -> None:
    found, encoding = decode(text.encode("cp1252"))
    assert (encoding, found == text) == ("cp1252", True)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Пациент жалуется на боль в груди и кашель.", "cp1251"),
        ("Aspirin 100 mg daily. Пациент жалуется на боль. No fever.", "cp1251"),
        ("Ο ασθενής παραπονείται για πόνο στο στήθος και βήχα.", "cp1253"),
        ("Pacjent skarży się na ból głowy i gorączkę od trzech dni, bez kaszlu.", "cp1250"),
        ("患者主诉胸痛和咳嗽，无发热。既往有高血压病史。", "gb18030"),
    ],
)
def test_other_old_encodings_are_still_found(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == (text, encoding)


@pytest.mark.parametrize("text", ["Bệnh nhân ho khan ba ngày, không sốt, đau đầu nhẹ.", "Bệnh nhân sốt cao, đau đầu."])
def test_vietnamese_of_windows_is_found(text: str) -> None:
    found, encoding = decode(in_cp1258(text))
    assert (encoding, unicodedata.normalize("NFC", found)) == ("cp1258", text)


def test_a_byte_that_no_western_text_has_is_damage_not_cyrillic() -> None:
    assert detect(b"Patient seen \x81 at the clinic today, denies chest pain.") is None


@given(place=st.integers(0, 60), byte=st.integers(0x80, 0xFF))
@example(place=22, byte=0xE9)
def test_one_stray_byte_in_english_never_makes_it_cyrillic(place: int, byte: int) -> None:
    english = b"The patient went to a caf and had chest pain, but no fever at all."
    assert detect(english[:place] + bytes([byte]) + english[place:]) not in {"cp1251", "cp932", "gb18030", "big5"}
