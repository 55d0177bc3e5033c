"""Opening stores: what is made, what is refused, and that a refused file is left alone."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kg_builder.errors import StoreError, StoreLockedError, StoreVersionError
from kg_builder.graph_store import GraphStore
from kg_builder.records import DocumentGraph
from kg_builder.stores import open_store
from kg_builder.stores.networkx_store import NetworkxStore

MakePart = Callable[..., DocumentGraph]


def refused(path: Path) -> StoreVersionError:
    """The error that opening gives; the file and its folder must stay as they were."""
    before, beside = path.read_bytes(), sorted(path.parent.iterdir())
    for read_only in (False, True):
        with pytest.raises(StoreVersionError, match=path.name) as caught:
            open_store(path, read_only=read_only)
    assert path.read_bytes() == before
    assert sorted(path.parent.iterdir()) == beside
    return caught.value


def test_a_store_satisfies_the_protocol(tmp_path: Path) -> None:
    store: GraphStore = open_store(tmp_path / "graph.kg")
    assert store.location == str(tmp_path / "graph.kg")
    store.close()


def test_a_file_that_is_not_sqlite_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Just some text. " * 100, encoding="utf-8")
    assert "not an SQLite file" in refused(path).message


def test_another_applications_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE documents (id)")
    connection.close()
    assert "another application" in refused(path).message


@pytest.mark.parametrize("version", [0, 1, 99])
def test_another_version_is_refused_and_both_are_named(tmp_path: Path, version: int) -> None:
    path = tmp_path / "old.kg"
    open_store(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    message = refused(path).message
    assert f"version {version};" in message
    assert "version 5" in message


def test_reading_a_missing_file_names_it_and_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"absent\.kg.*no such file"):
        open_store(tmp_path / "absent.kg", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_folders_and_missing_folders_are_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        open_store(tmp_path)
    with pytest.raises(StoreError, match="there is no folder"):
        open_store(tmp_path / "absent" / "graph.kg")


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    path = tmp_path / "graph.kg"
    path.touch()
    with open_store(path) as store:
        assert store.statistics().documents == 0


@pytest.mark.parametrize("name", ["with blank.kg", "50%?#.kg", "đồ thị.kg"])
def test_any_file_name_will_do(tmp_path: Path, make_part: MakePart, name: str) -> None:
    with open_store(tmp_path / name) as store:
        store.write(make_part(1))
    with open_store(str(tmp_path / name), read_only=True) as store:
        assert store.statistics().documents == 1


def test_a_read_only_store_reads_and_refuses_to_write(tmp_path: Path, make_part: MakePart) -> None:
    path = tmp_path / "graph.kg"
    with open_store(path) as store:
        store.write(make_part(1))
    with NetworkxStore(path, read_only=True) as store:
        assert store.graph.number_of_nodes() == 3
        for change in (lambda: store.write(make_part(2)), lambda: store.forget("note-1-q1q")):
            with pytest.raises(StoreError, match="reading only"):
                change()
        with pytest.raises(StoreError, match="reading only"), store.writing():
            pass


UNPRIVILEGED = """
import os, sys
from kg_builder.errors import StoreError
from kg_builder.stores import open_store
from kg_builder.stores.networkx_store import NetworkxStore
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
for path in sys.argv[1:]:
    try:
        with open_store(path) as store:
            store.forget("note-1-q1q")
    except StoreError as error:
        print(type(error).__name__, error.message)
"""


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="rights are another matter here")
def test_a_place_that_is_read_only_for_the_user_is_said(make_part: MakePart) -> None:
    with TemporaryDirectory() as name:  # pytest's own folders are closed to other users
        folder = Path(name).resolve()
        held, shut = folder / "held.kg", folder / "shut.kg"
        for path in (held, shut):
            with open_store(path) as store:
                store.write(make_part(1))
        shut.chmod(0o444)
        with open_store(held, read_only=True) as reader:  # its log lies there
            reader.statistics()
            folder.chmod(0o555)
            command = [sys.executable, "-c", UNPRIVILEGED, str(held), str(shut), str(folder / "new.kg")]
            run = subprocess.run(command, check=True, capture_output=True, text=True)
            folder.chmod(0o755)
        assert sorted(path.name for path in folder.iterdir() if path.suffix == ".kg") == ["held.kg", "shut.kg"]
    lines = run.stdout.splitlines()
    assert [line.split(" (")[0] for line in lines] == [
        f"StoreError {folder / name}: can't be written here" for name in ("held.kg", "shut.kg", "new.kg")
    ]


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="no /proc here")
def test_a_place_where_nothing_can_be_made_is_not_called_locked() -> None:
    with pytest.raises(StoreError, match=r"/proc/absent\.kg: can't be written here") as caught:
        open_store("/proc/absent.kg")
    assert not isinstance(caught.value, StoreLockedError)
    assert "writable" in (caught.value.hint or "")


def test_a_place_below_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="there is no folder"):
        open_store(tmp_path / "file" / "graph.kg")


def test_a_lock_that_cannot_be_made_is_said(tmp_path: Path, make_part: MakePart) -> None:
    (tmp_path / "graph.kg.lock").mkdir()
    with pytest.raises(StoreError, match="can't be written here"):
        open_store(tmp_path / "graph.kg")
    (tmp_path / "graph.kg.lock").rmdir()
    with open_store(tmp_path / "graph.kg") as store:
        (tmp_path / "graph.kg.lock").unlink()
        (tmp_path / "graph.kg.lock").mkdir()
        with pytest.raises(StoreError, match="can't be written here"):
            store.write(make_part(1))


def test_opening_and_writing_load_no_networkx(tmp_path: Path) -> None:
    script = (
        "import sys; from kg_builder.stores import open_store; assert 'sqlite3' not in sys.modules;"
        "store = open_store(sys.argv[1]); list(store.parts()); store.statistics();"
        "assert 'networkx' not in sys.modules;"
        "store.graph; assert 'networkx' in sys.modules; store.close()"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "graph.kg")], check=True)
