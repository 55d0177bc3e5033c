"""What the tagger is told about each word besides its pieces: dictionary hits and the shape of the word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from kg_builder.records import Mention

TYPES = ("Chemical", "Disease")
"""Types of the tagger, in the order of its outputs."""

WIDTHS = (3, 3, 7)
"""Values each feature can take: dictionary chemical (none, begin, inside), dictionary disease, shape."""

_LETTERS = re.compile(r"[^\W\d_]+")


class Shape(IntEnum):
    """Letter case and digits of a word, which an uncased encoder can't see."""

    OTHER = 0
    LOWER = 1
    INITIAL = 2
    UPPER = 3
    MIXED = 4
    DIGITS = 5
    LETTERS_AND_DIGITS = 6


def shape(word: str) -> Shape:
    """The shape of one word."""
    letters, digits = any(map(str.isalpha, word)), any(map(str.isdigit, word))
    if letters and digits:
        return Shape.LETTERS_AND_DIGITS
    if digits:
        return Shape.DIGITS
    if not letters:
        return Shape.OTHER
    if word.islower():
        return Shape.LOWER
    if word.isupper():
        return Shape.UPPER if len(word) > 1 else Shape.INITIAL
    return Shape.INITIAL if word[0].isupper() and not any(map(str.isupper, word[1:])) else Shape.MIXED


def word_features(text: str, words: Sequence[tuple[int, int]], dictionary: Sequence[Mention]) -> NDArray[np.int64]:
    """One row a word, one column a feature; `words` are ordered, half-open offsets in `text`."""
    rows = np.zeros((len(words), len(WIDTHS)), dtype=np.int64)
    rows[:, -1] = [shape(text[start:end]) for start, end in words]
    for mention in dictionary:
        if mention.type in TYPES:
            mark(rows[:, TYPES.index(mention.type)], words, mention.start, mention.end)
    return rows


def mark(column: NDArray[np.int64], words: Sequence[tuple[int, int]], start: int, end: int) -> None:
    """Write begin (1) and inside (2) over the words that lie in a span."""
    first = _first_at(words, start)
    for index in range(first, len(words)):
        if words[index][0] >= end:
            break
        column[index] = 1 if index == first else 2


def _first_at(words: Sequence[tuple[int, int]], start: int) -> int:
    """Index of the first word that ends after `start`."""
    low, high = 0, len(words)
    while low < high:
        middle = (low + high) // 2
        if words[middle][1] <= start:
            low = middle + 1
        else:
            high = middle
    return low
