"""Copies between a file and Neo4j, and by the files of a bulk import, hold the same graph."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kg_builder.graph_store import Failure, GraphStore
from kg_builder.graphs.copying import copy
from kg_builder.records import Concept
from kg_builder.stores import open_store
from kg_builder.stores.neo4j.bulk import write_bulk
from tests.killing import exported
from tests.neo4j.fixtures import ask
from tests.neo4j.server import Server, jars, java_home
from tests.neo4j.test_survival import overlapping_part

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def source(tmp_path: Path) -> GraphStore:
    """Eight documents with what is hard to carry, a failed one, and a hierarchy."""
    store = open_store(tmp_path / "source.kg")
    for number in range(6):
        store.write(overlapping_part(number))
    for document, sign in (('line\nbreak, "quoted"', "\n"), ("lone \ud800", "\x1f")):
        part = overlapping_part(6)
        metadata = {"patient": 'p "1",', "tags": ("a;b", "ü"), "extra": {"bed": 3, "bay\n": "x"}, "date": "2024-01-05"}
        described = {"id": document.replace("\ud800", "x"), "text": part.document.text[:-1] + sign}
        whole = part.document.model_copy(update=described)
        fields = {**whole.model_dump(), "metadata": metadata}
        store.write(part.model_copy(update={"document": type(whole).model_validate(fields, strict=False)}))
    store.fail(Failure("d", "timed-out", "took too long", state="f00d", attempts=2))
    above = Concept(id="MESH:C1", name="Findings", type="Disease")
    store.roll_up({"MESH:D000001": [above.id], "MESH:D000002": [above.id]}, [above])
    return store


def test_a_file_into_neo4j_and_back(source: GraphStore, empty_neo4j: str, tmp_path: Path) -> None:
    there, back = open_store(empty_neo4j), open_store(tmp_path / "back.kg")
    assert copy(source, there).written == 8
    assert copy(source, there).unchanged == 8
    assert copy(there, back).written == 8
    for store in (there, back):
        assert list(store.parts()) == list(source.parts())
        assert list(store.failures()) == list(source.failures())
        store.close()
    source.close()
    expected = exported(tmp_path / "source.kg", tmp_path / "source.json")
    assert exported(empty_neo4j, tmp_path / "there.json") == expected
    assert exported(tmp_path / "back.kg", tmp_path / "back.json") == expected


def test_the_command(source: GraphStore, empty_neo4j: str, kg_builder_command: Run) -> None:
    source.close()
    assert "8 documents = 8 written + 0 unchanged" in kg_builder_command("copy", "source.kg", empty_neo4j).stdout
    assert "8 documents = 8 written + 0 unchanged" in kg_builder_command("copy", empty_neo4j, "back.kg").stdout


def test_a_bulk_import_is_a_store(source: GraphStore, make_neo4j_server: Callable[..., Server], tmp_path: Path) -> None:
    written = write_bulk(source.parts(), tmp_path / "import")
    assert written.documents == 8
    server = make_neo4j_server(lambda server: admin(server, written.import_command))
    for statement in written.after.read_text().split(";\n")[:-1]:
        ask(server.uri, statement)
    with_ledger = open_store(server.uri)
    assert copy(source, with_ledger).unchanged == 8
    with_ledger.close()
    source.close()
    expected = exported(tmp_path / "source.kg", tmp_path / "source.json")
    assert exported(server.uri, tmp_path / "there.json") == expected


def admin(server: Server, command: str) -> None:
    """The command that ``neo4j-admin`` is for, with the jars of the server."""
    home = server.folder / "0"
    home.mkdir()
    arguments = shlex.split(command)[1:]
    java = java_home(server.release.java) / "bin" / "java"
    libraries = f"{jars(server.release.version)}/*"
    program: list[str | Path] = [java, "-Xmx512m", "-cp", libraries, "org.neo4j.cli.AdminTool"]
    options = ["--overwrite-destination=true", f"--report-file={home / 'report'}"]
    environment = {"NEO4J_HOME": str(home), "NEO4J_CONF": str(home), "HOME": str(home), "PATH": "/usr/bin:/bin"}
    (home / "neo4j.conf").write_text("")
    done = subprocess.run(
        [*program, *arguments[:-1], *options, arguments[-1]],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
