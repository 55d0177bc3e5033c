"""What our small networks share, in torch: a BERT encoder with added word features, and scores for every word."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from torch import Tensor, nn
from transformers import BertConfig, BertModel


class WordNetwork(nn.Module, ABC):
    """Scores of the words of a window; a class over it says what they mean, and their loss.

    The lower layers of the encoder read all pieces; the layers from `words_from` on (0 is the lowest) read only each
    word's first piece, which has gathered what the others say by then (after Dai et al. 2020, Funnel-Transformer).
    """

    look_ups = 0
    """How many of the features, from the first, are hits in lists, which the network shouldn't lean on."""

    def __init__(self, encoder: BertModel, *, words_from: int, widths: Sequence[int], outputs: int) -> None:
        """`widths`: how many values each feature of a word takes; `outputs`: scores a word."""
        super().__init__()
        self.encoder = encoder
        self.words_from = words_from
        width = encoder.config.hidden_size
        tables = [nn.Embedding(values, width) for values in widths]
        for table in tables:
            nn.init.zeros_(table.weight)
        self.features = nn.ModuleList(tables)
        self.dropout = nn.Dropout(0.1)
        self.scores = nn.Linear(width, outputs)

    def forward(
        self,
        input_ids: Tensor,
        features: Tensor,
        kept: Tensor,
        pieces: Tensor | None = None,
        words: Tensor | None = None,
    ) -> Tensor:
        """batch × pieces, batch × pieces × features, batch × kept -> batch × kept × outputs.

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

    @abstractmethod
    def loss(self, scores: Tensor, tags: Tensor) -> Tensor:
        """Mean a labelled word. scores: batch × words × outputs; tags: batch × words × columns, -1: unknown."""


def bert_encoder(directory: Path, layers: int | None = None) -> BertModel:
    """A published encoder (config.json and model.safetensors), or its lowest `layers`."""
    config = BertConfig.from_pretrained(directory, local_files_only=True)
    if layers is not None:
        config.num_hidden_layers = layers
    # no dropout in the attention: on a CPU its random numbers cost as much as the matrix products
    config.attention_probs_dropout_prob = 0.0
    return BertModel.from_pretrained(directory, config=config, add_pooling_layer=False, local_files_only=True)


def _mask(present: Tensor | None) -> Tensor | None:
    """What the attention of a layer takes: batch × 1 × 1 × positions, true where there is something to read."""
    return None if present is None else present[:, None, None, :]
