"""The file: killed, locked, shared between processes, and wiped of what is forgotten."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kg_builder.errors import StoreLockedError, UnknownDocumentError
from kg_builder.graph_store import Failure
from kg_builder.records import Document, DocumentGraph, Metadata
from kg_builder.stores import open_store, sqlite_file
from kg_builder.stores.networkx_store import NetworkxStore
from kg_builder.stores.views import EVERYTHING

MakePart = Callable[..., DocumentGraph]


def files_with(path: Path, *tokens: str) -> list[str]:
    """Files of the store, log and index included, that hold one of the tokens."""
    files = [file for file in path.parent.iterdir() if file.is_file()]
    assert path in files
    return [file.name for file in files if any(token.encode() in file.read_bytes() for token in tokens)]


# forgetting leaves no bytes


def test_no_byte_of_a_forgotten_document_is_left(tmp_path: Path, make_part: MakePart) -> None:
    path = tmp_path / "graph.kg"
    with open_store(path) as store:
        with store.writing():
            for number in range(200):
                store.write(make_part(number))
        assert files_with(path, "qv77q") != []
        store.forget("note-77-q77q")
        assert files_with(path, "qv77q", "q77q") == []
        assert files_with(path, "qv78q") == ["graph.kg"]
        assert store.statistics().documents == 199
    assert files_with(path, "qv77q", "q77q") == []


def test_no_byte_of_any_earlier_version_is_left(tmp_path: Path, make_part: MakePart) -> None:
    path = tmp_path / "graph.kg"
    with NetworkxStore(path) as store:
        for version in "abc":
            for number in range(30):
                store.write(make_part(number, version))
        with store.writing():
            store.forget("note-7-q7q")
            store.forget("note-8-q8q")
        assert files_with(path, *(f"q{version}{number}q" for version in "abc" for number in (7, 8))) == []
        assert files_with(path, "q7q", "q8q") == []
        assert store.graph.number_of_nodes() == 28 * 2 + 1


def test_a_document_that_only_failed_is_wiped_too(tmp_path: Path) -> None:
    path = tmp_path / "graph.kg"
    with open_store(path) as store:
        store.fail(Failure("note-q5q", "binary-file", "not text"))
        store.forget("note-q5q")
        assert list(store.failures()) == []
        assert files_with(path, "note-q5q") == []


def test_what_a_reader_kept_from_being_wiped_is_wiped_by_forgetting_again(
    tmp_path: Path, make_part: MakePart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.05)
    path = tmp_path / "graph.kg"
    with open_store(path) as store:
        for number in range(3):
            store.write(make_part(number))
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM documents").fetchone()
        with pytest.raises(StoreLockedError, match="another process is reading") as caught:
            store.forget("note-1-q1q")
        assert "q1q" not in str(caught.value)
        assert store.statistics().documents == 2
        store.write(make_part(4))
        reader.close()
        with pytest.raises(UnknownDocumentError):
            store.forget("note-1-q1q")
        assert files_with(path, "qv1q", "q1q") == []


# killed


KILLED_WRITER = """
import importlib.util, os, signal, sys
from kg_builder.stores import open_store

spec = importlib.util.spec_from_file_location("sample_parts", sys.argv[2])
samples = importlib.util.module_from_spec(spec)
spec.loader.exec_module(samples)

class Deadly(tuple):
    def __iter__(self):
        os.kill(os.getpid(), signal.SIGKILL)

