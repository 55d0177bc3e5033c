from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.errors import InputError
from kg_builder.terminology.rows import AddedName, ConceptRow, TermName, Tier, read_added_names
from kg_builder.terminology.table import Matching, Terminology
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


def test_keys_match_without_blanks_and_in_any_word_order() -> None:
    table = small_terminology(
        [
            ConceptRow("T:1", "CHEM", "beta blocker"),
            ConceptRow("T:2", "CHEM", "betablockers"),
            ConceptRow("T:3", "DISO", "zork failure acute"),
        ]
    )

    def ids(key: str, how: Matching) -> list[str]:
        return [hit.id for hit in table.lookup(key, None, how)]

    assert ids("betablocker", Matching.NAME) == ["T:2"]
    assert ids("betablocker", Matching.COMPACT) == ids("beta blocker", Matching.COMPACT) == ["T:1", "T:2"]
    assert ids("be tablocker", Matching.COMPACT) == ["T:1", "T:2"]
    assert ids("acute failure zork", Matching.SORTED) == ids("acute zork failure", Matching.SORTED) == ["T:3"]
    assert ids("failure zork", Matching.SORTED) == []


@given(st.lists(st.text(alphabet="abz ", min_size=1, max_size=8).filter(str.strip), min_size=1, max_size=8))
@settings(max_examples=25, deadline=None)
def test_every_name_is_found_by_its_key(texts: list[str]) -> None:
    table = small_terminology(ConceptRow(f"T:{place}", "DISO", text) for place, text in enumerate(texts))
    for place, text in enumerate(texts):
        key = name_key(text)
        assert f"T:{place}" in found(table, key)
        assert {hit.id for hit in table.lookup(key)} == {
            f"T:{other}" for other, name in enumerate(texts) if name_key(name) == key
        }


def test_broader_comes_from_tree_numbers_and_from_links() -> None:
    rows = [
        ConceptRow("T:1", "DISO", "top", trees=("C1",)),
        ConceptRow("T:2", "DISO", "middle", trees=("C1.2", "F9")),
        ConceptRow("T:3", "DISO", "leaf", broader=("T:2", "T:unknown")),
    ]
    table = small_terminology(rows)
    assert table.broader("T:3") == ("T:2",)
    assert table.ancestors("T:3") == {"T:1", "T:2"}
    assert table.descendants("T:1") == {"T:2", "T:3"}
    assert table.broader("T:1") == ()


def test_lower_tiers_link_but_are_not_looked_for_in_texts() -> None:
    lower = (TermName("zorkoma", Tier.ONTOLOGY), TermName("zork", Tier.ENTRY))
    rows = [ConceptRow("T:1", "DISO", "Zork", lower), ConceptRow("T:2", "DISO", "Blorb", tier=Tier.SUPPLEMENTARY)]
    table = small_terminology(rows, retired={"T:0": "T:1"})
    assert [name.text for name in table.names("DISO", "en")] == ["Zork", "zork"]
    assert [hit.tier for hit in table.lookup("zorkoma")] == [Tier.ONTOLOGY]
    assert {name.text for name in table.all_names(["DISO"])} == {"Zork", "zork", "zorkoma", "Blorb"}
    assert (table.current("T:0"), table.current("T:9")) == ("T:1", "T:9")
    assert table.concept("T:1") is not None
    assert not table.covers("CHEM", "en")


def test_the_first_row_of_an_id_counts() -> None:
    table = small_terminology([ConceptRow("T:1", "DISO", "one"), ConceptRow("T:1", "CHEM", "two")])
    assert (len(table), found(table, "two")) == (1, [])


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    other.write_bytes(b"no database")
    with pytest.raises(InputError, match="not a terminology"):
        Terminology(other)
