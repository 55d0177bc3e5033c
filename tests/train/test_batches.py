"""Batches: everything once, padded, and the same again for the same seed and epoch."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from kg_builder.extract.tagger.encoding import Window  # noqa: E402
from kg_builder.train.batches import batch_count, epoch_dice, pad, shuffled  # noqa: E402
from kg_builder.train.examples import Example  # noqa: E402

CPU = torch.device("cpu")


def example(words: int) -> Example:
    pieces = np.arange(words + 2)
    window = Window(0, pieces, np.ones((words + 2, 3), np.int64), pieces)
    return Example(window, np.ones((words, 2), np.int64))


@pytest.mark.parametrize("size", [1, 7, 160, 161, 325])
def test_every_example_comes_once_an_epoch(size: int) -> None:
    examples = [example(1 + index % 30) for index in range(size)]
    batches = shuffled(examples, 8, epoch_dice(1, 0))
    assert len(batches) == batch_count(size, 8)
    assert sorted(map(id, examples)) == sorted(id(one) for batch in batches for one in batch)


def test_order_depends_on_seed_and_epoch_alone() -> None:
    examples = [example(1 + index % 30) for index in range(50)]

    def order(seed: int, epoch: int) -> list[int]:
        return [id(one) for batch in shuffled(examples, 8, epoch_dice(seed, epoch)) for one in batch]

    assert order(1, 3) == order(1, 3)
    assert order(1, 3) != order(1, 4)
    assert order(1, 3) != order(2, 3)


def test_padding_is_masked_and_has_no_label() -> None:
    batch = pad([example(3), example(5)], CPU)
    assert batch.input_ids.shape == (2, 7)
    assert batch.pieces.sum(dim=1).tolist() == batch.words.sum(dim=1).tolist() == [5, 7]
    assert (batch.tags[0, 3:] == -1).all()
    assert batch.features.shape == (2, 7, 3)


def test_dropout_takes_dictionary_hits_and_leaves_the_shape() -> None:
    batch = pad([example(3)], CPU, dropout=1.0, look_ups=2, dice=epoch_dice(1, 0))
    assert batch.features[:, :, :2].sum() == 0
    assert (batch.features[:, :, 2] == 1).all()
