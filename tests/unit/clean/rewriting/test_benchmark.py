"""The promises of the fidelity check on a part of ``benchmarks/fidelity.tsv``; the whole runs with the benchmark."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from kg_builder.clean.rewriting.fidelity import fact_differences
from kg_builder.extract.recognized import recognizer
from kg_builder.terminology.shipped import load_terminology

BENCHMARK = Path(__file__).parents[4] / "benchmarks" / "fidelity.py"
EVERY = 8
"""Pair that is looked at."""


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fidelity_benchmark", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_faithful_rewritings_pass_and_changed_ones_dont(benchmark: ModuleType) -> None:
    pairs = list(benchmark.read_pairs(BENCHMARK.with_suffix(".tsv")))
    assert len(pairs) >= 200
    pairs = [pair for pair in pairs if not pair.part.startswith("dense")]  # those are measured, not promised
    tally = benchmark.judge(pairs[::EVERY], recognizer(load_terminology()), per_class=12)
    made, refused = tally.facts
    assert made >= 80
    assert tally.accepted >= 0.85 * tally.pairs
    assert refused >= made - 2
    assert tally.refused["truncated"] == tally.made["truncated"]


def test_enough_rewritings_can_be_made_of_every_class(benchmark: ModuleType) -> None:
    pairs = list(benchmark.read_pairs(BENCHMARK.with_suffix(".tsv")))
    made = [change.kind for change in benchmark.changes(pairs, per_class=90)]
    assert len(made) - made.count("truncated") >= 500
    assert all(made.count(kind) >= 60 for kind in benchmark.CLASSES)


def test_the_examples_of_the_card_are_faithful_to_the_shipped_names(card_examples: tuple[tuple[str, str], ...]) -> None:
    for text, rewriting in card_examples:
        assert fact_differences(text, rewriting, recognize=recognizer(load_terminology())) == []