store, committed, midway = open_store(sys.argv[1]), int(sys.argv[3]), sys.argv[4] == "midway"
with store.writing():
    for number in range(committed):
        store.write(samples.tokened_part(number))
    if midway:  # rejects are written last: all else is in the transaction by then
        store.write(samples.tokened_part(committed).model_copy(update={"rejects": Deadly()}))
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(("committed", "moment"), [(0, "midway"), (1, "midway"), (41, "after"), (118, "midway")])
def test_a_killed_writer_leaves_complete_documents_only(
    tmp_path: Path, make_part: MakePart, committed: int, moment: str
) -> None:
    path = tmp_path / "graph.kg"
    samples = Path(__file__).with_name("conftest.py")
    command = [sys.executable, "-c", KILLED_WRITER, str(path), str(samples), str(committed), moment]
    assert subprocess.run(command, check=False).returncode == -9
    parts = [make_part(number) for number in range(120)]
    with NetworkxStore(path) as store, NetworkxStore(":memory:") as undisturbed:
        assert sorted(part.document.id for part in store.parts()) == sorted(p.document.id for p in parts[:committed])
        results = [store.write(part).written for part in parts]
        assert results == [False] * committed + [True] * (120 - committed)
        for part in parts:
            undisturbed.write(part)
        assert list(store.parts()) == list(undisturbed.parts())
        assert list(store.concepts()) == list(undisturbed.concepts())
        assert store.statistics(EVERYTHING) == undisturbed.statistics(EVERYTHING)
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


# several at once


HOLDER = """
import sys
from kg_builder.stores import open_store
with open_store(sys.argv[1]) as store, store.writing():
    print("writing", flush=True)
    sys.stdin.readline()
"""


def test_one_process_writes_and_others_read(tmp_path: Path, make_part: MakePart) -> None:
    path = tmp_path / "graph.kg"
    with open_store(path) as store:
        store.write(make_part(1))
        command = [sys.executable, "-c", HOLDER, str(path)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == "writing\n"
            with pytest.raises(StoreLockedError, match=r"graph\.kg: another process is writing") as caught:
                store.write(make_part(2))
            assert "Wait until it has finished" in str(caught.value.hint)
            assert caught.value.retryable
            with pytest.raises(StoreLockedError), store.writing():
                pass
            assert store.statistics().documents == 1
            with open_store(path, read_only=True) as reader:
                assert len(list(reader.parts())) == 1
            other.communicate("done\n")
        assert store.write(make_part(2)).written


def test_what_another_process_wrote_is_seen(tmp_path: Path, make_part: MakePart) -> None:
    path = tmp_path / "graph.kg"
    with open_store(path) as writer, NetworkxStore(path, read_only=True) as reader:
        writer.write(make_part(1))
        assert reader.graph.number_of_nodes() == 3
        assert len(reader.search("qv1qname")) == 1
        writer.write(make_part(2))
        assert reader.graph.number_of_nodes() == 5
        assert reader.search("qv2qname")[0].score == 1.0
        writer.forget("note-1-q1q")
        assert reader.graph.number_of_nodes() == 3
        assert reader.concept("local:qv1q") is None


def test_the_lock_is_given_back_after_an_error(tmp_path: Path, make_part: MakePart) -> None:
    with open_store(tmp_path / "graph.kg") as store, open_store(tmp_path / "graph.kg") as second:
        store.write(make_part(1))
        with pytest.raises(UnknownDocumentError), store.writing():
            store.forget("absent")
        assert second.write(make_part(2)).written
        assert store.statistics().documents == 2


# odd text


def test_lone_surrogates_and_nul_characters_are_kept(tmp_path: Path, make_part: MakePart) -> None:
    text = "a\ud800b\x00c 𝛼"
    part = make_part(1)
    odd = part.model_copy(
        update={
            "document": Document(id="n", text=text, metadata=Metadata(patient="p\udfff", extra={"k": "\ud800"})),
            "mentions": (
                part.mentions[1].model_copy(update={"start": 1, "end": 3, "text": text[1:3], "section": "\ud801"}),
            ),
            "relations": (),
            "attributes": (),
        }
    )
    with NetworkxStore(tmp_path / "graph.kg") as store:
        store.write(odd)
        assert list(store.parts()) == [odd]
        assert store.document_text("n") == text
        where = EVERYTHING.model_copy(update={"patient": "p\udfff"})
        assert [document.id for document in store.documents(where)] == ["n"]
        assert next(store.concepts(where)).synonyms_seen == (text[1:3],)
        assert store.graph.number_of_edges() == 1
        assert store.search(text[1:3])
