"""Examples as padded tensors of similar lengths, in an order that the seed and the epoch decide."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from kg_builder.train.examples import Example
from kg_builder.train.token_labels import UNKNOWN

_POOL = 20
"""Batches' worth of windows that are sorted by length together: little padding, and still a random order."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded windows."""

    input_ids: Tensor
    """windows × pieces."""
    features: Tensor
    """windows × pieces × features."""
    kept: Tensor
    """windows × (words + 2): indices of the pieces that the upper layers read."""
    pieces: Tensor
    """windows × pieces: true where there is one."""
    words: Tensor
    """windows × (words + 2): true where there is one."""
    tags: Tensor
    """windows × words × columns; -1: unknown, or no word."""


def epoch_dice(seed: int, epoch: int) -> random.Random:
    """Randomness of one epoch that doesn't depend on what was drawn before: a resumed run draws the same."""
    return random.Random(f"{seed}/{epoch}")


def shuffled(examples: Sequence[Example], size: int, dice: random.Random) -> list[list[Example]]:
    """All examples once, in batches of similar lengths."""
    order = list(examples)
    dice.shuffle(order)
    found: list[list[Example]] = []
    for first in range(0, len(order), size * _POOL):
        pool = sorted(order[first : first + size * _POOL], key=lambda example: len(example.window.input_ids))
        batches = [pool[start : start + size] for start in range(0, len(pool), size)]
        dice.shuffle(batches)
        found.extend(batches)
    return found


def batch_count(examples: int, size: int) -> int:
    """How many batches `shuffled` makes."""
    return -(-examples // size)


def pad(
    examples: Sequence[Example],
    device: torch.device,
    *,
    dropout: float = 0.0,
    look_ups: int = 0,
    dice: random.Random | None = None,
) -> Batch:
    """One batch; `dropout` is the share of windows that lose their hits in lists, the first `look_ups` features."""
    windows = [example.window for example in examples]
    size, pieces = len(windows), max(len(window.input_ids) for window in windows)
    words = max(window.word_count for window in windows)
    input_ids, present = np.zeros((size, pieces), np.int64), np.zeros((size, pieces), np.bool_)
    features = np.zeros((size, pieces, windows[0].features.shape[1]), np.int64)
    kept, read = np.zeros((size, words + 2), np.int64), np.zeros((size, words + 2), np.bool_)
    tags = np.full((size, words, examples[0].tags.shape[1]), UNKNOWN, np.int64)
    for row, (window, example) in enumerate(zip(windows, examples, strict=True)):
        length = len(window.input_ids)
        input_ids[row, :length] = window.input_ids
        present[row, :length] = True
        features[row, :length] = window.features
        if dropout and dice is not None and dice.random() < dropout:
            features[row, :, :look_ups] = 0
        kept[row, : len(window.kept)] = window.kept
        read[row, : len(window.kept)] = True
        tags[row, : len(example.tags)] = example.tags
    arrays = (input_ids, features, kept, present, read, tags)
    return Batch(*(torch.from_numpy(values).to(device) for values in arrays))
