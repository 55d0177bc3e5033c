import pytest

from kg_builder.clean.alignment import CleanText
from kg_builder.clean.layout import blank_runs, bullets, hard_wraps

WRAPPED = (
    "The patient was admitted with a three-day history of productive cough\n"
    "and fever, and was started on intravenous antibiotics in the emergency\n"
    "department before she was moved to the ward."
)


def laid_out(text: str) -> str:
    clean = CleanText.unchanged(text)
    for edits_of in (bullets, hard_wraps, blank_runs):
        clean = clean.apply(edits_of(clean.text))
    return clean.text


def test_a_wrapped_paragraph_becomes_one_line() -> None:
    assert laid_out(WRAPPED) == WRAPPED.replace("\n", " ")
    assert laid_out(f"HISTORY:\n{WRAPPED}\n\nPLAN:\nDischarge.") == (
        f"HISTORY:\n{WRAPPED.replace(chr(10), ' ')}\n\nPLAN:\nDischarge."
    )


def test_the_continuation_of_a_list_item_is_joined() -> None:
    text = (
        "- Aspirin 81 mg by mouth daily, to be taken with food in the morning and\n"
        "  never together with the other tablets that were given by the surgeon\n"
        "  last week.\n"
        "- Metoprolol"
    )
    assert laid_out(text).split("\n") == [
        "- Aspirin 81 mg by mouth daily, to be taken with food in the morning and never together with the other "
        "tablets that were given by the surgeon last week.",
        "- Metoprolol",
    ]


def test_a_word_broken_at_its_hyphen_gets_no_blank() -> None:
    text = (
        "He takes his tablets and has had no chest pain for months, but a non-\n"
        "productive cough is still there at night and in the morning, and he is\n"
        "tired."
    )
    assert "a non-productive cough" in laid_out(text)


@pytest.mark.parametrize(
    "text",
    [
        "FAMILY HISTORY:\nfather had a heart attack",
        "FAMILY HISTORY\nFather had a heart attack at the age of fifty.",
        "1. Aspirin 81 mg daily for secondary prevention of heart attacks\n2. Metoprolol",
        "Heart: Regular rate and rhythm without murmurs, rubs or any gallops\nLungs: Clear",
        "loose stools, vomiting\nno blood in stool\nfeels tired",
        "Sodium\t138\tnormal\nPotassium\t3.2\tlow",
        "One whole sentence on its own line, as some systems print them out.\nAnother whole sentence.",
        "Discussed with the family for a long while about what was to come next\nnil fever",
    ],
)
def test_lines_that_stand_for_themselves_stay(text: str) -> None:
    assert laid_out(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("•Aspirin\n● Metoprolol", "- Aspirin\n- Metoprolol"),
        ("•\nAspirin\n•\nMetoprolol", "- Aspirin\n- Metoprolol"),
        ("* Aspirin\n  * Metoprolol", "- Aspirin\n- Metoprolol"),
        ("• Aspirin • Metoprolol • Lasix", "- Aspirin\n- Metoprolol\n- Lasix"),
        ("-Aspirin daily\n-H/O asthma", "- Aspirin daily\n- H/O asthma"),
        ("Stable. -Home today", "Stable. - Home today"),
        ("\uf0b7 Aspirin", "- Aspirin"),
        ("beta-blocker, COX-2, -5 mmol", "beta-blocker, COX-2, -5 mmol"),
        ("□ diabetes ☑ asthma", "□ diabetes ☑ asthma"),
        ("? PE, 2*3", "? PE, 2*3"),
        ("0·5 mg", "0·5 mg"),
    ],
)
def test_bullets(text: str, expected: str) -> None:
    assert laid_out(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a   b \t c  ", "a b c"),
        ("a\n\n\n\nb", "a\n\nb"),
        ("a  \n  b", "a\nb"),
        ("Na\t\t138\t\tlow", "Na\t138\tlow"),
        ("\n\n", ""),
    ],
)
def test_blank_runs(text: str, expected: str) -> None:
    assert laid_out(text) == expected


NARROW = """Ward round, day 2. Delirium since last
night. No focal weakness, no headache.
Known atrial fibrillation and
osteoporosis. Lives alone, independent
before the fall. Recheck sodium in 12 h
and give amlodipine 5 mg instead of the
thiazide, which caused hyponatremia.
- No calf swelling; no sign of deep
vein thrombosis.
- ECG first, as haloperidol
can cause QT prolongation."""


def test_a_text_wrapped_at_a_narrow_width_throughout_is_joined_items_stay_apart() -> None:
    lines = CleanText.unchanged(NARROW).apply(hard_wraps(NARROW)).text.splitlines()
    assert len(lines) == 3
    assert lines[0].endswith("which caused hyponatremia.")
    assert lines[1] == "- No calf swelling; no sign of deep vein thrombosis."


def test_short_telegraphic_lines_are_no_wrapping() -> None:
    note = "Pulse 88\nno fever\nBP 120/80\nno rash\nAfebrile today\nchest clear\nTolerating feeds\nno vomiting"
    assert hard_wraps(note) == []
