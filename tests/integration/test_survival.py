"""``kill -9`` at any moment, then the same command again: the graph of one undisturbed run."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.killing import builds, documents, exported, kills, moments, write_texts

DOCUMENTS = 200
KILLS = kills(20)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_random_moments_then_run_again(tmp_path: Path) -> None:
    write_texts(tmp_path / "in.jsonl", DOCUMENTS)
    with builds(tmp_path) as builder:
        assert builder.build("undisturbed.kg") == 0
        expected = exported(tmp_path / "undisturbed.kg", tmp_path / "undisturbed.json")
        partly = 0
        for number, (commits, inside) in enumerate(moments(KILLS, DOCUMENTS, (0, 3, 9, 27))):
            store = tmp_path / f"{number}.kg"
            assert builder.build(store.name, commits, inside) == signal.SIGKILL
            partly += 0 < documents(store) < DOCUMENTS
            assert builder.build(store.name) == 0
            found = exported(store, tmp_path / "again.json")
            assert found == expected, f"killed after {commits} commits, {inside} statements on"
    assert partly >= KILLS * 0.8
