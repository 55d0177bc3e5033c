"""UMLS and RxNorm."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.errors import InputError
from kg_builder.semantic_groups import GROUPS
from kg_builder.terminology.loaders.loading import Loading, write_terminology
from kg_builder.terminology.loaders.reading import Reading
from kg_builder.terminology.loaders.rrf import Atom, atom, cui_number, rxcui_number, split
from kg_builder.terminology.loaders.rxnorm import load_rxnorm
from kg_builder.terminology.loaders.umls import load_umls
from kg_builder.terminology.rows import ConceptRow
from kg_builder.terminology.table import Terminology


def conso(
    concept: str,
    text: str,
    source: str = "MTH/PN",
    code: str = "NOCODE",
    *,
    flags: str = "S/VO/N",
    language: str = "ENG",
    suppress: str = "N",
) -> str:
    """A line of MRCONSO or RXNCONSO."""
    sab, tty = source.split("/")
    ts, stt, preferred = flags.split("/")
    return f"{concept}|{language}|{ts}|L1|{stt}|S1|{preferred}|A1||||{sab}|{tty}|{code}|{text}|0|{suppress}|256|\n"


MRCONSO = [
    conso("C0000001", "zork fever", "SNOMEDCT_US/SY", "11"),
    conso("C0000001", "Zorkitis", "MSH/MH", "D012345", flags="P/PF/Y"),
    conso("C0000001", "Zorkitis", "NCI/PT", "C99", flags="P/PF/N"),
    conso("C0000001", "fiebre zork", "MSHSPA/MH", "D012345", language="SPA", flags="P/PF/Y"),
    conso("C0000001", "old name", "MTH/PN", suppress="O"),
    conso("C0000002", "Zorkitis of elders", "MSH/ET", "D012345", flags="P/PF/Y"),
    conso("C0000003", "Blorbol", "RXNORM/IN", "77", flags="P/PF/Y"),
]
MRSTY = "C0000001|T047|B2|Disease or Syndrome|AT1|256|\nC0000003|T121|A1|Pharm|AT2|256|\nC0000003|T109|A1|Org|AT3||\n"


@pytest.fixture
def umls(tmp_path: Path) -> Path:
    path = tmp_path / "2031AB" / "META"
    path.mkdir(parents=True)
    (path / "MRCONSO.RRF").write_text("".join(MRCONSO), encoding="utf-8")
    (path / "MRSTY.RRF").write_text(MRSTY)
    return path / "MRCONSO.RRF"


def by_id(loading: Loading) -> dict[str, ConceptRow]:
    return {row.id: row for row in loading.rows}


def test_concepts_of_the_metathesaurus(umls: Path) -> None:
    reading = Reading()
    loading = load_umls(umls, reading=reading)
    rows = by_id(loading)
    one = rows["UMLS:C0000001"]
    assert (one.name, one.group, one.synonyms) == ("Zorkitis", "DISO", ("zork fever",))
    assert set(one.xrefs) == {"SNOMEDCT:11", "MESH:D012345", "NCIT:C99"}
    assert rows["UMLS:C0000003"].group == "CHEM"
    assert rows["UMLS:C0000002"].group == "CONC"  # MRSTY doesn't have it
    assert loading.preamble.release == "umls-2031AB"
    assert not reading.broken


def test_an_entry_term_of_a_heading_is_not_the_heading(umls: Path) -> None:
    assert by_id(load_umls(umls, reading=Reading()))["UMLS:C0000002"].xrefs == ()


def test_sources_and_languages_can_be_chosen(umls: Path) -> None:
    only = by_id(load_umls(umls, reading=Reading(), sources=("rxnorm",)))
    assert list(only) == ["UMLS:C0000003"]
    both = by_id(load_umls(umls, reading=Reading(), languages=("ENG", "es")))
    assert ("fiebre zork", "es") in [(name.text, name.language) for name in both["UMLS:C0000001"].names]
    spanish = by_id(load_umls(umls, reading=Reading(), languages=("SPA",)))["UMLS:C0000001"]
    assert (spanish.name, spanish.names[0].language) == ("fiebre zork", "es")
    with pytest.raises(InputError, match="no language of UMLS: XYZ"):
        load_umls(umls, reading=Reading(), languages=("xyz",))


def test_a_file_in_no_order_gives_the_same_as_a_sorted_one(umls: Path) -> None:
    expected = by_id(load_umls(umls, reading=Reading()))
    shuffled = MRCONSO.copy()
    random.Random(3).shuffle(shuffled)
    umls.write_text("".join(shuffled), encoding="utf-8")
    found = by_id(load_umls(umls, reading=Reading()))
    assert {key: (row.name, row.group, set(row.synonyms), set(row.xrefs)) for key, row in found.items()} == {
        key: (row.name, row.group, set(row.synonyms), set(row.xrefs)) for key, row in expected.items()
    }


def test_broken_lines_are_skipped_and_told_by_number_without_their_content(umls: Path) -> None:
    lines = [*MRCONSO[:2], "C0000001|secret words\n", "\n", conso("X1", "secret words"), *MRCONSO[2:]]
    umls.write_text("".join(lines), encoding="utf-8")
    reading = Reading()
    assert len(by_id(load_umls(umls, reading=reading))) == 3
    assert [(line.number, line.reason) for line in reading.first] == [(3, "not 18 columns"), (5, "no concept id")]
    assert "secret" not in repr(reading.first)


def test_many_broken_lines_are_counted(umls: Path) -> None:
    umls.write_text("".join([*MRCONSO, *["C0000004|x|\n"] * 500]), encoding="utf-8")
    reading = Reading()
    assert len(by_id(load_umls(umls, reading=reading))) == 3
    assert (reading.broken, len(reading.first)) == (500, 10)


def test_types_are_read_from_beside_it_or_given(umls: Path) -> None:
    umls.with_name("MRSTY.RRF").rename(umls.parent / "types.txt")
    with pytest.raises(InputError, match=r"no MRSTY\.RRF beside it"):
        load_umls(umls, reading=Reading())
    assert by_id(load_umls(umls, umls.parent / "types.txt", reading=Reading()))["UMLS:C0000001"].group == "DISO"
    assert {row.group for row in load_umls(umls, reading=Reading(), group="Procedure").rows} == {"PROC"}


def test_both_files_may_be_in_one_zip(umls: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "umls.zip", "w") as archive:
        for name in ("MRCONSO.RRF", "MRSTY.RRF"):
            archive.write(umls.with_name(name), f"2031AB/META/{name}")
    assert by_id(load_umls(tmp_path / "umls.zip", reading=Reading()))["UMLS:C0000001"].group == "DISO"
    assert by_id(load_umls(umls.parent, reading=Reading()))["UMLS:C0000001"].group == "DISO"


def test_another_table_is_recognized(umls: Path) -> None:
    with pytest.raises(InputError, match=r"expected MRCONSO\.RRF .*; this is text with 6 columns, as MRSTY has"):
        load_umls(umls.with_name("MRSTY.RRF"), reading=Reading())
    with pytest.raises(InputError, match=r"expected MRSTY\.RRF .*18 columns, as MRCONSO"):
        load_umls(umls, umls, reading=Reading())
    with pytest.raises(InputError, match=r"expected RXNCONSO\.RRF .*no id of that kind"):
        load_rxnorm(umls, reading=Reading())
    umls.write_bytes(b"SQLite format 3\0" + bytes(100))
    with pytest.raises(InputError, match="this is an SQLite file"):
        load_umls(umls, reading=Reading())


RXNCONSO = [
    conso("100", "Blorbol", "RXNORM/IN", "100"),
    conso("100", "blorbolum", "RXNORM/SY", "100"),
    conso("100", "BLORBOL", "MTHSPL/SU", "0A1B2C3D4E"),
    conso("100", "Blorbol", "MSH/MH", "D012345"),
    conso("100", "Blorbol 1", "ATC/IN", "N01"),
    conso("100", "Blorbol 2", "ATC/IN", "N02"),
    conso("200", "Zarbicor", "RXNORM/BN", "200"),
    conso("300", "Blorbol 5 MG Oral Tablet", "RXNORM/SCD", "300"),
    conso("300", "Zarbicor pill", "RXNORM/SY", "300"),
]


def test_ingredients_and_brands_of_rxnorm(tmp_path: Path) -> None:
    path = tmp_path / "RxNorm_full_01052026" / "RXNCONSO.RRF"
    path.parent.mkdir()
    path.write_text("".join(RXNCONSO))
    loading = load_rxnorm(path, reading=Reading())
    rows = by_id(loading)
    assert sorted(rows) == ["RXNORM:100", "RXNORM:200"]
    one = rows["RXNORM:100"]
    assert (one.name, one.group, one.synonyms) == ("Blorbol", "CHEM", ("blorbolum",))
    assert one.xrefs == ("MESH:D012345", "UNII:0A1B2C3D4E")
    assert loading.preamble.release == "rxnorm-2026-01-05"


def test_the_file_that_is_written_answers(umls: Path, tmp_path: Path) -> None:
    output = tmp_path / "umls.terms"
    assert write_terminology(load_umls(umls, reading=Reading()), output) == 3
    table = Terminology(output)
    assert [hit.id for hit in table.lookup("zork fever")] == ["UMLS:C0000001"]
    assert table.by_xref("MESH:D012345") == ("UMLS:C0000001",)
    assert table.version.startswith("umls-2031AB@")
    again = tmp_path / "again.terms"
    write_terminology(load_umls(umls, reading=Reading()), again)
    assert Terminology(again).version == table.version


def test_every_semantic_type_has_a_group_of_umls(umls: Path) -> None:
    from kg_builder.terminology.loaders.umls import _groups_of_types

    types = _groups_of_types()
    assert set(types.values()) == set(GROUPS)
    assert len(types) >= 127
    assert all(name[0] == "T" and len(name) == 4 for name in types)


CELLS = st.lists(st.text(st.characters(exclude_characters="|\n\r"), max_size=8), max_size=20)


@given(CELLS)
def test_any_cells_are_a_name_suppressed_or_told(cells: list[str]) -> None:
    found = atom(split("|".join(cells) + "|\n"), cui_number)
    assert found is None or isinstance(found, str) or (found.text and 0 <= found.concept < 10_000_000)


WORDS = st.text(st.characters(exclude_characters="|", exclude_categories=["C"]), max_size=30)


@given(st.integers(0, 9_999_999), WORDS)
def test_a_line_gives_its_number_and_its_name(number: int, text: str) -> None:
    found = atom(split(conso(f"C{number:07}", text)), cui_number)
    if text.split():
        assert isinstance(found, Atom)
        assert (found.concept, found.text) == (number, " ".join(text.split()))
    else:
        assert found == "no name"


@given(st.text(max_size=9))
def test_any_cell_is_a_number_or_none(cell: str) -> None:
    for number in (cui_number(cell), rxcui_number(cell)):
        assert number is None or 0 <= number <= 99_999_999
