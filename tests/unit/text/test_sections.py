from __future__ import annotations

import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.text.sections import canonical_heading, find_sections, section_at, section_group


def headings(text: str) -> list[str]:
    return [section.heading for section in find_sections(text)]


def under(text: str, words: str) -> str | None:
    return section_at(find_sections(text), text.index(words))


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("FAMILY HX", "family history"),
        ("FHx", "family history"),
        ("PMH", "past medical history"),
        ("Meds", "medications"),
        ("Allergies", "allergies"),
        ("HPI", "history of present illness"),
        ("Tiền sử gia đình", "tiền sử gia đình"),
        ("TIỀN CĂN GIA ĐÌNH", "tiền sử gia đình"),
        ("DIAGNOSIS(ES)", "diagnosis"),
        ("PROCEDURE #2", "procedure"),
        (unicodedata.normalize("NFD", "Chẩn đoán"), "chẩn đoán"),
    ],
)
def test_variants_have_one_canonical_name(written: str, canonical: str) -> None:
    assert canonical_heading(written) == canonical
    assert headings(f"{written}: none") == [canonical]


@pytest.mark.parametrize(
    ("heading", "group"),
    [
        ("discharge medications", "medications"),
        ("thuốc đang dùng", "medications"),
        ("tiền sử gia đình", "family"),
        ("vital signs", "examination"),
        ("methods", None),
        ("wound care", None),
    ],
)
def test_the_group_tells_what_a_section_of_a_note_holds(heading: str, group: str | None) -> None:
    assert section_group(heading) == group


def test_sections_of_a_note() -> None:
    note = (
        "Seen today.\nPMH: asthma. Family Hx: mother with breast cancer.\n\nAllergies: none\n"
        "Social History\nsmoker\nBP: 120/80\nWOUND CARE: dry dressing\nMother: well"
    )
    assert headings(note) == [
        "past medical history",
        "family history",
        "allergies",
        "social history",
        "wound care",
    ]
    assert under(note, "Seen") is None
    assert under(note, "breast cancer") == "family history"
    assert under(note, "smoker") == "social history"
    assert under(note, "120") == "social history"
    assert under(note, "well") == "wound care"


def test_sections_of_a_structured_abstract() -> None:
    text = "BACKGROUND: Statins are used. METHODS: Given at 12:30. RESULTS: All (n = 3) improved. CONCLUSIONS: Good."
    assert headings(text) == ["background", "methods", "results", "conclusion"]
    assert under(text, "improved") == "results"


def test_sections_of_a_vietnamese_note() -> None:
    note = "Lý do vào viện: ho. Tiền sử: hen.\n- Gia đình: mẹ bị đái tháo đường\n2. Chẩn đoán: Viêm phổi\nMạch: 80"
    assert headings(note) == ["lý do vào viện", "tiền sử", "tiền sử gia đình", "chẩn đoán"]
    assert under(note, "đái tháo") == "tiền sử gia đình"


def test_sentences_with_a_colon_open_no_section() -> None:
    assert headings("She takes the following: aspirin. At 12:30 the plan was changed: no plan: none.") == []
    assert headings("The conclusion\nwas clear.") == []


@given(st.text(st.sampled_from("Ab :.\nPLANplan-1•é"), max_size=80))
def test_sections_tile_the_text_from_the_first_heading_on(text: str) -> None:
    sections = find_sections(text)
    for section, following in pairwise(sections):
        assert section.start < section.end == following.start
    if sections:
        assert sections[-1].end == len(text)


@pytest.mark.parametrize("text", [":" * 50_000, "A:" * 25_000, "\n" * 50_000, "- " * 25_000, "PLAN: x\n" * 10_000])
def test_time_is_linear(text: str) -> None:
    begun = time.process_time()
    find_sections(text)
    assert time.process_time() - begun < 3
