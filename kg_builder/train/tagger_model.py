"""The tagger in torch: one conditional random field a type over the scores of its words."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import BertModel

from kg_builder.extract.tagger.decoding import FORBIDDEN, INSIDE, OUTSIDE
from kg_builder.extract.tagger.features import TYPES, WIDTHS
from kg_builder.train.word_network import WordNetwork, bert_encoder


class Tagger(WordNetwork):
    """Scores of outside, begin and inside for every word and type."""

    look_ups = len(TYPES)

    def __init__(self, encoder: BertModel, *, words_from: int) -> None:
        super().__init__(encoder, words_from=words_from, widths=WIDTHS, outputs=3 * len(TYPES))
        self.transitions = nn.Parameter(torch.zeros(len(TYPES), 3, 3))

    @classmethod
    def from_directory(cls, directory: Path, *, layers: int | None = None, words_from: int) -> Tagger:
        """A fresh tagger on a published encoder (config.json and model.safetensors), or on its lowest `layers`."""
        return cls(bert_encoder(directory, layers), words_from=words_from)

    def loss(self, scores: Tensor, tags: Tensor) -> Tensor:
        """Mean negative log likelihood a labelled word and type.

        scores: batch × words × (types · 3); tags: batch × words × types, -1: unknown or padding.
        """
        by_type = scores.unflatten(2, (len(TYPES), 3))
        total = scores.new_zeros(())
        for column in range(len(TYPES)):
            known = tags[:, 0, column] >= 0
            if known.any():
                total = total + _negative_log_likelihood(
                    by_type[known, :, column], tags[known, :, column], self.allowed()[column]
                )
        return total / (tags >= 0).sum().clamp(min=1)

    def allowed(self) -> Tensor:
        """types × 3 × 3, from × to, *inside* after *outside* forbidden."""
        barrier = torch.zeros(3, 3, device=self.transitions.device)
        barrier[OUTSIDE, INSIDE] = FORBIDDEN
        return self.transitions + barrier


def _negative_log_likelihood(scores: Tensor, tags: Tensor, transitions: Tensor) -> Tensor:
    """Sum over a batch. scores: batch × words × 3; tags: batch × words, -1 after the last word."""
    real = tags >= 0
    safe = tags.clamp(min=0)
    emitted = (scores.gather(2, safe[:, :, None])[:, :, 0] * real).sum()
    passed = (transitions[safe[:, :-1], safe[:, 1:]] * real[:, 1:]).sum()
    start = scores.new_tensor([0.0, 0.0, FORBIDDEN])
    state = scores[:, 0] + start
    for index in range(1, scores.shape[1]):
        reached = torch.logsumexp(state[:, :, None] + transitions[None], dim=1) + scores[:, index]
        state = torch.where(real[:, index, None], reached, state)
    return torch.logsumexp(state, dim=1).sum() - emitted - passed
