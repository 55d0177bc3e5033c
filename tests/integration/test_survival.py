"""``kill -9`` at any moment, then the same command again: the graph of one undisturbed run."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kg_builder.stores import open_store
from kg_builder.stores.export import export

DOCUMENTS = 200
KILLS = 20

BUILDER = """
import os, signal, sqlite3, sys
# the store is what has to survive; the models' threads wouldn't survive the forks below
os.environ |= {"KG_BUILDER_EXTRACTORS": '["lexicon"]', "KG_BUILDER_RELATION_EXTRACTOR": "cooccurrence"}
from pathlib import Path
from kg_builder.graphs.building import build

source = Path("in.jsonl")
build(source)  # everything that is loaded once, before the first fork


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
        connect = sqlite3.connect

        def traced(*arguments, **options):
            connection = connect(*arguments, **options)
            connection.set_trace_callback(watch)
            return connection

        sqlite3.connect = traced
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


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 documents that share concepts."""
    path = tmp_path_factory.mktemp("survival")
    chance = random.Random(7)
    with (path / "in.jsonl").open("w") as file:
        for number in range(DOCUMENTS):
            sentences = (
                f"{chance.choice(DRUGS)} induced {chance.choice(EFFECTS)} in patient {number}." for _ in range(2)
            )
            file.write(json.dumps({"id": f"d{number:03}", "text": " ".join(sentences)}) + "\n")
    return path


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_random_moments_then_run_again(folder: Path) -> None:
    chance = random.Random(11)
    moments = [(chance.randint(1, DOCUMENTS - 1), chance.choice((0, 3, 9, 27))) for _ in range(KILLS)]
    with subprocess.Popen(
        [sys.executable, "-c", BUILDER], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as builder:
        assert builder.stdin is not None
        assert builder.stdout is not None

        def build(store: str, commits: int = 0, inside: int = 0) -> int:
            assert builder.stdin is not None
            assert builder.stdout is not None
            builder.stdin.write(f"{store} {commits} {inside}\n")
            builder.stdin.flush()
            return int(builder.stdout.readline())

        assert build("undisturbed.kg") == 0
        expected = exported(folder / "undisturbed.kg")
        partly = 0
        for number, (commits, inside) in enumerate(moments):
            store = f"{number}.kg"
            assert build(store, commits, inside) == signal.SIGKILL
            partly += 0 < documents(folder / store) < DOCUMENTS
            assert build(store) == 0
            assert exported(folder / store) == expected, f"killed after {commits} commits, {inside} statements on"
        builder.stdin.close()
    assert partly >= KILLS * 0.8


def documents(path: Path) -> int:
    store = open_store(str(path), read_only=True)
    try:
        return store.statistics().documents
    finally:
        store.close()


def exported(path: Path) -> bytes:
    store = open_store(str(path), read_only=True)
    target = path.with_suffix(".json")
    try:
        export(store, target)
        return target.read_bytes()
    finally:
        store.close()
