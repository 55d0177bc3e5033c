from __future__ import annotations

import re
from importlib.resources import files

import pytest

from kg_builder.errors import InputError
from kg_builder.terminology.rows import AddedName, ConceptRow, TermName, read_added_names
from kg_builder.terminology.shipped import load_terminology
from kg_builder.terminology.table import Terminology
from kg_builder.testing import small_terminology
from kg_builder.text.keys import name_key


@pytest.fixture(scope="module")
def small() -> Terminology:
    rows = [
        ConceptRow("T:1", "DISO", "Failures, Zork", (TermName("Blorb"),), trees=("C1.2",), xrefs=("HP:1",)),
        ConceptRow("T:2", "DISO", "Blorb", trees=("C1",)),
        ConceptRow("T:3", "CHEM", "Blorb", trees=("D1",)),
    ]
    added = {"en": [AddedName("zorkic", "DISO", "T:1")], "vi": [AddedName("suy zoóc", "DISO", "", ("bệnh zoóc",))]}
    return small_terminology(rows, added)


def found(table: Terminology, key: str, *groups: str) -> list[str]:
    return [hit.id for hit in table.lookup(key, frozenset(groups) or None)]


def test_concept_has_the_label_of_its_group(small: Terminology) -> None:
    concept = small.concept("T:1")
    assert concept is not None
    assert (concept.name, concept.type, concept.xrefs) == ("Failures, Zork", "Disease", ("HP:1",))
    assert small.concept("T:9") is None
    assert small.trees("T:1") == ("C1.2",)
    assert small.group("T:3") == "CHEM"


def test_lookup_puts_preferred_names_first_and_keeps_to_the_groups(small: Terminology) -> None:
    assert found(small, name_key("blorbs"), "DISO") == ["T:2", "T:1"]
    assert found(small, name_key("blorbs"), "CHEM") == ["T:3"]
    assert set(found(small, name_key("blorbs"))) == {"T:1", "T:2", "T:3"}
    assert found(small, "zork failure") == ["T:1"]
    assert found(small, "") == []


def test_added_names_link_where_they_have_an_id(small: Terminology) -> None:
    assert found(small, "zorkic") == ["T:1"]
    assert found(small, name_key("suy zoóc")) == []
    assert [name.text for name in small.names("DISO", "vi")] == ["suy zoóc", "bệnh zoóc"]
    assert small.names_of("T:1") == ("Zork Failures", "Blorb", "zorkic")
    assert small.covers("DISO", "vi")
    assert not small.covers("CHEM", "vi")


def test_added_names_of_unknown_concepts_have_no_id() -> None:
    table = small_terminology([], {"en": [AddedName("zorkic", "DISO", "T:1")]})
    assert [name.id for name in table.names("DISO", "en")] == [""]


@pytest.mark.parametrize(
    "row", ["zork\tNOPE\t\t\t", "\tDISO\t\t\t", "zork\tDISO\tD0001\t\t", "a\tDISO\tT:1\t\t\t\tmore"]
)
def test_a_bad_row_is_reported_with_its_line(row: str) -> None:
    header = "name\tgroup\tid\tsynonyms\tenglish"
    with pytest.raises(InputError, match=r"^names\.tsv:3: "):
        list(read_added_names(["# comment", header, row], "names.tsv"))


def test_a_wrong_header_is_reported() -> None:
    with pytest.raises(InputError, match=r"names\.tsv:1: the header"):
        list(read_added_names(["name\tid"], "names.tsv"))


def test_shipped_terminology() -> None:
    table = load_terminology()
    assert len(table) == 30764
    assert re.fullmatch(r"mesh-2024@[0-9a-f]{8}", table.version)
    assert found(table, name_key("heart attacks"), "DISO") == ["MESH:D009203"]
    assert load_terminology() is table


def test_shipped_english_names_belong_to_the_concept_they_name() -> None:
    table = load_terminology()
    for group in ("DISO", "CHEM"):
        for name in table.names(group, "en"):
            assert name.id == "" or table.group(name.id) == group


def test_hand_written_english_names_give_the_preferred_name_of_their_concept() -> None:
    table = load_terminology()
    lines = files("kg_builder.models").joinpath("terminology/english.tsv").read_text(encoding="utf-8").splitlines()
    for added in read_added_names(lines, "english.tsv"):
        row = table.row(added.id) if added.id else None
        assert added.english == row.name if row is not None else added.id == "" != added.english, added.name
