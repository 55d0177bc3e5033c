"""The hand-written names of procedures and tests: the file's format, its ids, and what is found with it in notes."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files

import pytest

from kg_builder.extract.lexicon import LexiconExtractor
from kg_builder.protocols import ExtractionRequest
from kg_builder.schemas.reading import builtin_schema
from kg_builder.terminology.rows import AddedName, ConceptRow, read_added_names
from kg_builder.terminology.shipped import load_terminology
from kg_builder.testing import small_terminology
from kg_builder.text.keys import name_key

GROUPS = {"PROC", "DEVI", "ANAT", "PHYS", "PHEN"}
SUBSTANCES = ("Potassium", "Creatinine", "Lithium", "Glucose")


def content(name: str) -> str:
    return files("kg_builder.models").joinpath("terminology", name).read_text(encoding="utf-8")


def entries_of(name: str) -> list[AddedName]:
    return list(read_added_names(content(name).splitlines(), name))


def names(entries: list[AddedName]) -> list[str]:
    return [name for entry in entries for name in (entry.name, *entry.synonyms)]


@pytest.fixture(scope="module")
def entries() -> list[AddedName]:
    return entries_of("procedures.tsv")


@pytest.fixture(scope="module")
def lexicon(entries: list[AddedName]) -> LexiconExtractor:
    concepts = [ConceptRow(entry.id, entry.group, entry.english) for entry in entries if entry.id]
    chemicals = [ConceptRow(f"TEST:{name}", "CHEM", name) for name in SUBSTANCES]
    return LexiconExtractor(small_terminology([*concepts, *chemicals], {"en": entries}))


def found(lexicon: LexiconExtractor, text: str) -> list[tuple[str, str]]:
    request = ExtractionRequest(text=text, schema=builtin_schema("clinical-note"))
    return [(mention.text, mention.type) for mention in lexicon.extract(request).mentions]


def test_every_row_has_five_columns_without_stray_blanks() -> None:
    rows = [line.split("\t") for line in content("procedures.tsv").splitlines() if not line.startswith("#")]
    assert {len(row) for row in rows} == {5}
    assert all(cell == " ".join(cell.split()) for row in rows for cell in row)
    assert all(row[4] for row in rows), "every entry says what it is"


def test_no_drugs_and_no_diseases(entries: list[AddedName]) -> None:
    """Names of chemicals and diseases are what the tagger's dictionary feature was trained with."""
    assert {entry.group for entry in entries} <= GROUPS


def test_no_two_names_are_looked_up_under_one_key(entries: list[AddedName]) -> None:
    counts = Counter(map(name_key, names([*entries, *entries_of("english.tsv")])))
    own = {name_key(name) for name in names(entries)}
    assert [key for key, count in counts.items() if count > 1 and key in own] == []
    assert "" not in counts


def test_no_short_form_means_something_else_in_vietnamese(entries: list[AddedName]) -> None:
    """Text of uncertain language is read with the names of both."""
    meanings = {
        name_key(name): (entry.group, entry.id)
        for entry in entries_of("vietnamese.tsv")
        for name in (entry.name, *entry.synonyms)
    }
    clashes = [
        name
        for entry in entries
        for name in (entry.name, *entry.synonyms)
        if meanings.get(name_key(name), (entry.group, entry.id)) != (entry.group, entry.id)
    ]
    assert clashes == []


def test_ids_name_the_concept_that_the_english_column_says(entries: list[AddedName]) -> None:
    terminology, wrong = load_terminology(), []
    for entry in entries:
        row = terminology.row(entry.id)
        if entry.id and (row is None or row.name != entry.english or row.group != entry.group):
            wrong.append(entry.name)
    assert wrong == []


def test_each_concept_has_one_entry(entries: list[AddedName]) -> None:
    counts = Counter(entry.id or entry.english for entry in entries)
    assert [concept for concept, count in counts.items() if count > 1] == []


@pytest.mark.parametrize(
    ("text", "tests"),
    [
        ("Status post CABG; LVEF 35% on TTE, NYHA class III.", ["CABG", "LVEF", "TTE", "NYHA class"]),
        ("HBA1C 8.2%, last HbA1c 7.9%, A1c at home.", ["HBA1C", "HbA1c", "A1c"]),
        ("CXR clear. CT of the abdomen and pelvis with contrast.", ["CXR", "CT of the abdomen and pelvis"]),
        ("Haemodialysis on Mondays, then an open reduction.", ["Haemodialysis"]),
        ("She had a D&C in 1999 and a C-section.", ["D&C", "C-section"]),
        ("GCS 15, mRS 2 and MMSE 29.", ["GCS", "mRS", "MMSE"]),
        ("Intubated, later extubated to BiPAP.", ["Intubated", "extubated", "BiPAP"]),
        ("Blood urea nitrogen and eGFR stable, PT/INR daily.", ["Blood urea nitrogen", "eGFR", "PT/INR"]),
        ("Hepatitis B vaccination was given.", ["Hepatitis B vaccination"]),
    ],
)
def test_how_notes_say_it(lexicon: LexiconExtractor, text: str, tests: list[str]) -> None:
    assert found(lexicon, text) == [(name, "Procedure") for name in tests]


def test_a_substance_stays_a_chemical_and_its_level_is_a_test(lexicon: LexiconExtractor) -> None:
    text = "Potassium 5.9, potassium level repeated. Lithium was stopped, the lithium level was high."
    assert found(lexicon, text) == [
        ("Potassium", "Chemical"),
        ("potassium level", "Procedure"),
        ("Lithium", "Chemical"),
        ("lithium level", "Procedure"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "D/C home today, d/c Foley.",
        "Mrs Smith takes moca coffee.",
        "A meld of opinions; the cart is in the lake.",
        "PT and OT saw her, HD is planned, MS is stable.",
        "EGFR mutation, coag negative.",
        "Tips for patients: the best line is a straight line.",
    ],
)
def test_ordinary_words_and_ambiguous_short_forms_are_left_alone(lexicon: LexiconExtractor, text: str) -> None:
    assert found(lexicon, text) == []
