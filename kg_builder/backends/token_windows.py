"""From a text to what a token classifier reads, and from its windows' scores to one row a piece.

A text longer than the classifier's window is read in windows that overlap. Of a piece that two windows hold, the
scores are taken from the one in which it stands farther from the edge, where it has more context.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Scores = NDArray[np.float32]
"""pieces × labels: natural-log probabilities."""

OVERLAP = 0.25
"""Share of a window that the next one reads again."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character, which no tokenizer takes."""


class Window(NamedTuple):
    """A run of pieces, half-open."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text as a tokenizer cuts it, without special tokens."""

    ids: Sequence[int]
    offsets: Sequence[tuple[int, int]]
    """In the text, half-open; empty where a piece stands for no character."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The special tokens that a model expects around every text."""

    before: tuple[int, ...]
    after: tuple[int, ...]

    @property
    def count(self) -> int:
        """Positions of a window that they take."""
        return len(self.before) + len(self.after)


def marks_of(tokenizer: Tokenizer) -> Marks:
    """What the tokenizer puts around a text."""
    encoding = tokenizer.encode("a", add_special_tokens=True)
    own = [place for place, special in enumerate(encoding.special_tokens_mask) if not special] or [len(encoding.ids)]
    return Marks(tuple(encoding.ids[: own[0]]), tuple(encoding.ids[own[-1] + 1 :]))


def split_pieces(tokenizer: Tokenizer, text: str) -> Pieces:
    """The pieces of a text, whatever its length."""
    encoding = tokenizer.encode(_LONE_SURROGATE.sub("\ufffd", text), add_special_tokens=False)
    return Pieces(encoding.ids, encoding.offsets)


def place_windows(count: int, size: int, overlap: int) -> Iterator[Window]:
    """Windows of at most `size` pieces over `count`, each but the first beginning `overlap` before the last one's end.

    Raises ValueError unless 0 <= 2 · overlap <= size, so that only neighbours share pieces.
    """
    if not 0 <= 2 * overlap <= size or size < 1:
        raise ValueError("an overlap is at most half of a window")
    first = 0
    while count:
        last = min(first + size, count)
        yield Window(first, last)
        if last == count:
            return
        first = last - overlap


def join_windows(scored: Iterable[tuple[Window, Scores]]) -> Scores:
    """The rows of all pieces, each from the window in which it is farther from the edge."""
    parts: list[Scores] = []
    held: tuple[Window, Scores] | None = None
    begin = 0
    for window, rows in scored:
        if held is not None:
            middle = (window.first + held[0].last) // 2
            parts.append(held[1][begin - held[0].first : middle - held[0].first])
            begin = middle
        held = window, rows
    if held is not None:
        parts.append(held[1][begin - held[0].first :])
    return np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)
