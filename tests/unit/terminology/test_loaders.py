"""What all loaders share: opening files, telling wrong ones, writing whole or not at all."""

from __future__ import annotations

import gzip
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg_builder.errors import InputError
from kg_builder.terminology.concept_file import Preamble
from kg_builder.terminology.loaders.lists import load_tsv
from kg_builder.terminology.loaders.loading import (
    Loading,
    curie,
    given_group,
    group_of_word,
    one_to_one,
    prefix_of,
    write_terminology,
)
from kg_builder.terminology.loaders.reading import Reading, SourceFile, described, digest, must_be_text, one_file
from kg_builder.terminology.rows import ConceptRow, TermName, Tier
from kg_builder.terminology.table import Terminology

ROW = ConceptRow("T:1", "DISO", "Zorkitis", (TermName("zork disease"),))


def lines(path: Path, reading: Reading | None = None) -> list[str]:
    return [line.rstrip("\n") for _, line in one_file(path, ".tsv").lines(reading or Reading())]


def test_plain_gzipped_and_zipped_files_read_alike(tmp_path: Path) -> None:
    content = "\ufeffid\tname\nT:1\tmắt đỏ\n".encode()
    (tmp_path / "a.tsv").write_bytes(content)
    (tmp_path / "b.tsv.gz").write_bytes(gzip.compress(content))
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
        archive.writestr("data/a.tsv", content)
        archive.writestr("data/packed.xml.gz", gzip.compress(content))
    expected = ["id\tname", "T:1\tmắt đỏ"]
    assert lines(tmp_path / "a.tsv") == lines(tmp_path / "b.tsv.gz") == lines(tmp_path / "c.zip") == expected
    packed = one_file(tmp_path / "c.zip", ".xml")
    assert [line.strip("\n") for _, line in packed.lines(Reading())] == expected


def test_lines_that_are_not_utf8_are_skipped_by_number(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_bytes(b"one\n\xff\xfetwo\nthree\n")
    reading = Reading()
    assert [number for number, _ in SourceFile(tmp_path / "a.tsv").lines(reading)] == [1, 3]
    assert [(line.number, line.reason) for line in reading.first] == [(2, "not UTF-8")]


def test_progress_ends_at_the_whole_file(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text(f"{'x' * 99}\n" * 40_000)
    told: list[tuple[int, int]] = []
    lines(tmp_path / "a.tsv", Reading(lambda _what, done, total: told.append((done, total))))
    assert told[-1] == (4_000_000, 4_000_000)
    assert len(told) >= 3
    assert told == sorted(told)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "empty"),
        (b"SQLite format 3\0...", "an SQLite file"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x00\x01\x02", "a binary file"),
        (b"\n <!DOCTYPE html><html>", "an HTML page"),
        (b"<?xml version='1.0'?>", "XML"),
        (b'{"graphs": []}', "JSON"),
        (b"a|b|c\n", "2 bars"),
        ("a\tb".encode("utf-16"), "UTF-16"),
        (b"plain words", "without columns"),
    ],
)
def test_wrong_files_are_recognized(content: bytes, found: str) -> None:
    assert found in described(content)


@given(st.binary(max_size=300))
@example(b"\xef\xbb\xbf")
def test_any_bytes_are_described(content: bytes) -> None:
    assert described(content)


def test_messages_name_the_file_what_was_expected_and_what_is_there(tmp_path: Path) -> None:
    page = tmp_path / "page.tsv"
    page.write_text("<html><body>Please log in</body></html>")
    with pytest.raises(InputError, match=r"page\.tsv: expected a table; this is an HTML page"):
        must_be_text(SourceFile(page), "a table")
    with pytest.raises(InputError, match="no such file"):
        one_file(tmp_path / "nowhere")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x.doc", "")
        archive.writestr("y.doc", "")
    with pytest.raises(InputError, match=r"expected MRCONSO\.RRF in it; it holds x\.doc, y\.doc"):
        one_file(tmp_path / "a.zip", "MRCONSO.RRF")


