"""What the model is told about each word besides its pieces: lists of names, clinical names, shape, line ends."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from kg_builder.extract.tagger.encoding import Words, word_pieces
from kg_builder.extract.tagger.features import mark, shape
from kg_builder.privacy.words import folded, words

LISTED, CLINICAL, SHAPE, LINE = range(4)
WIDTHS = (5, 3, 7, 3)
"""Values each feature can take: in which list (none, given names, surnames, Vietnamese surnames, ordinary words), in a
clinical name (not, begin, inside), shape, line (goes on, begins, begins a paragraph)."""
LOOK_UPS = 2
"""The first features are hits in lists."""


def read_words(tokenizer: Tokenizer, text: str, clinical: Sequence[tuple[int, int]]) -> Words:
    """The words of a text with their pieces and features. `clinical`: spans of clinical names, in order."""
    spans, pieces = word_pieces(tokenizer, text)
    return Words(spans, pieces, word_features(text, spans, clinical))


def word_features(
    text: str, spans: Sequence[tuple[int, int]], clinical: Sequence[tuple[int, int]]
) -> NDArray[np.int64]:
    """One row a word, one column a feature; `spans` are ordered, half-open offsets in `text`."""
    rows = np.zeros((len(spans), len(WIDTHS)), dtype=np.int64)
    end = 0
    for place, (start, stop) in enumerate(spans):
        word = text[start:stop]
        rows[place, LISTED] = _listed(folded(word))
        rows[place, SHAPE] = shape(word)
        rows[place, LINE] = min(text.count("\n", end, start) if place else 1, 2)
        end = stop
    for start, stop in clinical:
        mark(rows[:, CLINICAL], spans, start, stop)
    return rows


@lru_cache(maxsize=50_000)
def _listed(word: str) -> int:
    lists = words()
    held = (lists.given, lists.surnames, lists.vietnamese, lists.plain | lists.institutions)
    return next((place for place, one in enumerate(held, 1) if word in one), 0)
