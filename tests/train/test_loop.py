"""Rates of learning, and the loss over types that a corpus doesn't annotate."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from kg_builder.train.loop import rate_share  # noqa: E402
from kg_builder.train.tagger_model import Tagger  # noqa: E402


def test_the_rate_rises_then_falls() -> None:
    shares = [rate_share(step, 100, 0.1) for step in range(100)]
    assert shares[0] < 0.11
    assert max(shares) == shares[9] > 0.9
    assert shares[10:] == sorted(shares[10:], reverse=True)
    assert shares[-1] == 0.02
    assert rate_share(0, 100, 0.0) == 1


def test_a_type_that_isnt_annotated_gives_no_gradient(encoder: Path) -> None:
    model = Tagger.from_directory(encoder)
    scores = torch.zeros(2, 4, 2, 3, requires_grad=True)
    tags = torch.zeros(2, 4, 2, dtype=torch.long)
    tags[:, :, 0] = -1
    model.loss(scores, tags).backward()
    assert scores.grad is not None
    assert scores.grad[:, :, 0].abs().sum() == 0
    assert scores.grad[:, :, 1].abs().sum() > 0
