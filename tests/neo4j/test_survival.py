"""A build into Neo4j survives its own death, the server's, and others that write at the same time."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kg_builder.graphs import writing
from kg_builder.graphs.building import build
from kg_builder.graphs.corpus import DocumentReport
from kg_builder.records import Concept, Document, DocumentGraph, Evidence, Mention, Relation, Selection
from kg_builder.settings import Settings
from kg_builder.stores import open_store
from tests.killing import builds, documents, exported, kills, moments, write_texts
from tests.neo4j.fixtures import ask, wipe
from tests.neo4j.server import Server

KILLS = kills(4)
ALL_OF_IT = KILLS >= 50
"""On demand: as many documents as the promise is about."""
WRITERS = 8
DICTIONARY = Settings(extractors=("lexicon",), relation_extractor="cooccurrence")
COUNTS = "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN count(DISTINCT n), count(r)"


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_random_moments_then_run_again(empty_neo4j: str, tmp_path: Path) -> None:
    number = 200 if ALL_OF_IT else 40
    write_texts(tmp_path / "in.jsonl", number)
    with builds(tmp_path) as builder:
        assert builder.build("undisturbed.kg") == 0
        expected = exported(tmp_path / "undisturbed.kg", tmp_path / "undisturbed.json")
        partly = 0
        for commits, inside in moments(KILLS, number, (0, 1, 2, 4)):
            wipe(empty_neo4j)
            assert builder.build(empty_neo4j, commits, inside) == signal.SIGKILL
            partly += 0 < documents(empty_neo4j) < number
            assert builder.build(empty_neo4j) == 0
            found = exported(empty_neo4j, tmp_path / "again.json")
            assert found == expected, f"killed after {commits} commits, {inside} statements on"
    assert partly >= KILLS * 0.8


@pytest.mark.slow
def test_a_server_that_dies_twice_during_a_build(
    make_neo4j_server: Callable[[], Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = 500 if ALL_OF_IT else 60
    monkeypatch.setenv("NEO4J_RETRY_SECONDS", "300")
    monkeypatch.setattr(writing, "MOST", 5)  # documents at once: reports come in more than one burst
    write_texts(tmp_path / "in.jsonl", number)
    server = make_neo4j_server()
    restarts: list[threading.Thread] = []
    reports: list[DocumentReport] = []

    def restart() -> None:
        server.kill()
        server.start()

    def on_report(report: DocumentReport) -> None:
        reports.append(report)
        if len(reports) in {number // 3, 2 * number // 3}:
            for earlier in restarts:
                earlier.join()
            restarts.append(threading.Thread(target=restart))
            restarts[-1].start()

    built = build(tmp_path / "in.jsonl", store=server.uri, settings=DICTIONARY, on_report=on_report)
    built.store.close()
    for thread in restarts:
        thread.join()
    assert len(restarts) == 2
    assert (built.run.read, built.run.failed) == (number, 0)
    undisturbed = build(tmp_path / "in.jsonl", store=tmp_path / "g.kg", settings=DICTIONARY)
    undisturbed.store.close()
    assert exported(server.uri, tmp_path / "a.json") == exported(tmp_path / "g.kg", tmp_path / "b.json")


def test_names_of_the_schema_that_a_build_reads_by(empty_neo4j: str, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        "name: own\ndescription: d\nentities: [{name: Agent, description: d, semantic_group: CHEM}]\n"
        "relations: [{name: MEETS, description: d, subject: [Agent], object: [Agent]}]\n"
    )
    settings = Settings(schema_name=str(file), extractors=("lexicon",), relation_extractor="cooccurrence")
    build("Gave heparin.", store=empty_neo4j, settings=settings).store.close()
    [[names]] = ask(
        empty_neo4j, "SHOW INDEXES YIELD name, labelsOrTypes WHERE name = 'evidence_words' RETURN labelsOrTypes"
    )
    assert "MEETS" in names


WRITER = """
import sys
from pathlib import Path
from kg_builder.records import DocumentGraph
from kg_builder.stores import open_store

uri, file = sys.argv[1:]
parts = [DocumentGraph.model_validate_json(line) for line in Path(file).read_text().splitlines()]
store = open_store(uri)
print("ready", flush=True)
sys.stdin.readline()
with store.writing():
    for part in parts:
        store.write(part.model_copy(update={"settings_hash": "older"}))
    for part in parts:
        passing = part.document.model_copy(update={"id": f"{Path(file).stem} {part.document.id}"})
        store.write(part.model_copy(update={"document": passing}))
        store.write(part)
        store.forget(passing.id)
store.close()
"""


@pytest.mark.slow
def test_eight_writers_at_once(empty_neo4j: str, tmp_path: Path) -> None:
    """Each writes, replaces and forgets; every two of them share documents, and all share concepts."""
    parts = [overlapping_part(number) for number in range(WRITERS * 6)]
    writers = []
    for writer in range(WRITERS):
        own = [part for n, part in enumerate(parts) if writer in {n % WRITERS, (n + 1) % WRITERS}]
        file = tmp_path / f"{writer}.jsonl"
        file.write_text("".join(part.model_dump_json() + "\n" for part in own))
        writers.append(start_writer(empty_neo4j, file))
    for process in writers:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in writers:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate(timeout=300)[1] for process in writers]
    assert [process.returncode for process in writers] == [0] * WRITERS, said
    alone = open_store(tmp_path / "alone.kg")
    for part in parts:
        alone.write(part)
    alone.close()
    assert exported(empty_neo4j, tmp_path / "a.json") == exported(tmp_path / "alone.kg", tmp_path / "b.json")
    counted = ask(empty_neo4j, COUNTS)
    wipe(empty_neo4j)
    store = open_store(empty_neo4j)
    for part in parts:
        store.write(part)
    store.close()
    assert ask(empty_neo4j, COUNTS) == counted


def start_writer(uri: str, file: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, uri, str(file)]
    return subprocess.Popen(
        command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=file.parent
    )


def overlapping_part(number: int) -> DocumentGraph:
    """Four concepts out of twelve, in an order that differs from document to document, and relations among them."""
    concepts = [
        Concept(id=f"MESH:D{n % 12:06}", name=f"finding {n % 12}", type="Disease", synonyms=(f"f{number % 3}",))
        for n in (number, number * 5 + 3, number * 7 + 1, number * 11 + 2)
    ]
    concepts = list({concept.id: concept for concept in concepts}.values())
    text = ""
    spans: list[tuple[int, int]] = []
    for concept in concepts:
        spans.append((len(text), len(text) + len(concept.name)))
        text += concept.name + "; "
    return DocumentGraph(
        document=Document(id=f"n{number}", text=text),
        selection=Selection(schema_name="chemical-disease", extractors=("made-up",), language="en", reason="made up"),
        settings_hash="s1",
        mentions=tuple(
            Mention(start=start, end=end, text=text[start:end], type="DISEASE", concepts=(concept.id,))
            for (start, end), concept in zip(spans, concepts, strict=True)
        ),
        concepts=tuple(concepts),
        relations=tuple(
            Relation(
                subject=one.id,
                predicate="INDUCES",
                object=other.id,
                evidence=(Evidence(sentence=(0, len(text)), subject=spans[n], object=spans[n + 1]),),
            )
            for n, (one, other) in enumerate(itertools.pairwise(concepts))
        ),
    )
