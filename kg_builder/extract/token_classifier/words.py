"""The words that labels are given to: runs of letters, digits and the marks on them; every other character by itself.

They are cut from the text and not from a tokenizer's pieces, so that they, and the ends of mentions, are the same for
every model, and marks that stand apart from their letters (NFD) stay with them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from kg_builder.backends.token_windows import Pieces

Words = Sequence[tuple[int, int]]
"""Half-open offsets, in order."""

_SIMPLE = re.compile(r"\w+|[^\w\s]")
_UNMARKED = re.compile(r"[\x00-\u02ff\u1e00-\u1eff\u2010-\u2027\u2030-\u205e]*")
"""Text without marks that stand apart: Latin letters and general punctuation."""


def split_words(text: str) -> list[tuple[int, int]]:
    """Words in order; they cover everything but white space."""
    if _UNMARKED.fullmatch(text):
        return [match.span() for match in _SIMPLE.finditer(text)]
    return _split_marked(text)


def _split_marked(text: str) -> list[tuple[int, int]]:
    words: list[tuple[int, int]] = []
    open_word = False
    for place, character in enumerate(text):
        if character.isspace():
            open_word = False
            continue
        mark = unicodedata.category(character)[0] == "M"
        letter = character.isalnum() or character == "_"
        if (mark or (letter and open_word)) and words and words[-1][1] == place:
            words[-1] = (words[-1][0], place + 1)
            continue
        words.append((place, place + 1))
        open_word = letter or mark
    return words


def first_pieces(words: Words, pieces: Pieces) -> tuple[list[tuple[int, int]], list[int]]:
    """The words that a piece touches, each with the place of the first one that does, which is what training labels.

    A word that the tokenizer has no piece for (a control character, say) is left out: its neighbours then stand side by
    side.
    """
    kept: list[tuple[int, int]] = []
    places: list[int] = []
    place = 0
    for start, end in words:
        while place < len(pieces.offsets) and pieces.offsets[place][1] <= start:
            place += 1
        if place < len(pieces.offsets) and pieces.offsets[place][0] < end:
            kept.append((start, end))
            places.append(place)
    return kept, places
