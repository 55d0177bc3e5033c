"""The promises of the benchmark ``fuzz_answers.py``, on a tenth of its answers."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.mark.slow
def test_damaged_answers_break_no_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    """No crash, nothing ungrounded, intact items recovered, every way of reading taken; time is for the benchmark."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    tally = importlib.import_module("fuzz_answers").fuzz(100_000, seed=2)
    assert tally.answers == 100_000
    assert tally.broken(timed=False) == []
