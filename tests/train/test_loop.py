"""Rates of learning, and the loss over types that a corpus doesn't annotate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from kg_builder.extract.tagger.encoding import Window  # noqa: E402
from kg_builder.train.examples import Example  # noqa: E402
from kg_builder.train.loop import rate_share, scorer  # noqa: E402
from kg_builder.train.tagger_model import Tagger  # noqa: E402


def test_the_rate_rises_then_falls() -> None:
    shares = [rate_share(step, 100, 0.1) for step in range(100)]
    assert shares[0] < 0.11
    assert max(shares) == shares[9] > 0.9
    assert shares[10:] == sorted(shares[10:], reverse=True)
    assert shares[-1] == 0.02
    assert rate_share(0, 100, 0.0) == 1


def test_a_type_that_isnt_annotated_gives_no_gradient(encoder: Path) -> None:
    model = Tagger.from_directory(encoder, words_from=1)
    scores = torch.zeros(2, 4, 2, 3, requires_grad=True)
    tags = torch.zeros(2, 4, 2, dtype=torch.long)
    tags[:, :, 0] = -1
    model.loss(scores.flatten(2), tags).backward()
    assert scores.grad is not None
    assert scores.grad[:, :, 0].abs().sum() == 0
    assert scores.grad[:, :, 1].abs().sum() > 0


@pytest.mark.parametrize("words_from", [0, 1, 2])
def test_scores_of_a_window_dont_depend_on_the_padding_beside_it(encoder: Path, words_from: int) -> None:
    model = Tagger.from_directory(encoder, words_from=words_from)
    windows = [made_up(pieces=5, words=2), made_up(pieces=30, words=20), made_up(pieces=12, words=10)]
    alone = [scorer(model)([window])[0] for window in windows]
    together = scorer(model)(windows)
    for one, other, window in zip(alone, together, windows, strict=True):
        assert one.shape == (window.window.word_count, 6)
        assert np.allclose(one, other, atol=1e-5)


def test_fewer_layers_are_the_lowest_ones(encoder: Path) -> None:
    whole, part = (Tagger.from_directory(encoder, layers=layers, words_from=1) for layers in (None, 1))
    assert len(whole.encoder.encoder.layer) == 2
    assert len(part.encoder.encoder.layer) == 1
    lowest = whole.encoder.encoder.layer[0].state_dict()
    assert all(torch.equal(lowest[name], value) for name, value in part.encoder.encoder.layer[0].state_dict().items())


def made_up(*, pieces: int, words: int) -> Example:
    kept = np.array([0, *range(1, words + 1), pieces - 1])
    window = Window(0, np.arange(pieces) % 20, np.ones((pieces, 3), np.int64), kept)
    return Example(window, np.ones((words, 2), np.int64))
