"""The hand-written Vietnamese lexicon: its format, and that its ids are what they claim to be."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from importlib.resources import files

import pytest

from kg_builder.terminology.rows import AddedName, read_added_names
from kg_builder.terminology.shipped import load_terminology
from kg_builder.terminology.table import Terminology
from kg_builder.text.keys import name_key

GROUPS = {"DISO", "CHEM", "PROC", "ANAT"}
NEW_TONE_PLACE = re.compile(r"(?:o[áàảãạéèẻẽẹ]|(?<!q)u[ýỳỷỹỵ])\b")


@pytest.fixture(scope="module")
def content() -> str:
    return files("kg_builder.models").joinpath("terminology/vietnamese.tsv").read_bytes().decode("utf-8")


@pytest.fixture(scope="module")
def entries(content: str) -> list[AddedName]:
    return list(read_added_names(content.splitlines(), "vietnamese.tsv"))


@pytest.fixture(scope="module")
def terminology() -> Terminology:
    return load_terminology()


def names(entries: list[AddedName]) -> list[str]:
    return [name for entry in entries for name in (entry.name, *entry.synonyms)]


def test_every_row_has_five_columns_without_stray_blanks(content: str) -> None:
    rows = [line.split("\t") for line in content.splitlines() if not line.startswith("#")]
    assert {len(row) for row in rows} == {5}
    assert all(cell == " ".join(cell.split()) for row in rows for cell in row)
    assert all(row[4] for row in rows), "every entry says in English what it is"


def test_text_is_nfc_with_tone_marks_in_the_old_place(content: str, entries: list[AddedName]) -> None:
    assert unicodedata.is_normalized("NFC", content)
    assert [name for name in names(entries) if NEW_TONE_PLACE.search(name)] == []


def test_groups_are_the_four_of_the_lexicon(entries: list[AddedName]) -> None:
    assert {entry.group for entry in entries} == GROUPS


def test_no_two_names_are_looked_up_under_one_key(entries: list[AddedName]) -> None:
    counts = Counter(name_key(name) for name in names(entries))
    assert [key for key, count in counts.items() if count > 1] == []
    assert "" not in counts


def test_ids_name_the_concept_that_the_english_column_says(entries: list[AddedName], terminology: Terminology) -> None:
    wrong = []
    for entry in entries:
        row = terminology.row(entry.id)
        if entry.id and (row is None or row.name != entry.english or row.group != entry.group):
            wrong.append(entry.name)
    assert wrong == []


def test_the_commonest_diseases_symptoms_and_drugs_are_there(entries: list[AddedName]) -> None:
    linked = Counter(entry.group for entry in entries if entry.id)
    assert linked["DISO"] > 900
    assert linked["CHEM"] > 500


def test_each_concept_has_one_entry(entries: list[AddedName]) -> None:
    counts = Counter(entry.id for entry in entries if entry.id)
    assert [identifier for identifier, count in counts.items() if count > 1] == []


@pytest.mark.parametrize(
    ("name", "group", "identifier"),
    [
        ("ĐTĐ típ 2", "DISO", "MESH:D003924"),
        ("tăng huyết áp", "DISO", "MESH:D006973"),
        ("tai biến mạch máu não", "DISO", "MESH:D020521"),
        ("khó thở", "DISO", "MESH:D004417"),
        ("ho", "DISO", "MESH:D003371"),
        ("thoái hoá khớp", "DISO", "MESH:D010003"),
        ("nhồi máu phổi", "DISO", "MESH:D054060"),
        ("rối loạn tiền đình", "DISO", "MESH:D015837"),
        ("tay chân miệng", "DISO", "MESH:D006232"),
        ("ho khan", "DISO", "HP:0031246"),
        ("viêm tụy cấp", "DISO", "MONDO:0006515"),
        ("nhiễm trùng đường niệu", "DISO", "MESH:D014552"),
        ("Nifedipin", "CHEM", "MESH:D009543"),
        ("paracetamol", "CHEM", "MESH:D000082"),
        ("Amoxicilin", "CHEM", "MESH:D000658"),
        ("Metformin", "CHEM", "MESH:D008687"),
        ("acid acetylsalicylic", "CHEM", "MESH:D001241"),
        ("natri clorid", "CHEM", "MESH:D012965"),
        ("axit zoledronic", "CHEM", "MESH:D000077211"),
        ("glimepirid", "CHEM", "MESH:C057619"),
        ("X quang phổi", "PROC", "MESH:D013902"),
        ("nội soi dạ dày", "PROC", "MESH:D005773"),
        ("dạ dày", "ANAT", "MESH:D013270"),
    ],
)
def test_common_names_are_found(terminology: Terminology, name: str, group: str, identifier: str) -> None:
    assert [hit.id for hit in terminology.lookup(name_key(name), frozenset({group}))][:1] == [identifier]


@pytest.mark.parametrize("word", ["phù", "tai", "cơ", "u", "k", "ban", "cổ", "bệnh", "hồ", "chắp", "lẹo", "liệt"])
def test_parts_of_ordinary_words_are_left_out(terminology: Terminology, word: str) -> None:
    assert all(name_key(word) != name.key for group in GROUPS for name in terminology.names(group, "vi"))
