"""A document that kills the process which reads it, with real processes: the others are written, it is set aside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from kg_builder.stores import open_store

pytestmark = pytest.mark.slow

RUNS = """
import os, signal, sys
from kg_builder.graphs.building import run_into
from kg_builder.graphs.components import Components
from kg_builder.graphs.corpus import run_corpus
from kg_builder.graphs.run_control import RunControl
from kg_builder.records import Document
from kg_builder.schemas import builtin_schema
from kg_builder.settings import Settings
from kg_builder.stores import open_store
from kg_builder.testing import ScriptedExtractor, TableNormalizer

class Deadly(ScriptedExtractor):
    def extract(self, request):
        if request.document_id == "d20":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().extract(request)

def run(concurrency):
    store = open_store("graph.kg")
    components = Components(
        settings=Settings(schema_name="chemical-disease", extractors=("deadly",), concurrency=concurrency),
        extractors={"deadly": Deadly([[("aspirin", "Chemical")]])},
        normalizer=TableNormalizer(),
        schemas={"chemical-disease": builtin_schema("chemical-disease")},
        store=store,
    )
    documents = (Document(id=f"d{n:02}", text=f"We gave aspirin to {n}.", language="en") for n in range(40))
    control = RunControl()
    run_into(store, run_corpus(documents, components, control=control), components, None, control=control)

while True:
    child = os.fork()  # before any thread
    if child == 0:
        run(int(sys.argv[1]))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))
    if not os.WIFSIGNALED(status):
        break
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize(("concurrency", "deaths"), [(1, 4), (4, 5)])
def test_a_document_that_kills_is_found_and_set_aside(tmp_path: Path, concurrency: int, deaths: int) -> None:
    runs = subprocess.run(
        [sys.executable, "-c", RUNS, str(concurrency)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert [int(line) for line in runs.stdout.split()] == [int(signal.SIGKILL)] * deaths + [0]
    with closing(open_store(str(tmp_path / "graph.kg"), read_only=True)) as store:
        failures = [(failure.document_id, failure.code, failure.attempts) for failure in store.failures()]
        assert failures == [("d20", "cut-off", 3)]
        assert [document.id for document in store.documents()] == [f"d{n:02}" for n in range(40) if n != 20]
        assert [run.ended for run in store.runs()] == [None] * deaths + ["finished"]
        assert store.runs()[-1].failures_by_code == {"set-aside": 1}
