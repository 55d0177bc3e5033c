"""LangChain's own Neo4j graph writes our GraphDocuments and reads them back; it needs APOC for that."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg_builder.graphs.graph_documents import graph_documents
from kg_builder.stores import open_store
from tests.conformance.conftest import sample_part
from tests.neo4j.fixtures import started
from tests.neo4j.server import NoServerError, Release, Server

VERSION = "5.26.2"
"""For which Maven Central has both server and APOC."""


@pytest.fixture
def neo4j_with_apoc(neo4j_servers: object, tmp_path: Path) -> Iterator[str]:
    """URI of a server with APOC."""
    server = Server(Release(VERSION, 17), plugins=[apoc(tmp_path)])
    yield started(server).uri
    server.remove()


def apoc(folder: Path) -> Path:
    """APOC's jar, from Maven. Raises NoServerError."""
    maven = shutil.which("mvn")
    if maven is None:
        raise NoServerError("no Maven (mvn)")
    artifact = f"org.neo4j.procedure:apoc-core:{VERSION}:jar:core"
    options = [f"-Dartifact={artifact}", f"-DoutputDirectory={folder}", "-Dtransitive=false"]
    command = [maven, "-q", "-B", "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy", *options]
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return next(folder.glob("apoc-core-*.jar"))


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # those of the other library are its own
def test_langchain_writes_and_reads_our_graph_documents(neo4j_with_apoc: str) -> None:
    langchain_neo4j = pytest.importorskip("langchain_neo4j", reason="langchain-neo4j isn't installed")
    store = open_store(":memory:")
    text = "Gave aspirin; then bleeding."
    store.write(sample_part("n1", text, ("aspirin", "INDUCES", "bleeding"), confidence=0.9, patient="p1"))
    store.write(sample_part("n2", "Warfarin, warfarin against stroke.", ("warfarin", "TREATS", "stroke")))

    graph = langchain_neo4j.Neo4jGraph(neo4j_with_apoc, username="", password="", database="neo4j")
    try:
        graph.add_graph_documents(list(graph_documents(store)), include_source=True, baseEntityLabel=True)
        relations = graph.query(
            "MATCH (a:Chemical)-[r]->(b:Disease) RETURN a.id, type(r), b.id, r {.*} AS r ORDER BY a.id"
        )
        sources = graph.query(
            "MATCH (d:Document)-[:MENTIONS]->(c) RETURN d.id, d.patient, d.text, c.name ORDER BY c.name"
        )
    finally:
        graph.close()

    assert [(row["a.id"], row["type(r)"], row["b.id"]) for row in relations] == [
        ("MESH:D001241", "INDUCES", "MESH:D006470"),
        ("MESH:D014859", "TREATS", "MESH:D020521"),
    ]
    first = relations[0]["r"]
    assert (first["document"], first["assertion"], first["confidence"]) == ("n1", "present", 0.9)
    assert text[first["object_starts"][0] : first["object_ends"][0]] == "bleeding"
    assert first["sentences"] == [text]
    assert [(row["d.id"], row["c.name"]) for row in sources] == [
        ("n1", "Aspirin"), ("n1", "Hemorrhage"), ("n2", "Stroke"), ("n2", "Warfarin"),
    ]  # fmt: skip
    assert (sources[0]["d.patient"], sources[0]["d.text"]) == ("p1", text)
