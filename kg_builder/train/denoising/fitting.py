"""One pass over samples: AdamW with warm-up and linear decay, as the recipe says."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from kg_builder.train.denoising.loss import Batch, denoising_loss, draw_masked, draw_times, make_batch
from kg_builder.train.denoising.recipe import Denoising
from kg_builder.train.denoising.samples import Sample
from kg_builder.train.loop import rate_share

_LARGEST_GRADIENT = 1.0
_POOL = 20
"""Batches' worth of samples that are sorted by length together: little padding, and still a random order."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The two tokens that denoising needs."""

    mask: int
    end: int


def make_optimizer(model: Any, settings: Denoising) -> torch.optim.AdamW:
    """All parameters alike."""
    return torch.optim.AdamW(model.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay)


def steps_an_epoch(samples: int, settings: Denoising) -> int:
    """Steps of the optimizer."""
    return -(-samples // (settings.batch_size * settings.accumulation))


def train_denoising_epoch(
    model: Any,
    optimizer: torch.optim.Optimizer,
    samples: Sequence[Sample],
    settings: Denoising,
    tokens: Tokens,
    *,
    epoch: int,
    after_step: Callable[[float], None] = lambda _loss: None,
) -> float:
    """One pass over all samples; `epoch` counts from 0. Returns the mean loss a batch.

    What is drawn depends on seed and epoch only, so that a resumed run draws the same.
    """
    shuffling = random.Random(f"{settings.seed}/{epoch}")
    dice = torch.Generator().manual_seed(shuffling.getrandbits(63))
    torch.manual_seed(shuffling.getrandbits(63))
    device = next(model.parameters()).device
    groups = _grouped(_batched(samples, settings.batch_size, shuffling), settings.accumulation)
    losses = []
    model.train()
    for index, group in enumerate(groups):
        share = rate_share(epoch * len(groups) + index, settings.epochs * len(groups), settings.warmup)
        for parameters in optimizer.param_groups:
            parameters["lr"] = settings.learning_rate * share
        optimizer.zero_grad()
        for chosen in group:
            batch = make_batch(chosen, end_id=tokens.end, answer_tokens=settings.answer_tokens, device=device)
            loss = _loss(model, batch, settings, tokens, dice)
            (loss / len(group)).backward()
            losses.append(float(loss.detach()))
        torch.nn.utils.clip_grad_norm_(model.parameters(), _LARGEST_GRADIENT)
        optimizer.step()
        after_step(sum(losses[-len(group) :]) / len(group))
    return sum(losses) / len(losses)


def held_out_loss(model: Any, samples: Sequence[Sample], settings: Denoising, tokens: Tokens) -> float:
    """Mean loss a batch on samples that aren't learned from; the same places are masked each time."""
    dice = torch.Generator().manual_seed(settings.seed)
    device = next(model.parameters()).device
    model.eval()
    losses = []
    with torch.no_grad():
        for first in range(0, len(samples), settings.batch_size):
            chosen = samples[first : first + settings.batch_size]
            batch = make_batch(chosen, end_id=tokens.end, answer_tokens=settings.answer_tokens, device=device)
            losses.append(float(_loss(model, batch, settings, tokens, dice)))
    return sum(losses) / len(losses)


def _loss(model: Any, batch: Batch, settings: Denoising, tokens: Tokens, dice: torch.Generator) -> torch.Tensor:
    times = draw_times(len(batch.input_ids), dice)
    masked = draw_masked(batch, times, dice)
    return denoising_loss(model, batch, masked, times, mask_id=tokens.mask, weighting=settings.weighting)


def _batched(samples: Sequence[Sample], size: int, dice: random.Random) -> list[list[Sample]]:
    """All samples once, in batches of similar lengths."""
    order = list(samples)
    dice.shuffle(order)
    found: list[list[Sample]] = []
    for first in range(0, len(order), size * _POOL):
        pool = sorted(order[first : first + size * _POOL], key=len)
        batches = [pool[start : start + size] for start in range(0, len(pool), size)]
        dice.shuffle(batches)
        found.extend(batches)
    return found


def _grouped(batches: Sequence[list[Sample]], size: int) -> list[Sequence[list[Sample]]]:
    return [batches[first : first + size] for first in range(0, len(batches), size)]
