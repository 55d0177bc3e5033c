"""The model in torch: for every word, which kind of identifier it is part of, if any."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor
from torch.nn import functional
from transformers import BertModel

from kg_builder.privacy.identifiers import Kind
from kg_builder.privacy.learned.features import LOOK_UPS, WIDTHS
from kg_builder.train.token_labels import UNKNOWN
from kg_builder.train.word_network import WordNetwork, bert_encoder

KINDS = tuple(Kind)
"""In the order of the outputs, after that of no identifier."""


class IdentifierNetwork(WordNetwork):
    """One score for no identifier, then one a kind."""

    look_ups = LOOK_UPS

    def __init__(self, encoder: BertModel, *, words_from: int) -> None:
        super().__init__(encoder, words_from=words_from, widths=WIDTHS, outputs=1 + len(KINDS))

    @classmethod
    def from_directory(cls, directory: Path, *, layers: int | None = None, words_from: int) -> IdentifierNetwork:
        """A fresh one on a published encoder (config.json and model.safetensors), or on its lowest `layers`."""
        return cls(bert_encoder(directory, layers), words_from=words_from)

    def loss(self, scores: Tensor, tags: Tensor) -> Tensor:
        """Mean cross-entropy a word. scores: batch × words × (1 + kinds); tags: batch × words × 1, -1: padding."""
        return functional.cross_entropy(scores.flatten(0, 1), tags.flatten(), ignore_index=UNKNOWN)
