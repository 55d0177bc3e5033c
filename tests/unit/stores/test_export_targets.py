"""What an export may be written over, and what it is written through."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from kg_builder.errors import InputError
from kg_builder.records import DocumentGraph
from kg_builder.stores import open_store
from kg_builder.stores.export import FORMATS, export
from kg_builder.stores.networkx_store import NetworkxStore

MakePart = Callable[..., DocumentGraph]


@pytest.fixture
def store(tmp_path: Path, make_part: MakePart) -> Iterator[NetworkxStore]:
    with NetworkxStore(tmp_path / "graph.kg") as opened:
        opened.write(make_part(1))
        yield opened


def contents(folder: Path) -> dict[str, bytes]:
    # the index of the log changes while it is read, and says nothing that the log doesn't
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.suffix != ".kg-shm"}


def refused(store: NetworkxStore, target: Path, format: str = "json") -> None:
    with pytest.raises(InputError, match="an export never replaces it"):
        export(store, target, format=format)


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal", ".lock"])
def test_the_store_and_its_side_files_are_never_replaced(store: NetworkxStore, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"graph.kg{suffix}"
    link, chain = tmp_path / "link.json", tmp_path / "chain.json"
    link.symlink_to(target)
    chain.symlink_to(link)
    names = sorted(path.name for path in tmp_path.iterdir())
    for path in (target, link, chain):
        refused(store, path)
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert store.statistics().documents == 1
    store.close()
    with open_store(tmp_path / "graph.kg", read_only=True) as again:
        assert len(list(again.parts())) == 1


def test_a_hard_link_to_the_store_is_the_store(store: NetworkxStore, tmp_path: Path) -> None:
    (tmp_path / "other.json").hardlink_to(tmp_path / "graph.kg")
    refused(store, tmp_path / "other.json")


def test_other_databases_are_never_replaced(store: NetworkxStore, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "g_edges.tsv")
    connection.execute("CREATE TABLE t (c)")
    connection.close()
    (tmp_path / "broken.json").write_bytes(b"SQLite format 3\0" + b"\0" * 200)
    before = contents(tmp_path)
    refused(store, tmp_path / "g.tsv", "kgx")
    refused(store, tmp_path / "g_edges.tsv")
    refused(store, tmp_path / "broken.json")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("old", [b"", b"x", b"an older export, or whatever else " * 100])
def test_other_files_are_replaced(store: NetworkxStore, tmp_path: Path, old: bytes) -> None:
    (tmp_path / "g.json").write_bytes(old)
    [path] = export(store, tmp_path / "g.json").files
    assert path.read_text(encoding="utf-8").startswith('{"directed"')


def test_a_link_stays_and_what_it_points_to_is_written(store: NetworkxStore, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("there.json", "to-be.json"):
        target, link = tmp_path / "folder" / name, tmp_path / f"link-{name}"
        link.symlink_to(target)
        if name == "there.json":
            target.write_text("old", encoding="utf-8")
        export(store, link)
        assert link.is_symlink()
        assert target.read_text(encoding="utf-8").startswith('{"directed"')
    assert len(list((tmp_path / "folder").iterdir())) == 2


def test_a_link_that_leads_nowhere_is_said(store: NetworkxStore, tmp_path: Path) -> None:
    loop = tmp_path / "loop.json"
    loop.symlink_to(loop)
    for target in (loop / "g.json", tmp_path / "graph.kg" / "g.json"):
        with pytest.raises(InputError, match="can't be written"):
            export(store, target)
    (tmp_path / "gone.json").symlink_to(tmp_path / "absent" / "g.json")
    with pytest.raises(InputError, match="can't be written"):
        export(store, tmp_path / "gone.json")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("linked", [False, True])
def test_a_pipe_is_written_to_and_stays(store: NetworkxStore, tmp_path: Path, linked: bool) -> None:
    target = pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    if linked:
        target = tmp_path / "link"
        target.symlink_to(pipe)
    received: list[bytes] = []
    reader = Thread(target=lambda: received.append(pipe.read_bytes()), daemon=True)
    reader.start()
    export(store, target, format="jsonld")
    reader.join(timeout=10)
    [plain] = export(store, tmp_path / "plain.jsonld").files
    assert received == [plain.read_bytes()]
    assert pipe.is_fifo()
    assert target.is_symlink() == linked


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="open files have no paths here")
def test_an_unnamed_pipe_is_written_to(store: NetworkxStore, tmp_path: Path) -> None:
    out, into = os.pipe()
    received: list[bytes] = []

    def read() -> None:
        with os.fdopen(out, "rb") as file:
            received.append(file.read())

    reader = Thread(target=read, daemon=True)
    reader.start()
    (tmp_path / "stdout").symlink_to(f"/dev/fd/{into}")
    export(store, tmp_path / "stdout", format="json")
    os.close(into)
    reader.join(timeout=10)
    [plain] = export(store, tmp_path / "plain.json").files
    assert received == [plain.read_bytes()]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("format", [name for name, known in FORMATS.items() if known.parts])
def test_several_files_do_not_go_through_one_pipe(store: NetworkxStore, tmp_path: Path, format: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError, match="files"):
        export(store, tmp_path / "pipe", format=format)
    assert sorted(tmp_path.iterdir()) == before
