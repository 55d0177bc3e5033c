"""The training loop of our networks over words: AdamW with warm-up and linear decay, one pass an epoch."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from kg_builder.train.batches import Batch, batch_count, epoch_dice, pad, shuffled
from kg_builder.train.examples import Example
from kg_builder.train.scoring import ScoreExamples
from kg_builder.train.word_network import WordNetwork

_LARGEST_GRADIENT = 1.0
_SMALLEST_RATE = 0.02
"""Share of the highest rate that is left at the end."""
_SCORED_AT_ONCE = 16


class Pace(Protocol):
    """What the loop needs of a recipe."""

    @property
    def seed(self) -> int:
        """Of all that is drawn."""
        ...

    @property
    def epochs(self) -> int:
        """Passes over the examples."""
        ...

    @property
    def batch_size(self) -> int:
        """Windows."""
        ...

    @property
    def learning_rate(self) -> float:
        """Of the encoder, at its highest."""
        ...

    @property
    def head_learning_rate(self) -> float:
        """Of the layers that the encoder doesn't have, at its highest."""
        ...

    @property
    def warmup(self) -> float:
        """Share of all steps over which the rates rise."""
        ...

    @property
    def weight_decay(self) -> float:
        """Of all parameters."""
        ...

    @property
    def dictionary_dropout(self) -> float:
        """Share of windows that are read without hits in lists."""
        ...


def choose_device() -> torch.device:
    """A GPU if there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def make_optimizer(model: WordNetwork, recipe: Pace) -> torch.optim.AdamW:
    """Two groups: the encoder's parameters, then all others. Fused: one kernel for all parameters, on CPUs too."""
    encoder = [value for name, value in model.named_parameters() if name.startswith("encoder.")]
    others = [value for name, value in model.named_parameters() if not name.startswith("encoder.")]
    groups = [{"params": encoder, "lr": recipe.learning_rate}, {"params": others, "lr": recipe.head_learning_rate}]
    return torch.optim.AdamW(groups, weight_decay=recipe.weight_decay, fused=True)


def rate_share(step: int, steps: int, warmup: float) -> float:
    """Share of the highest learning rate at a step (from 0) of `steps`."""
    rising = (step + 1) / (warmup * steps) if warmup > 0 else 1.0
    return min(1.0, rising) * max(_SMALLEST_RATE, 1 - step / steps)


def train_epoch(
    model: WordNetwork,
    optimizer: torch.optim.Optimizer,
    examples: Sequence[Example],
    recipe: Pace,
    *,
    epoch: int,
    after_batch: Callable[[float], None],
) -> float:
    """One pass over all examples; `epoch` counts from 0. Returns the mean loss a batch."""
    device = next(model.parameters()).device
    dice = epoch_dice(recipe.seed, epoch)
    torch.manual_seed(dice.getrandbits(63))
    batches = shuffled(examples, recipe.batch_size, dice)
    steps = recipe.epochs * batch_count(len(examples), recipe.batch_size)
    rates = (recipe.learning_rate, recipe.head_learning_rate)
    model.train()
    total = 0.0
    for index, chosen in enumerate(batches):
        share = rate_share(epoch * len(batches) + index, steps, recipe.warmup)
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * share
        batch = pad(chosen, device, dropout=recipe.dictionary_dropout, look_ups=model.look_ups, dice=dice)
        loss = _step(model, optimizer, batch)
        total += loss
        after_batch(loss)
    return total / len(batches)


def scorer(model: WordNetwork) -> ScoreExamples:
    """Scores of examples in batches of similar lengths, on the model's device."""

    def score(examples: Sequence[Example]) -> list[NDArray[np.float32]]:
        model.eval()
        device = next(model.parameters()).device
        order = sorted(range(len(examples)), key=lambda index: len(examples[index].window.input_ids))
        found: dict[int, NDArray[np.float32]] = {}
        with torch.no_grad():
            for first in range(0, len(order), _SCORED_AT_ONCE):
                chosen = order[first : first + _SCORED_AT_ONCE]
                scores = word_scores(model, pad([examples[index] for index in chosen], device)).cpu().numpy()
                for index, rows in zip(chosen, scores, strict=True):
                    found[index] = rows[: examples[index].window.word_count]
        return [found[index] for index in range(len(examples))]

    return score


def word_scores(model: WordNetwork, batch: Batch) -> Tensor:
    """windows × words × outputs, in single precision; on a GPU the products are in bfloat16."""
    device = batch.input_ids.device
    with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
        scores: Tensor = model(batch.input_ids, batch.features, batch.kept, batch.pieces, batch.words)
    return scores[:, 1:-1].float()


def fix_seed(seed: int) -> None:
    """For what is drawn before the first epoch: the weights of the layers that the encoder doesn't have."""
    torch.manual_seed(random.Random(seed).getrandbits(63))


def _step(model: WordNetwork, optimizer: torch.optim.Optimizer, batch: Batch) -> float:
    loss = model.loss(word_scores(model, batch), batch.tags)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), _LARGEST_GRADIENT)
    optimizer.step()
    return float(loss.detach())
