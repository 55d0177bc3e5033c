"""The training loop of token classifiers: AdamW, linear decay, one pass an epoch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from kg_builder.train.batches import batch_count, epoch_dice
from kg_builder.train.loop import rate_share
from kg_builder.train.token_classification.examples import IGNORED, Example
from kg_builder.train.token_classification.recipe import TokenClassificationRecipe

_LARGEST_GRADIENT = 1.0
_POOL = 20
"""Batches' worth of windows that are sorted by length together: little padding, and still a random order."""


def make_optimizer(network: Any, recipe: TokenClassificationRecipe) -> torch.optim.AdamW:
    """Matrices decay, biases and norms don't. Fused: one kernel for all parameters, on CPUs too."""
    weights = [value for value in network.parameters() if value.ndim > 1]
    others = [value for value in network.parameters() if value.ndim <= 1]
    groups = [{"params": weights, "weight_decay": recipe.weight_decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, fused=True)


def train_epoch(
    network: Any,
    optimizer: torch.optim.Optimizer,
    examples: Sequence[Example],
    recipe: TokenClassificationRecipe,
    *,
    epoch: int,
    after_batch: Callable[[float], None],
) -> float:
    """One pass over all examples; `epoch` counts from 0. Returns the mean loss a batch."""
    dice = epoch_dice(recipe.seed, epoch)
    torch.manual_seed(dice.getrandbits(63))
    order = dice.sample(list(examples), len(examples))
    batches: list[list[Example]] = []
    for first in range(0, len(order), recipe.batch_size * _POOL):
        pool = sorted(order[first : first + recipe.batch_size * _POOL], key=lambda example: len(example.ids))
        batches += (pool[start : start + recipe.batch_size] for start in range(0, len(pool), recipe.batch_size))
    dice.shuffle(batches)
    steps = recipe.epochs * batch_count(len(examples), recipe.batch_size)
    network.train()
    total = 0.0
    for index, batch in enumerate(batches):
        for group in optimizer.param_groups:
            group["lr"] = recipe.learning_rate * rate_share(epoch * len(batches) + index, steps, recipe.warmup)
        loss = _step(network, optimizer, batch)
        total += loss
        after_batch(loss)
    return total / len(batches)


def _step(network: Any, optimizer: torch.optim.Optimizer, batch: Sequence[Example]) -> float:
    width = max(len(example.ids) for example in batch)
    ids = torch.full((len(batch), width), network.config.pad_token_id or 0)
    labels, present = torch.full((len(batch), width), IGNORED), torch.zeros((len(batch), width), dtype=torch.long)
    for row, example in enumerate(batch):
        size = len(example.ids)
        ids[row, :size], labels[row, :size] = torch.tensor(example.ids), torch.tensor(example.labels)
        present[row, :size] = 1
    device = network.device
    if bool((labels == IGNORED).all()):
        return 0.0
    with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
        loss = network(input_ids=ids.to(device), attention_mask=present.to(device), labels=labels.to(device)).loss
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), _LARGEST_GRADIENT)
    optimizer.step()
    return float(loss.detach())
