"""Choosing the next token of one answer: greedily, or sampled so that only the request and its seed decide.

Sampling adds seeded Gumbel noise to the scores and takes the best (Gumbel 1954; exactly a draw from the softmax), one
generator a row, drawn on the CPU: other rows of the batch and the device have no say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from kg_builder.backends.generation import GenerationOptions


class Chooser:
    """Chooses the tokens of one answer."""

    def __init__(self, options: GenerationOptions, prompt: Sequence[int], constraint: Any = None) -> None:
        self._options = options
        self._seen = set(prompt)
        self._constraint = constraint
        self._noise = torch.Generator().manual_seed(options.seed % 2**63)

    def choose(self, logits: torch.Tensor) -> int:
        """The next token by one row of logits (float32), which is changed."""
        if self._options.repetition_penalty != 1.0:
            self._penalize(logits)
        if self._constraint is not None:
            self._constraint.mask(logits)
        token = int(self._noisy(logits).argmax() if self._options.temperature > 0 else logits.argmax())
        self._seen.add(token)
        if self._constraint is not None:
            self._constraint.take(token)
        return token

    @property
    def finished(self) -> bool:
        """True: the constraint allows nothing more."""
        return self._constraint is not None and bool(self._constraint.finished)

    def _penalize(self, logits: torch.Tensor) -> None:
        """Make what was in the prompt or answer already less likely (Keskar et al. 2019, CTRL)."""
        seen = torch.tensor(list(self._seen), dtype=torch.long, device=logits.device)
        scores, penalty = logits[seen], self._options.repetition_penalty
        logits[seen] = torch.where(scores < 0, scores * penalty, scores / penalty)

    def _noisy(self, logits: torch.Tensor) -> torch.Tensor:
        scaled = logits / self._options.temperature
        if self._options.top_p < 1:
            scaled = _nucleus(scaled, self._options.top_p)
        noise = torch.empty(scaled.shape).exponential_(generator=self._noise)
        return scaled - noise.log().to(scaled.device)


def _nucleus(scores: torch.Tensor, top_p: float) -> torch.Tensor:
    """Only the likeliest tokens that together reach `top_p`, the first one in any case (Holtzman et al. 2020)."""
    ordered, places = scores.sort(descending=True)
    chances = ordered.softmax(dim=-1)
    outside = chances.cumsum(dim=-1) - chances >= top_p
    outside[0] = False
    return scores.index_fill(0, places[outside], float("-inf"))
