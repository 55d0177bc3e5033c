"""Signals to a build: the first ends it after the documents in progress, and the same command goes on from there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest

from kg_builder.stores import open_store
from kg_builder.stores.views import RunRecord

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="signals are sent the POSIX way"),
    pytest.mark.slow,
]

DOCUMENTS = 120
QUICK = {"KG_BUILDER_EXTRACTORS": '["lexicon"]', "KG_BUILDER_RELATION_EXTRACTOR": "none"}
COMMAND = """
import os, sys, time
from kg_builder.cli import main
from kg_builder.extract.lexicon import LexiconExtractor

seconds = float(sys.argv.pop(1))
extract = LexiconExtractor.extract

def slowly(self, request):
    os.write(2, b"reading\\n")
    time.sleep(seconds)
    return extract(self, request)

LexiconExtractor.extract = slowly
main()
"""
"""The command with an extractor that takes so many seconds a document."""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stopping") / "in.jsonl"
    rows = ({"id": f"d{n:04}", "text": f"Aspirin caused gastritis in case {n}."} for n in range(DOCUMENTS))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def start(corpus: Path, store: Path, *options: str, seconds: float = 0, **settings: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", COMMAND, str(seconds), "build", str(corpus), "--store", str(store), *options]
    return subprocess.Popen(command, env={**os.environ, **QUICK, **settings}, stdout=PIPE, stderr=PIPE, text=True)


def signalled(process: subprocess.Popen[str], *numbers: int, after: int) -> tuple[int, str, str]:
    """Wait until so many documents were begun, send the signals. Answers exit code, output and errors."""
    assert process.stderr is not None
    errors = ""
    with process:
        try:
            for _ in range(after):
                assert process.stderr.readline() == "reading\n"
            for number in numbers:
                process.send_signal(number)
                while "stopping after" not in errors:
                    errors += process.stderr.readline()
            output, rest = process.communicate(timeout=300)
        except BaseException:
            process.kill()
            raise
    return process.returncode, output, errors + rest


def last_run(store: Path) -> RunRecord:
    with open_store(str(store), read_only=True) as opened:
        return opened.runs()[-1]


@pytest.mark.parametrize(("number", "concurrency"), [(signal.SIGINT, "1"), (signal.SIGTERM, "4")])
def test_a_stopped_build_says_what_is_written_and_goes_on_from_there(
    corpus: Path, tmp_path: Path, number: signal.Signals, concurrency: str
) -> None:
    store = tmp_path / "graph.kg"
    process = start(corpus, store, seconds=0.05, KG_BUILDER_CONCURRENCY=concurrency)
    code, output, errors = signalled(process, number, after=20)
    assert code == 128 + number, errors
    assert "the same command goes on from there" in errors
    run = last_run(store)
    assert (run.ended, run.finished, run.in_progress) == ("stopped", None, ())
    assert 16 <= run.written < DOCUMENTS
    assert f"{run.read} documents read = {run.written} written" in output
    process = start(corpus, store, "--json", KG_BUILDER_CONCURRENCY=concurrency)
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    again = json.loads(output)
    assert (again["unchanged"], again["written"]) == (run.written, DOCUMENTS - run.written)
    assert again["ended"] == "finished"


@pytest.mark.parametrize("concurrency", ["1", "3"])
def test_a_second_signal_stops_at_once(corpus: Path, tmp_path: Path, concurrency: str) -> None:
    store = tmp_path / "graph.kg"
    process = start(corpus, store, seconds=300, KG_BUILDER_CONCURRENCY=concurrency)
    code, _, errors = signalled(process, signal.SIGINT, signal.SIGINT, after=1)
    assert code == 130, errors
    assert "interrupted" in errors
    run = last_run(store)
    assert (run.ended, run.finished, run.written) == ("interrupted", None, 0)


def test_a_time_limit_and_a_second_chance(corpus: Path, tmp_path: Path) -> None:
    store, few = tmp_path / "graph.kg", tmp_path / "few.jsonl"
    few.write_text("\n".join(corpus.read_text().splitlines()[:3]))

    def build(*options: str) -> str:
        process = start(few, store, *options, KG_BUILDER_DOCUMENT_ATTEMPTS="1")
        output, errors = process.communicate(timeout=300)
        assert process.returncode in {0, 1}, errors
        return output

    assert "failed: timed-out 3" in build("--timeout", "0.000001")
    left_out = build()
    assert "failed: set-aside 3" in left_out
    assert "--retry-failed" in left_out
    assert "3 documents read = 3 written" in build("--retry-failed")
