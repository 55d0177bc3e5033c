from __future__ import annotations

import gzip
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.corpora import FORMATS, Row, Unreadable, read
from kg_builder.corpora.reading import guess_format
from kg_builder.corpora.sources import file_source
from kg_builder.errors import InputError
from kg_builder.records import Document

NOTE = "Bệnh nhân ho khan ba ngày.\r\nKhông sốt.\n"


def documents(rows: Iterator[Row]) -> list[Document]:
    found = list(rows)
    assert all(isinstance(row, Document) for row in found), found
    return [row for row in found if isinstance(row, Document)]


def problems(rows: Iterator[Row]) -> list[Unreadable]:
    return [row for row in rows if isinstance(row, Unreadable)]


def test_a_folder_is_read_in_order_of_path_with_the_path_as_id(tmp_path: Path) -> None:
    for name in ("b.txt", "a/2.md", "a/1.text", "c/deep/x.TXT", ".hidden.txt", "figure.png", "table.dat"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Text of {name}.", encoding="utf-8")
    rows = list(read([tmp_path]))
    found = [row for row in rows if isinstance(row, Document)]
    assert [(row.document_id, row.code, row.lost) for row in rows if isinstance(row, Unreadable)] == [
        ("figure.png", "unsupported-file", "file"),
        ("table.dat", "unsupported-file", "file"),
    ]
    assert [document.id for document in found] == ["a/1.text", "a/2.md", "b.txt", "c/deep/x.TXT"]
    assert [document.metadata.source for document in found] == [document.id for document in found]


def test_a_single_file_is_called_by_its_name_and_keeps_its_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(NOTE.encode())
    [document] = documents(read([path]))
    assert (document.id, document.text, dict(document.metadata.extra)) == ("note.txt", NOTE, {})


@pytest.mark.parametrize(
    ("encoding", "recorded"),
    [("utf-8-sig", None), ("utf-16", "utf-16"), ("utf-32", "utf-32"), ("cp1252", "cp1252"), ("cp1251", "cp1251")],
)
def test_encodings_are_found_and_recorded(tmp_path: Path, encoding: str, recorded: str | None) -> None:
    western = "The naïve patient – a café owner – took 5 µg at 38 °C and “denied” any pain."
    text = "Пациент жалуется на боль в груди и кашель." if encoding == "cp1251" else western
    path = tmp_path / "note.txt"
    path.write_bytes(text.encode(encoding))
    [document] = documents(read([path]))
    assert document.text == text
    assert document.metadata.extra.get("encoding") == recorded


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty-text"),
        (b" \n\t\n", "empty-text"),
        (b"\xef\xbb\xbf", "empty-text"),
        (b"%PDF-1.7 ...", "binary-file"),
        (b"\x89PNG\r\n\x1a\n", "binary-file"),
        (b"PK\x03\x04 docx", "binary-file"),
        (b"text with a NUL\0 in it", "binary-file"),
        ("Bệnh nhân bị viêm phổi".encode() + b"\xff", "undecodable"),
        (b"\xff\xfea\xd8a\xd8", "undecodable"),
    ],
)
def test_what_is_not_text_is_reported_and_its_neighbours_are_read(tmp_path: Path, data: bytes, code: str) -> None:
    (tmp_path / "a.txt").write_text("First.", encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(data)
    (tmp_path / "c.txt").write_text("Last.", encoding="utf-8")
    rows = list(read([tmp_path]))
    assert [row.id for row in rows if isinstance(row, Document)] == ["a.txt", "c.txt"]
    [problem] = [row for row in rows if isinstance(row, Unreadable)]
    assert (problem.code, problem.document_id, problem.lost) == (code, "b.txt", "document")
    assert problem.source.endswith("b.txt")
    assert "b.txt" in str(problem)


def test_office_documents_in_a_folder_are_reported_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "letter.docx").write_bytes(b"PK\x03\x04")
    [problem] = problems(read([tmp_path]))
    assert (problem.code, problem.document_id, problem.lost) == ("unsupported-file", "letter.docx", "document")


