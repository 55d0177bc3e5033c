"""Several terminologies as one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.errors import SettingsError
from kg_builder.settings import Settings, load_settings
from kg_builder.terminology.concept_file import Preamble
from kg_builder.terminology.contents import contents, search
from kg_builder.terminology.rows import AddedName, ConceptRow, TermName, Tier
from kg_builder.terminology.stack import TerminologyStack, open_terminologies
from kg_builder.terminology.table import Matching, Terminology
from kg_builder.terminology.table_writing import write_table
from kg_builder.testing import small_terminology
from kg_builder.text.keys import name_key


def stack(*layers: Sequence[ConceptRow], retired: dict[str, str] | None = None) -> TerminologyStack:
    return TerminologyStack(
        [small_terminology(rows, release=f"r{place}", retired=retired) for place, rows in enumerate(layers)]
    )


def drug(identifier: str, name: str, *names: str, xrefs: Sequence[str] = (), group: str = "CHEM") -> ConceptRow:
    return ConceptRow(identifier, group, name, tuple(map(TermName, names)), xrefs=tuple(xrefs))


@pytest.fixture
def two() -> TerminologyStack:
    """A hospital's list above a vocabulary."""
    above = [
        drug("H:1", "Zarbicor", "zarb", xrefs=("M:1",)),
        drug("H:2", "Local mixture"),
    ]
    below = [
        ConceptRow("M:1", "CHEM", "Blorbol", (TermName("blorbolum"),), trees=("D01.2",), xrefs=("UNII:7",)),
        ConceptRow("M:2", "CHEM", "Blorbs", trees=("D01",)),
        ConceptRow("M:3", "DISO", "Zork", trees=("C01",)),
    ]
    return stack(above, below)


def ids(table: TerminologyStack, name: str, *groups: str) -> list[str]:
    return [hit.id for hit in table.lookup(name_key(name), frozenset(groups) or None)]


def test_a_name_that_only_the_second_knows_gives_the_first_ones_id(two: TerminologyStack) -> None:
    assert ids(two, "blorbolum") == ids(two, "Blorbol", "CHEM") == ids(two, "zarb") == ["H:1"]
    assert ids(two, "local mixture") == ["H:2"]
    assert ids(two, "zork") == ["M:3"]
    assert ids(two, "blorbol", "DISO") == []


def test_a_concept_carries_what_all_of_them_know(two: TerminologyStack) -> None:
    concept = two.concept("H:1")
    assert concept is not None
    assert (concept.id, concept.name, concept.type) == ("H:1", "Zarbicor", "Chemical")
    assert set(concept.synonyms) == {"zarb", "Blorbol", "blorbolum"}
    assert concept.xrefs == ("M:1", "UNII:7")
    assert two.concept("M:1") == concept
    assert two.names_of("M:1")[0] == "Zarbicor"
    assert two.concept("X:1") is None
    assert (two.current("M:1"), two.current("M:2"), two.by_xref("UNII:7")) == ("H:1", "M:2", ("H:1",))


def test_hierarchy_and_trees_come_from_whoever_has_them(two: TerminologyStack) -> None:
    assert two.trees("H:1") == ("D01.2",)
    assert two.broader("H:1") == ("M:2",)
    assert two.ancestors("M:1") == {"M:2"}
    assert two.descendants("M:2") == {"H:1"}
    assert two.group("H:1") == two.group("M:1") == "CHEM"


def test_hierarchy_goes_on_in_the_next_terminology() -> None:
    above = [ConceptRow("H:1", "DISO", "a", broader=("H:2",)), ConceptRow("H:2", "DISO", "b", xrefs=("M:2",))]
    below = [ConceptRow("M:2", "DISO", "b", broader=("M:3",)), ConceptRow("M:3", "DISO", "c")]
    table = stack(above, below)
    assert table.ancestors("H:1") == {"H:2", "M:3"}
    assert table.descendants("M:3") == {"H:1", "H:2"}