def test_a_damaged_archive_is_an_input_error(tmp_path: Path) -> None:
    whole = gzip.compress(b"id\tname\n" + bytes(range(256)) * 2000)
    (tmp_path / "cut.tsv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="damaged"):
        list(SourceFile(tmp_path / "cut.tsv.gz").lines(Reading()))


def test_one_endless_line_is_not_read_into_memory(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_bytes(b"x" * (3 << 20))
    with pytest.raises(InputError, match=r"a\.tsv:1: a line of more than a megabyte"):
        lines(tmp_path / "a.tsv")


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    def rows() -> Iterator[ConceptRow]:
        yield ROW
        raise InputError("broken in the middle")

    output = tmp_path / "a.terms"
    assert write_terminology(Loading(Preamble("one"), [ROW], "1"), output) == 1
    before = output.read_bytes()
    with pytest.raises(InputError, match="in the middle"):
        write_terminology(Loading(Preamble("two"), rows(), "2"), output)
    assert output.read_bytes() == before
    with pytest.raises(InputError, match="no concept was found"):
        write_terminology(Loading(Preamble("two"), [], "2"), output)
    assert [path.name for path in tmp_path.iterdir()] == ["a.terms"]


def test_nothing_but_a_terminology_is_overwritten(tmp_path: Path) -> None:
    for name, content in (("notes.txt", b"mine"), ("other.db", None)):
        if content is None:
            with sqlite3.connect(tmp_path / name) as connection:
                connection.execute("CREATE TABLE mine (x)")
            connection.close()
        else:
            (tmp_path / name).write_bytes(content)
        before = (tmp_path / name).read_bytes()
        with pytest.raises(InputError, match="is left alone"):
            write_terminology(Loading(Preamble("r"), [ROW], "1"), tmp_path / name)
        assert (tmp_path / name).read_bytes() == before
    with pytest.raises(InputError, match="is a folder"):
        write_terminology(Loading(Preamble("r"), [ROW], "1"), tmp_path)


def test_link_only_names_are_found_by_key_but_not_looked_for(tmp_path: Path) -> None:
    for recognized in (True, False):
        path = tmp_path / f"{recognized}.terms"
        write_terminology(Loading(Preamble("r"), [ROW], "1"), path, recognized=recognized)
        table = Terminology(path)
        assert [hit.id for hit in table.lookup("zork disease")] == ["T:1"]
        assert bool(list(table.names("DISO", "en"))) == recognized
    assert table.lookup("zorkitis")[0].tier is Tier.VARIANT < table.lookup("zork disease")[0].tier


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("MSH:D012345", "MESH:D012345"),
        ("SNOMEDCT_US_2023_03_01:123", "SNOMEDCT:123"),
        ("UMLS_CUI:C0000001", "UMLS:C0000001"),
        ("HGNC:HGNC:5", "HGNC:5"),
        ("hosp:12/3", "HOSP:12/3"),
        ("no prefix", None),
        (":x", None),
        ("A:", None),
        ("A:x|y", None),
    ],
)
def test_ids_get_the_prefixes_of_this_package(given: str, expected: str | None) -> None:
    assert curie(given) == expected


@given(st.text(max_size=40))
def test_a_curie_has_no_blank_and_no_bar_and_stays_itself(text: str) -> None:
    found = curie(text)
    if found is not None:
        assert not set(found) & set(" \t\n|")
        assert curie(found) == found


def test_types_are_known_by_code_label_and_name() -> None:
    assert {group_of_word(word) for word in ("DISO", "disease", " Disorders ", "Symptom")} == {"DISO"}
    assert group_of_word("nonsense") is None
    assert prefix_of("LNC") == "LOINC"
    with pytest.raises(InputError, match="no concept type is called 'Zork'; there are: Activity"):
        given_group("Zork")


def test_only_one_to_one_cross_references_stay() -> None:
    rows = [
        ConceptRow("T:1", "DISO", "a", xrefs=("MESH:D1", "OMIM:1", "OMIM:2")),
        ConceptRow("T:2", "DISO", "b", xrefs=("MESH:D2", "DOID:1")),
        ConceptRow("T:3", "DISO", "c", xrefs=("MESH:D2",)),
    ]
    assert [row.xrefs for row in one_to_one(rows)] == [("MESH:D1",), ("DOID:1",), ()]