def test_missing_and_forbidden_files_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed.txt"
    closed.write_text("Text.", encoding="utf-8")
    real_open = Path.open

    def forbidding(self: Path, mode: str) -> object:  # root reads everything, so the mode bits won't do
        if self == closed:
            raise PermissionError(13, "Permission denied")
        return real_open(self, mode)

    monkeypatch.setattr(Path, "open", forbidding)
    rows = list(read([tmp_path / "none.txt", closed]))
    assert [row.code for row in rows if isinstance(row, Unreadable)] == ["not-found", "no-permission"]


def test_names_that_cannot_be_ids_are_made_so(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a" * 200] * 3)
    deep.mkdir(parents=True)
    (deep / "one.txt").write_text("One.", encoding="utf-8")
    (deep / "two.txt").write_text("Two.", encoding="utf-8")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text("Three.", encoding="utf-8")
    ids = [document.id for document in documents(read([tmp_path]))]
    assert len(set(ids)) == 3
    assert all(len(name) <= 512 for name in ids)
    assert ids[2] == "caf\\udce9.txt"


def test_packed_files_are_unpacked_and_damage_is_reported(tmp_path: Path) -> None:
    packed = gzip.compress(NOTE.encode())
    (tmp_path / "a.txt.gz").write_bytes(packed)
    (tmp_path / "b.txt.gz").write_bytes(packed[:-12])
    (tmp_path / "c.txt.gz").write_bytes(b"not gzip at all")
    rows = list(read([tmp_path]))
    assert [row.text for row in rows if isinstance(row, Document)] == [NOTE]
    assert [row.code for row in rows if isinstance(row, Unreadable)] == ["damaged-archive"] * 2


def test_standard_input_is_one_document() -> None:
    [document] = documents(read(["-"], stdin=io.BytesIO(NOTE.encode())))
    assert (document.id, document.text) == ("stdin", NOTE)


def test_standard_input_with_json_lines_is_recognized() -> None:
    lines = b'{"id": "n1", "text": "Mild cough."}\n{"text": "No fever."}\n'
    assert [document.id for document in documents(read(["-"], stdin=io.BytesIO(lines)))] == ["n1", "stdin:2"]


def test_empty_standard_input_is_reported() -> None:
    assert [problem.code for problem in problems(read(["-"], stdin=io.BytesIO(b"")))] == ["empty-text"]


def test_an_unknown_format_is_refused_before_anything_is_read() -> None:
    with pytest.raises(InputError, match="unknown format 'docx'") as caught:
        read(["-"], format="docx")
    assert "pubtator" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("name", "data", "format"),
    [
        ("x.txt", "7|t|A title\n7|a|An abstract\n", "pubtator"),
        ("x.txt", "Dose a|t|b of something", "text"),
        ("x", '{"id": 1, "text": "Hello"}\n', "jsonl"),
        ("x.log", "Just words.", "text"),
        ("x.JSONL.XZ", "", "jsonl"),
        ("x.tsv", "", "csv"),
    ],
)
def test_formats_are_guessed_from_suffix_and_content(tmp_path: Path, name: str, data: str, format: str) -> None:
    path = tmp_path / name
    path.write_text(data, encoding="utf-8")
    assert guess_format(file_source(path)) == format


@settings(deadline=None)
@given(data=st.binary(max_size=300), format=st.sampled_from([None, *FORMATS]))
def test_no_bytes_crash_any_reader(tmp_path_factory: pytest.TempPathFactory, data: bytes, format: str | None) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    for suffix in (".txt", ".jsonl", ".csv", ".xml", ".json", ".pubtator", ".txt.gz"):
        (folder / f"x{suffix}").write_bytes(data)
    (folder / "y.txt").write_text("Some text.", encoding="utf-8")
    (folder / "y.ann").write_bytes(data)
    for row in read([folder, *sorted(folder.iterdir())], format=format):
        assert isinstance(row, Unreadable) or row
    list(read(["-"], format=format, stdin=io.BytesIO(data)))
