"""The tagger in torch: a BERT encoder, added word features, and one conditional random field a type."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from kg_builder.extract.tagger.decoding import FORBIDDEN, INSIDE, OUTSIDE
from kg_builder.extract.tagger.features import TYPES, WIDTHS


class Tagger(nn.Module):
    """Scores of outside, begin and inside for every word and type.

    The lower layers of the encoder read all pieces; the layers from `words_from` on (0 is the lowest) read only each
    word's first piece, which has gathered what the others say by then (after Dai et al. 2020, Funnel-Transformer).
    """

    def __init__(self, encoder: BertModel, *, words_from: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.words_from = words_from
        width = encoder.config.hidden_size
        tables = [nn.Embedding(values, width) for values in WIDTHS]
        for table in tables:
            nn.init.zeros_(table.weight)
        self.features = nn.ModuleList(tables)
        self.dropout = nn.Dropout(0.1)
        self.scores = nn.Linear(width, 3 * len(TYPES))
        self.transitions = nn.Parameter(torch.zeros(len(TYPES), 3, 3))

    @classmethod
    def from_directory(cls, directory: Path, *, layers: int | None = None, words_from: int) -> Tagger:
        """A fresh tagger on a published encoder (config.json and model.safetensors), or on its lowest `layers`."""
        config = BertConfig.from_pretrained(directory, local_files_only=True)
        if layers is not None:
            config.num_hidden_layers = layers
        # no dropout in the attention: on a CPU its random numbers cost as much as the matrix products
        config.attention_probs_dropout_prob = 0.0
        encoder = BertModel.from_pretrained(directory, config=config, add_pooling_layer=False, local_files_only=True)
        return cls(encoder, words_from=words_from)

    def forward(
        self,
        input_ids: Tensor,
        features: Tensor,
        kept: Tensor,
        pieces: Tensor | None = None,
        words: Tensor | None = None,
    ) -> Tensor:
        """batch × pieces, batch × pieces × features, batch × kept -> batch × kept × (types · 3).

        kept: the pieces that the upper layers read. `pieces` (batch × pieces) and `words` (batch × kept) are true
        where there is something to read; None: everywhere.
        """
        embedded = self.encoder.embeddings.word_embeddings(input_ids)
        for column, table in enumerate(self.features):
            embedded = embedded + table(features[:, :, column])
        hidden = self.encoder.embeddings(inputs_embeds=embedded)
        layers = self.encoder.encoder.layer
        for layer in layers[: self.words_from]:
            hidden = layer(hidden, _mask(pieces))
        hidden = hidden.gather(1, kept[:, :, None].expand(-1, -1, hidden.shape[2]))
        for layer in layers[self.words_from :]:
            hidden = layer(hidden, _mask(words))
        scores: Tensor = self.scores(self.dropout(hidden))
        return scores

    def loss(self, scores: Tensor, tags: Tensor) -> Tensor:
        """Mean negative log likelihood a labelled word and type.

        scores: batch × words × types × 3; tags: batch × words × types, -1: unknown or padding.
        """
        total = scores.new_zeros(())
        for column in range(len(TYPES)):
            known = tags[:, 0, column] >= 0
            if known.any():
                total = total + _negative_log_likelihood(
                    scores[known, :, column], tags[known, :, column], self.allowed()[column]
                )
        return total / (tags >= 0).sum().clamp(min=1)

    def allowed(self) -> Tensor:
        """types × 3 × 3, from × to, *inside* after *outside* forbidden."""
        barrier = torch.zeros(3, 3, device=self.transitions.device)
        barrier[OUTSIDE, INSIDE] = FORBIDDEN
        return self.transitions + barrier


def _mask(present: Tensor | None) -> Tensor | None:
    """What the attention of a layer takes: batch × 1 × 1 × positions, true where there is something to read."""
    return None if present is None else present[:, None, None, :]


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
