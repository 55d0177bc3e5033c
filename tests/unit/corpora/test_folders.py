from __future__ import annotations

import gzip
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg_builder.corpora import Row, Unreadable, read
from kg_builder.corpora.sources import missing
from kg_builder.records import Document


def outcomes(rows: Iterator[Row]) -> dict[str, str]:
    """Of every row, by id: its text, or what was lost and why."""
    found: dict[str, str] = {}
    for row in rows:
        if isinstance(row, Unreadable):
            assert row.document_id not in found
            found[row.document_id] = f"{row.lost}: {row.code}"
        else:
            document = row if isinstance(row, Document) else row.document
            found[document.id] = document.text
    return found


def test_texts_without_a_suffix_are_read(tmp_path: Path) -> None:
    (tmp_path / "noext").write_text("Cough.")
    (tmp_path / "visit.2").write_text("Second.")
    (tmp_path / "Dr. Who").write_text("Third.")
    (tmp_path / "note.gz").write_bytes(gzip.compress(b"Packed."))
    (tmp_path / "other.txt.gz").write_bytes(gzip.compress(b"Packed too."))
    (tmp_path / "rows").write_text('{"id": "r", "text": "A row."}\n')
    assert outcomes(read([tmp_path])) == {
        "Dr. Who": "Third.",
        "noext": "Cough.",
        "note.gz": "Packed.",
        "other.txt.gz": "Packed too.",
        "r": "A row.",
        "visit.2": "Second.",
    }


def test_every_other_file_is_reported_once_as_passed_over(tmp_path: Path) -> None:
    (tmp_path / "image").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "inner.gz").write_bytes(gzip.compress(b"binary\0"))
    (tmp_path / "_SUCCESS").touch()
    (tmp_path / "script.py").write_text("print()")
    (tmp_path / "figure.png").write_bytes(b"\x89PNG")
    (tmp_path / "labs.csv").write_text("patient,value\np1,3\n")
    (tmp_path / "page.xml").write_text("<html/>")
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "lonely.ann").write_text("")
    (tmp_path / ".hidden").write_text("Hidden.")
    (tmp_path / "note.txt").write_text("Cough.")
    found = outcomes(read([tmp_path]))
    assert found.pop("note.txt") == "Cough."
    assert len(found) == 9
    assert set(found.values()) == {"file: unsupported-file"}


def test_a_damaged_archive_is_a_lost_document(tmp_path: Path) -> None:
    (tmp_path / "note.gz").write_bytes(b"no archive")
    assert outcomes(read([tmp_path])) == {"note.gz": "document: damaged-archive"}


def test_with_a_format_given_files_of_others_are_reported(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Cough.")
    (tmp_path / "b").write_text("Fever.")
    (tmp_path / "c.jsonl").write_text('{"id": "row", "text": "Rash."}')
    (tmp_path / "d.pdf").write_text("%PDF-")
    other = "file: other-format"
    assert outcomes(read([tmp_path], format="text")) == {
        **{"a.txt": "Cough.", "b": "Fever."},
        **{"c.jsonl": other, "d.pdf": other},
    }
    assert outcomes(read([tmp_path], format="jsonl")) == {"a.txt": other, "b": other, "row": "Rash.", "d.pdf": other}


def test_the_second_file_of_a_brat_pair_is_no_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Cough.")
    (tmp_path / "a.ann").write_text("T1\tSymptom 0 5\tCough\n")
    for chosen in (None, "brat", "text"):
        assert outcomes(read([tmp_path], format=chosen)) == {"a.txt": "Cough."}


def test_links_and_special_files_are_reported_never_opened(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("Cough.")
    (folder / "also.txt").symlink_to(folder / "a.txt")
    (folder / "gone.txt").symlink_to(folder / "nothing")
    (folder / "loop.txt").symlink_to(folder / "loop.txt")
    (folder / "round").symlink_to(folder)
    (folder / ".hidden").symlink_to(folder / "nothing")
    os.mkfifo(folder / "pipe.txt")
    (folder / "piped.txt").symlink_to(folder / "pipe.txt")
    assert outcomes(read([folder])) == {
        "a.txt": "Cough.",
        "also.txt": "Cough.",
        "gone.txt": "file: dangling-link",
        "loop.txt": "file: dangling-link",
        "pipe.txt": "file: special-file",
        "piped.txt": "file: special-file",
        "round": "file: linked-folder",
    }


@pytest.mark.parametrize("format", [None, "text", "brat"])
def test_a_pipe_beside_a_text_does_not_hang(tmp_path: Path, format: str | None) -> None:
    (tmp_path / "a.txt").write_text("Cough.")
    os.mkfifo(tmp_path / "a.ann")
    assert "file: special-file" in outcomes(read([tmp_path], format=format)).values()


def test_a_named_pipe_or_socket_is_refused_with_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # names of sockets must be short
    os.mkfifo("pipe.txt")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        rows = list(read(["pipe.txt", "socket"]))
    problems = [row for row in rows if isinstance(row, Unreadable)]
    assert [(row.code, row.lost) for row in problems] == [("special-file", "document")] * 2
    assert "standard input" in problems[0].message


def test_a_folder_below_that_cannot_be_listed_leaves_its_neighbours_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "closed", "z"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "n.txt").write_text(name)
    real_scandir = os.scandir

    def forbidding(path: Path) -> object:  # root lists everything, so the mode bits won't do
        if path.name == "closed":
            raise PermissionError(13, "Permission denied")
        return real_scandir(path)

    monkeypatch.setattr(os, "scandir", forbidding)
    assert outcomes(read([tmp_path])) == {"a/n.txt": "a", "closed": "document: unreadable", "z/n.txt": "z"}


def test_missing_paths_are_named_as_given(tmp_path: Path) -> None:
    (tmp_path / "there.txt").touch()
    (tmp_path / "link.txt").symlink_to(tmp_path / "nothing")
    absent: list[str | Path] = [
        tmp_path / "none",
        tmp_path / "link.txt",
        tmp_path / "there.txt" / "x",
        "ftp://example.org/x",
        "a\0b",
    ]
    assert missing([*absent, "-", tmp_path, str(tmp_path / "there.txt")]) == [str(path) for path in absent]


@pytest.mark.parametrize(
    ("path", "code", "said"),
    [
        ("https://example.org/notes.jsonl", "url", "https://example.org/notes.jsonl: it is a URL"),
        (Path("ftp://example.org/x"), "url", "it is a URL; only local files are read"),
        ("c:/notes.txt", "not-found", "no such file"),
        ("a\0b", "not-found", "no such file"),
    ],
)
def test_a_path_that_is_none_is_reported(path: str | Path, code: str, said: str) -> None:
    [problem] = read(path)
    assert isinstance(problem, Unreadable)
    assert (problem.code, problem.lost) == (code, "document")
    assert said in str(problem)


def test_a_named_link_to_nowhere_is_told_from_a_missing_file(tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to(tmp_path / "nothing")
    assert outcomes(read(tmp_path / "link.txt")) == {"link.txt": "document: dangling-link"}
