"""Documents per second of ``kg-builder build`` with the lexicon extractor, where the time goes, and peak memory.

    python benchmarks/throughput.py ABSTRACTS... [--documents 1000] [--trivial]

ABSTRACTS is anything that ``kg-builder build`` reads. Time is that of this process on one core; the
share of the steps is measured inside the nodes, the rest is LangGraph's and the corpus loop's.
``--trivial`` also times the same workflow with parts that do nothing: what LangGraph alone costs.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from itertools import islice
from pathlib import Path

from kg_builder.corpora.reading import read
from kg_builder.corpora.records import Unreadable
from kg_builder.graphs.building import build
from kg_builder.graphs.components import Components
from kg_builder.graphs.corpus import document_of, run_corpus
from kg_builder.records import Document
from kg_builder.schemas import builtin_schema
from kg_builder.settings import Settings
from kg_builder.testing import ScriptedExtractor, TableNormalizer

ENGLISH = "A patient with hypertension was treated with enalapril and developed a dry cough."
UNCERTAIN = "Le patient souffrait d'une insuffisance cardiaque"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("abstracts", nargs="+")
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--trivial", action="store_true")
    arguments = parser.parse_args()
    rows = (row for row in read(arguments.abstracts) if not isinstance(row, Unreadable))
    documents = (document_of(row) for row in islice(rows, arguments.documents))
    if arguments.trivial:
        trivial(list(documents))
        return
    build([ENGLISH, UNCERTAIN])  # loads everything that is loaded once: vocabulary, cue lists, language model
    before = peak()
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "graph.kg"
        begun, cpu = time.perf_counter(), time.process_time()
        run = build(documents, store=store).run
        spent, burnt = time.perf_counter() - begun, time.process_time() - cpu
        size = store.stat().st_size
    print(f"{run.read} documents in {spent:.2f} s: {run.read / spent:.0f}/s ({run.read / burnt:.0f} per CPU second)")
    steps = sum(run.seconds_by_step.values())
    for name, seconds in run.seconds_by_step.items():
        print(f"  {name:<10}{seconds / run.read * 1000:7.2f} ms a document {seconds / spent:6.1%}")
    print(f"  {'the rest':<10}{(spent - steps) / run.read * 1000:7.2f} ms a document {1 - steps / spent:6.1%}")
    print(f"peak memory {peak():.0f} MB ({before:.0f} MB before the first document); store {size / 1e6:.1f} MB")


def trivial(documents: list[Document]) -> None:
    """The workflow with parts that do nothing."""
    schema = builtin_schema("chemical-disease")
    components = Components(
        settings=Settings(schema_name=schema.name, extractors=("nothing",)),
        extractors={"nothing": ScriptedExtractor([[]], deterministic=True)},
        normalizer=TableNormalizer(),
        schemas={schema.name: schema},
    )
    begun = time.perf_counter()
    count = sum(1 for _ in run_corpus(documents, components))
    print(f"trivial parts: {(time.perf_counter() - begun) / count * 1000:.2f} ms a document")


def peak() -> float:
    """Peak resident memory of this process, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
