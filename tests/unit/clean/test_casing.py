import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.clean.alignment import CleanText
from kg_builder.clean.casing import cased_words, sentence_case, shouting


def quiet(text: str) -> str:
    return CleanText.unchanged(text).apply(shouting(text, cased_words())).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "PATIENT WAS STARTED ON ASPIRIN AFTER MRI BRAIN. NO BLEEDING.",
            "Patient was started on aspirin after MRI brain. No bleeding.",
        ),
        ("ALLERGIES:  NO KNOWN DRUG ALLERGIES.", "ALLERGIES:  No known drug allergies."),
        ("PLAN: GIVE VITAMIN B12 AND FOLATE EVERY MORNING", "PLAN: Give vitamin B12 and folate every morning"),
        ("GIVEN 5 MG OF MORPHINE FOR SEVERE PAIN AT NIGHT", "Given 5 MG of morphine for severe pain at night"),
        ("FATHER HAD PARKINSON'S DISEASE AND HIV INFECTION.", "Father had Parkinson's disease and HIV infection."),
        ("BỆNH NHÂN NHẬP VIỆN VÌ HO KÉO DÀI HAI TUẦN.", "Bệnh nhân nhập viện vì ho kéo dài hai tuần."),
        ("5 mg WAS GIVEN AGAIN AFTER BREAKFAST TODAY", "5 mg was given again after breakfast today"),
    ],
)
def test_shouting_becomes_sentence_case(text: str, expected: str) -> None:
    assert quiet(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "HISTORY OF PRESENT ILLNESS:\nHe is well and has no complaints at all today.",
        "FAMILY HISTORY\nNone of note, and the patient is otherwise well.",
        "MATERIALS AND METHODS: We studied rats.",
        "It was well tolerated. CURRENT CONTROLLED TRIALS REGISTRATION: ISRCTN.",
        "The MRI, CT, PET, EEG, EMG and ECG were all normal.",
        "HIV, HBV, HCV, CMV, EBV, HSV, VZV",
        "BRCA1, TP53, KRAS, EGFR, ERBB2",
        "GENERAL:  Alert.\nHEENT:  Normal.",
    ],
)
def test_headings_and_acronyms_stay(text: str) -> None:
    assert quiet(text) == text


def test_headings_stay_in_a_document_all_in_capitals() -> None:
    text = "FAMILY HISTORY:\nMOTHER HAS DIABETES.\nPLAN:\nDISCHARGE HOME TODAY WITH INSULIN AND GOOD ADVICE FOR ALL.\n"
    assert quiet(text) == (
        "FAMILY HISTORY:\nMother has diabetes.\nPLAN:\nDischarge home today with insulin and good advice for all.\n"
    )


def test_vietnamese_headings_stay() -> None:
    text = "TIỀN SỬ GIA ĐÌNH\nMẸ BỊ ĐÁI THÁO ĐƯỜNG NHIỀU NĂM NAY.\nTHUỐC ĐANG DÙNG\nKHÔNG CÓ THUỐC NÀO ĐƯỢC GHI LẠI.\n"
    assert quiet(text) == (
        "TIỀN SỬ GIA ĐÌNH\nMẹ bị đái tháo đường nhiều năm nay.\nTHUỐC ĐANG DÙNG\nKhông có thuốc nào được ghi lại.\n"
    )


@given(st.text(max_size=80))
def test_lengths_stay(text: str) -> None:
    changed = sentence_case(text, cased_words())
    assert len(changed) == len(text)
    for old, new in zip(text, changed, strict=True):
        assert old in {new, new.upper()} or old.lower() == new