def test_names_sources_version_and_counts_are_those_of_all(two: TerminologyStack) -> None:
    assert len(two) == 4
    assert two.version == " + ".join(layer.version for layer in two.layers)
    assert {(name.text, name.id) for name in two.names("CHEM", "en")} >= {("zarb", "H:1"), ("blorbolum", "H:1")}
    assert {name.id for name in two.all_names()} == {"H:1", "H:2", "M:2", "M:3"}
    assert two.languages() == {"en"}
    assert two.covers("DISO", "en")
    assert [contents(layer).concepts for layer in two.layers] == [2, 3]


def joined(above: Sequence[ConceptRow], below: Sequence[ConceptRow], **more: dict[str, str]) -> dict[str, str]:
    table = stack(above, below, **more)
    return {row.id: table.current(row.id) for row in below if table.current(row.id) != row.id}


def test_cross_references_join_in_either_direction_and_through_a_third_vocabulary() -> None:
    assert joined([drug("H:1", "a", xrefs=("M:1",))], [drug("M:1", "b")]) == {"M:1": "H:1"}
    assert joined([drug("H:1", "a")], [drug("M:1", "b", xrefs=("H:1",))]) == {"M:1": "H:1"}
    shared = drug("M:1", "b", xrefs=("UNII:7", "OMIM:1", "OMIM:2"))
    assert joined([drug("H:1", "a", xrefs=("UNII:7",))], [shared]) == {"M:1": "H:1"}
    assert joined([drug("H:1", "a", xrefs=("OMIM:1",))], [shared]) == {}
    retired = {"M:9": "M:1"}
    assert joined([drug("H:1", "a", xrefs=("M:9",))], [drug("M:1", "b")], retired=retired) == {"M:1": "H:1"}


def test_what_is_not_one_to_one_stays_apart() -> None:
    strengths = [drug("H:1", "5 mg", xrefs=("M:1",)), drug("H:2", "10 mg", xrefs=("M:1",))]
    assert joined(strengths, [drug("M:1", "b")]) == {}
    mixture = [drug("H:1", "a and b", xrefs=("M:1", "M:2"))]
    assert joined(mixture, [drug("M:1", "a"), drug("M:2", "b")]) == {}
    several = [drug("M:1", "a", xrefs=("UNII:7",)), drug("M:2", "b", xrefs=("UNII:7",))]
    assert joined([drug("H:1", "a", xrefs=("UNII:7",))], several) == {}
    contradicting = [drug("M:1", "a"), drug("M:2", "b", xrefs=("UNII:7",))]
    assert joined([drug("H:1", "a", xrefs=("M:1", "UNII:7"))], contradicting) == {"M:1": "H:1"}


def test_three_terminologies_share_one_id() -> None:
    table = stack(
        [drug("H:1", "a", xrefs=("M:1",))],
        [drug("U:1", "u", xrefs=("M:1", "N:1"))],
        [drug("M:1", "m"), drug("N:1", "n")],
    )
    assert table.current("M:1") == table.current("U:1") == "H:1"
    assert table.current("N:1") == "N:1"  # U:1 names two of the third
    assert len(table) == 2


def test_two_of_one_vocabulary_never_become_one() -> None:
    table = stack(
        [drug("H:1", "a", xrefs=("M:1",))],
        [drug("U:1", "u", xrefs=("H:1", "M:2"))],
        [drug("M:1", "m"), drug("M:2", "n")],
    )
    assert table.current("U:1") == table.current("M:1") == "H:1"
    assert table.current("M:2") == "M:2"


def test_the_first_terminology_decides_what_both_have_under_one_id() -> None:
    table = stack([drug("M:1", "new name", group="DISO")], [drug("M:1", "old name"), drug("M:2", "other")])
    assert ids(table, "old name", "DISO") == ids(table, "new name") == ["M:1"]
    assert ids(table, "old name", "CHEM") == []
    assert table.row("M:1") is not None
    assert [name.text for name in table.names("CHEM", "en")] == ["other"]
    assert len(table) == 2


def test_better_tiers_come_first_and_the_first_terminology_among_equals() -> None:
    above = [ConceptRow("H:1", "CHEM", "a", (TermName("zork", Tier.ONTOLOGY), TermName("blorb")))]
    below = [drug("M:1", "b", "zork"), drug("M:2", "c", "blorb")]
    table = stack(above, below)
    assert ids(table, "zork") == ["M:1", "H:1"]
    assert ids(table, "blorb") == ["H:1", "M:2"]
    assert [hit.id for hit in table.lookup("zo rk", None, Matching.COMPACT)] == ["M:1", "H:1"]


