"""The words that the model labels: syllables, numbers and marks, each with its key, its letters and its shape."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from kg_builder.text.keys import exact_key, without_marks

_WORD = re.compile("[^\\W\\d_](?:[^\\W\\d_]|[\u0300-\u036f])*|\\d+|[^\\w\\s]|_")
_YEAR = 4
"""Digits of a number that is kept as it is; of others only the number of digits counts."""
_RUN = re.compile(r"(.)\1+")


class Form(NamedTuple):
    """What a word looks like, which all of its occurrences share."""

    key: str
    """Lower case, tone marks in one place, digits as 9 but for years; a mark is its own key."""
    letters: str
    """The key without diacritics."""
    shape: str
    """X for capitals, x for small letters, 9 for digits; + after what is repeated."""
    capital: bool
    """Whether it begins with a capital."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text."""

    spans: Sequence[tuple[int, int]]
    """Offsets of each, half-open."""
    forms: Sequence[Form]


def split_words(text: str) -> Words:
    """White space parts words; letters, digits and marks are words of their own."""
    spans = [match.span() for match in _WORD.finditer(text)]
    return Words(spans, [_form(text[start:end]) for start, end in spans])


@lru_cache(maxsize=20_000)
def _form(word: str) -> Form:
    key = exact_key(word) or word
    if word.isdigit() and len(word) != _YEAR:
        key = "9" * len(word)
    shape = "".join(
        "X" if sign.isupper() else "x" if sign.isalpha() else "9" if sign.isdigit() else sign for sign in word
    )
    return Form(key, without_marks(key), _RUN.sub(r"\1+", shape), word[0].isupper())