def test_the_digest_depends_on_content_and_options(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "b").write_text("x")
    assert digest(SourceFile(tmp_path / "a"), "o") == digest(SourceFile(tmp_path / "b"), "o")
    assert digest(SourceFile(tmp_path / "a"), "o") != digest(SourceFile(tmp_path / "a"), "p")


# a list of one's own


def table_of(tmp_path: Path, text: str, **options: str) -> tuple[dict[str, ConceptRow], Reading]:
    path = tmp_path / "mine.tsv"
    path.write_text(text, encoding="utf-8")
    reading = Reading()
    loading = load_tsv(path, reading=reading, **options)
    return {row.id: row for row in loading.rows}, reading


def test_a_table_gives_concepts(tmp_path: Path) -> None:
    text = (
        "# our list\n"
        "id\tname\ttype\tsynonyms\txrefs\tbroader\tlanguage\n"
        "HOSP:1\tZarbicor 5 mg\tDrug\tzarb| ZBC \tMSH:D012345|nonsense\tHOSP:9\t\n"
        "HOSP:2\tviêm zoóc\tDISO\t\t\t\tvi\n"
        "HOSP:1\tzarbicô\tDrug\t\t\t\tvi\n"
    )
    rows, reading = table_of(tmp_path, text)
    assert not reading.broken
    one = rows["HOSP:1"]
    assert (one.group, one.name, one.xrefs, one.broader) == ("CHEM", "Zarbicor 5 mg", ("MESH:D012345",), ("HOSP:9",))
    assert [(name.text, name.language) for name in one.names] == [("zarb", "en"), ("ZBC", "en"), ("zarbicô", "vi")]
    assert ("viêm zoóc", "vi") in [(name.text, name.language) for name in rows["HOSP:2"].names]


def test_a_comma_separated_table_with_other_headings_and_quotes(tmp_path: Path) -> None:
    rows, _ = table_of(tmp_path, 'Code,Label,Aliases\n7,"Zork, chronic",a|b\n', prefix="H", group="Disease")
    assert (rows["H:7"].name, rows["H:7"].synonyms) == ("Zork, chronic", ("a", "b"))


def test_bad_rows_are_told_by_number_and_reason(tmp_path: Path) -> None:
    text = "id\tname\ttype\n\tx\tDrug\n1\tx\tDrug\nH:2\t\tDrug\nH:3\tx\tZork\nH:4\tgood\tDrug\n\n"
    rows, reading = table_of(tmp_path, text)
    assert list(rows) == ["H:4"]
    assert [line.number for line in reading.first] == [2, 3, 4, 5]
    assert len(reading.by_reason) == 4


@pytest.mark.parametrize("text", ["", "a\tb\n1\t2\n", "just words\n", "# only a comment\n"])
def test_a_table_without_the_columns_is_a_wrong_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="expected a table with the columns id and name"):
        table_of(tmp_path, text)


def test_bad_options_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="ISO 639-1"):
        table_of(tmp_path, "id\tname\n", language="english")
    with pytest.raises(InputError, match="prefix"):
        table_of(tmp_path, "id\tname\n", prefix="a b")


CELL = st.text(st.characters(exclude_characters="\0\t\n\r", exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.lists(CELL, max_size=8), max_size=6))
def test_any_rows_are_read_or_told(tmp_path_factory: pytest.TempPathFactory, cells: list[list[str]]) -> None:
    text = "id\tname\ttype\tsynonyms\n" + "".join("\t".join(row) + "\n" for row in cells)
    rows, reading = table_of(tmp_path_factory.mktemp("any"), text)
    filled = sum(any(cell.strip() for cell in row) for row in cells)
    assert len(rows) + reading.broken <= filled
    for row in rows.values():
        assert row.name.strip() == row.name != ""
        assert ":" in row.id


@given(st.text(st.characters(exclude_characters="\0"), max_size=200))
def test_any_comma_separated_text_is_read_or_told(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("any") / "a.csv"
    path.write_bytes(b"id,name,type\n" + text.encode("utf-8", "surrogatepass"))
    for row in load_tsv(path, reading=Reading(), prefix="H", group="Drug").rows:
        assert row.name