def test_added_names_without_a_concept_stay_without() -> None:
    lower = small_terminology([drug("M:1", "a")], {"vi": [AddedName("thuốc zoóc", "CHEM")]})
    table = TerminologyStack([small_terminology([drug("H:1", "b")]), lower])
    assert [name.id for name in table.names("CHEM", "vi")] == [""]


CURIES = st.sampled_from([f"{prefix}:{number}" for prefix in "HMU" for number in range(3)])
LAYER = st.lists(st.tuples(st.integers(0, 2), st.lists(CURIES, max_size=3)), max_size=3)


@settings(max_examples=25)
@given(LAYER, LAYER, LAYER)
def test_however_they_refer_to_each_other_no_vocabulary_loses_a_concept(
    first: list[tuple[int, list[str]]], second: list[tuple[int, list[str]]], third: list[tuple[int, list[str]]]
) -> None:
    layers = [
        [drug(f"{prefix}:{number}", f"{prefix}{number}", xrefs=xrefs) for number, xrefs in rows]
        for prefix, rows in zip("HMU", (first, second, third), strict=True)
    ]
    table = stack(*layers)
    for rows in layers:
        distinct = {row.id for row in rows}
        assert len({table.current(one) for one in distinct}) == len(distinct)
        for row in rows:
            home = table.current(row.id)
            assert table.current(home) == home
            assert [hit.id for hit in table.lookup(name_key(row.name))] == [home]
            concept = table.concept(row.id)
            assert concept is not None
            assert concept.id == home


def test_the_setting_names_files_and_the_shipped_one(tmp_path: Path) -> None:
    path = tmp_path / "own.terms"
    write_table(path, Preamble("own"), [drug("H:1", "Zarbicor", xrefs=("MESH:D002945",))], digest="1")
    shipped = open_terminologies(Settings().terminologies)
    assert isinstance(shipped, Terminology)
    assert open_terminologies((str(path),)).version == "own@1"
    both = open_terminologies((str(path), "shipped"))
    assert both.version == f"own@1 + {shipped.version}"
    assert [hit.id for hit in both.lookup("cisplatin")] == ["H:1"]
    assert open_terminologies((str(path), "shipped")) is both
    write_table(tmp_path / "new", Preamble("own"), [drug("H:1", "Zarbicor")], digest="2")
    (tmp_path / "new").replace(path)
    os.utime(path, (1, 1))
    assert open_terminologies((str(path),)).version == "own@2"


def test_a_missing_or_broken_file_is_an_error_of_the_setting(tmp_path: Path) -> None:
    (tmp_path / "notes.terms").write_text("no terminology")
    for name, reason in (("nowhere.terms", "there is no such file"), ("notes.terms", "not a terminology")):
        with pytest.raises(SettingsError, match=f"^terminologies: .*{reason}"):
            open_terminologies((str(tmp_path / name), "shipped"))
    with pytest.raises(SettingsError, match="terminologies: names none"):
        open_terminologies(())


def test_where_a_terminology_lies_does_not_change_the_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_BUILDER_TERMINOLOGIES", '["a.terms", "shipped"]')
    settings = load_settings()
    assert settings.terminologies == ("a.terms", "shipped")
    assert settings.described() == Settings(terminologies=("shipped",)).described()


def test_search_forgives_typos_and_says_why(two: TerminologyStack) -> None:
    def first(text: str, group: str | None = None) -> tuple[str, str]:
        found = search(two, text, group=group)  # type: ignore[arg-type]
        return (found[0].id, found[0].why) if found else ("", "")

    assert first("Blorbol") == ("H:1", "name: Blorbol")
    assert first("zarbicorr")[0] == "H:1"
    assert first("local mix") == ("H:2", "begins so: Local mixture")
    assert first("mixture local")[1].startswith("name in another word order")
    assert first("M:1") == ("H:1", "id: was M:1")
    assert first("UNII:7") == ("H:1", "cross-reference UNII:7")
    assert first("zork", "CHEM") == ("", "")
    assert search(two, "") == []  # type: ignore[arg-type]
