"""Builds that are killed at chosen moments, whatever store they write to."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kg_builder.stores import open_store
from kg_builder.stores.export import export

BUILDER = """
import os, signal, sqlite3, sys
# the store is what has to survive; the models' threads wouldn't survive the forks below
os.environ |= {"KG_BUILDER_EXTRACTORS": '["lexicon"]', "KG_BUILDER_RELATION_EXTRACTOR": "cooccurrence"}
from pathlib import Path
from kg_builder.graphs import writing
from kg_builder.graphs.building import build

writing.MOST = 8  # documents in a transaction, of which a build is to have many
source = Path("in.jsonl")
build(source)  # everything that is loaded once, before the first fork


def watch_statements(watch):
    # Call this before every statement to a store.
    import neo4j

    connect, send = sqlite3.connect, neo4j.ManagedTransaction.run

    def traced(*arguments, **options):
        connection = connect(*arguments, **options)
        connection.set_trace_callback(watch)
        return connection

    def watched(self, query, *arguments, **options):
        watch(query)
        return send(self, query, *arguments, **options)

    sqlite3.connect = traced
    neo4j.ManagedTransaction.run = watched


def run(store, commits, inside):
    # Die after so many commits; `inside`: at that many statements into the next transaction, else at once.
    done, statements = 0, 0

    def watch(statement):
        nonlocal statements
        statements += done >= commits
        if statements > inside:
            os.kill(os.getpid(), signal.SIGKILL)

    def on_report(report):
        nonlocal done
        done += 1
        if commits and done >= commits and not inside:
            os.kill(os.getpid(), signal.SIGKILL)

    if inside:
        watch_statements(watch)
    build(source, store=store, on_report=on_report)


for line in sys.stdin:
    store, commits, inside = line.split()
    child = os.fork()
    if child == 0:
        run(store, int(commits), int(inside))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, flush=True)
"""

DRUGS = ("Cisplatin", "Heparin", "Amiodarone", "Isoniazid", "Clozapine", "Valproic acid", "Metformin", "Lithium")
EFFECTS = ("acute kidney injury", "thrombocytopenia", "hypothyroidism", "hepatitis", "agranulocytosis", "tremor")


def kills(default: int) -> int:
    """How many builds to kill: ``KG_BUILDER_TEST_KILLS``, or fewer where nobody asked."""
    return int(os.environ.get("KG_BUILDER_TEST_KILLS", default))


def write_texts(path: Path, documents: int) -> None:
    """Two sentences a document; they share concepts."""
    chance = random.Random(7)
    with path.open("w") as file:
        for number in range(documents):
            sentences = (
                f"{chance.choice(DRUGS)} induced {chance.choice(EFFECTS)} in patient {number}." for _ in range(2)
            )
            file.write(json.dumps({"id": f"d{number:03}", "text": " ".join(sentences)}) + "\n")


def moments(number: int, documents: int, inside: tuple[int, ...]) -> list[tuple[int, int]]:
    """When to kill: after so many commits, at so many statements into the next transactions (0: at once)."""
    chance = random.Random(11)
    return [(chance.randint(1, documents - 16), chance.choice(inside)) for _ in range(number)]


class Builds:
    """A process that builds ``in.jsonl`` of its folder in forks of itself, as loading everything takes long."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def build(self, store: str, commits: int = 0, inside: int = 0) -> int:
        """Build into a store and die after so many commits (0: don't). Answers the signal that ended it, or 0."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{store} {commits} {inside}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def builds(folder: Path) -> Iterator[Builds]:
    """Builds of the texts in a folder."""
    with subprocess.Popen(
        [sys.executable, "-c", BUILDER], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Builds(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()


def documents(store: str | Path) -> int:
    """How many a store holds."""
    opened = open_store(str(store), read_only=True)
    try:
        return opened.statistics().documents
    finally:
        opened.close()


def exported(store: str | Path, target: Path) -> bytes:
    """All of a graph: equal graphs give equal bytes."""
    opened = open_store(str(store), read_only=True)
    try:
        export(opened, target)
        return target.read_bytes()
    finally:
        opened.close()
