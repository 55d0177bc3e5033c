"""The loss of masked diffusion language models, on answers only.

Nie et al. 2025, "Large Language Diffusion Models" (LLaDA), arXiv 2502.09992, algorithm 2: each sample draws a time t,
uniform in (0, 1]; each token of its answer is masked with probability t, the prompt never; the loss is the cross
entropy of the masked tokens times 1/t, over the answer's length. Times of one batch are spread evenly, which makes
its mean steadier (Sahoo et al. 2024, arXiv 2406.07524). Models made from causal ones (Dream, arXiv 2508.15487) give
the scores of a token at the place before it; there, masked tokens may also be weighted by how near they are to known
ones ("context-adaptive noise rescheduling").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from kg_builder.train.denoising.recipe import Weighting
from kg_builder.train.denoising.samples import Sample

_SMALLEST_TIME = 1e-3
_NEARNESS = 0.8
"""Parameter of the geometric distribution by which known tokens count less the further they are away (Dream's)."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Prompts with answers after them, padded on the right; all batch × positions."""

    input_ids: Tensor
    answers: Tensor
    """True at tokens of the answer and at the end tokens that fill it up."""
    present: Tensor
    """True where there is a token."""


def make_batch(samples: Sequence[Sample], *, end_id: int, answer_tokens: int | None, device: torch.device) -> Batch:
    """Answers are followed by one end token at least, and filled up with it to one length.

    That is `answer_tokens`, where no answer is longer, or the longest answer's.
    """
    filled = max(answer_tokens or 0, *(len(sample.answer) + 1 for sample in samples))
    longest = max(len(sample.prompt) for sample in samples) + filled
    input_ids = torch.full((len(samples), longest), end_id)
    answers, present = torch.zeros(2, len(samples), longest, dtype=torch.bool)
    for row, sample in enumerate(samples):
        begin = len(sample.prompt)
        input_ids[row, : len(sample)] = torch.tensor(sample.prompt + sample.answer)
        answers[row, begin : begin + filled] = True
        present[row, : begin + filled] = True
    return Batch(input_ids.to(device), answers.to(device), present.to(device))


def draw_times(count: int, dice: torch.Generator) -> Tensor:
    """One time a sample, uniform, and spread evenly over the batch."""
    spread = (torch.rand(1, generator=dice) + torch.arange(count) / count) % 1
    return spread[torch.randperm(count, generator=dice)] * (1 - _SMALLEST_TIME) + _SMALLEST_TIME


def draw_masked(batch: Batch, times: Tensor, dice: torch.Generator) -> Tensor:
    """The places that are masked, batch × positions."""
    drawn = torch.rand(batch.answers.shape, generator=dice) < times[:, None]
    return batch.answers & drawn.to(batch.answers.device)


def denoising_loss(
    model: Any, batch: Batch, masked: Tensor, times: Tensor, *, mask_id: int, weighting: Weighting
) -> Tensor:
    """Mean over the samples, each over its answer's length."""
    noisy = torch.where(masked, mask_id, batch.input_ids)
    pairs = batch.present[:, None, :, None] & batch.present[:, None, None, :]
    alone = torch.eye(noisy.shape[1], dtype=torch.bool, device=noisy.device)  # padding reads itself, not nothing
    positions = torch.arange(noisy.shape[1], device=noisy.device).expand_as(noisy)
    logits = model(input_ids=noisy, attention_mask=pairs | alone, position_ids=positions).logits
    rows, places = masked.nonzero(as_tuple=True)
    scores = logits[rows, places - 1].float()  # those of a token stand one place before it
    wrong = functional.cross_entropy(scores, batch.input_ids[rows, places], reduction="none")
    weights = _weights(masked, batch.present, times.to(wrong.device), weighting)[rows, places]
    lengths = batch.answers.sum(dim=1)[rows]
    total: Tensor = (wrong * weights / lengths).sum() / len(noisy)
    return total


def _weights(masked: Tensor, present: Tensor, times: Tensor, weighting: Weighting) -> Tensor:
    """batch × positions."""
    if weighting == "inverse":
        return (1 / times)[:, None].expand(masked.shape)
    apart = torch.arange(masked.shape[1], device=masked.device)
    distance = (apart[:, None] - apart[None, :]).abs()
    nearness = 0.5 * _NEARNESS * (1 - _NEARNESS) ** (distance - 1).clamp(min=0).float()
    nearness.fill_diagonal_(0)
    return (present & ~masked).float() @ nearness
