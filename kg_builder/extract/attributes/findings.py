"""What was found of an attribute before it is attached, and the words of a sentence as its lists are looked up."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from kg_builder.extract.attributes.quantities import DIGITS, Number, number_of
from kg_builder.extract.attributes.tables import Kind
from kg_builder.records import Scalar

_TOKEN = re.compile(rf"(?<!\d){DIGITS}|[^\W\d_]+|\d|[^\w\s]|_|[^\W\d]")
_DASHES = {"–": "-", "—": "-", "−": "-", "\u2010": "-", "\u2011": "-"}


@dataclass(frozen=True, slots=True)
class Finding:
    """An attribute at half-open offsets."""

    start: int
    end: int
    kind: Kind
    value: Mapping[str, Scalar]
    owners: tuple[tuple[int, int], ...] = ()
    """Offsets of the mentions it belongs to."""
    test: tuple[int, int] | None = None
    """Offsets of the name of the test that a laboratory value belongs to."""


class Places:
    """Stretches of a text that don't overlap, for quick questions about what lies where."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._spans = sorted(spans)
        self._starts = [span[0] for span in self._spans]
        self._ends = [span[1] for span in self._spans]

    def touch(self, start: int, end: int) -> bool:
        """Whether one shares a character with a stretch."""
        place = bisect_right(self._ends, start)
        return place < len(self._spans) and self._starts[place] < end

    def cover(self, start: int, end: int) -> bool:
        """Whether one holds all of a stretch."""
        place = bisect_right(self._starts, start) - 1
        return place >= 0 and self._ends[place] >= end

    def begin_within(self, start: int, end: int) -> bool:
        """Whether one begins in a stretch."""
        return bisect_left(self._starts, start) < bisect_left(self._starts, end)

    def after(self, place: int) -> tuple[int, int] | None:
        """The first that begins at a character or after it."""
        index = bisect_left(self._starts, place)
        return self._spans[index] if index < len(self._spans) else None

    def before(self, place: int) -> tuple[int, int] | None:
        """The last that ends at a character or before it."""
        index = bisect_right(self._ends, place) - 1
        return self._spans[index] if index >= 0 else None


class Tokens(NamedTuple):
    """A sentence as words, numbers and marks; the lists have one entry each."""

    keys: list[str]
    """Small letters; ``@`` for a number in digits or words."""
    starts: list[int]
    ends: list[int]
    numbers: list[Number | None]


def tokens_of(text: str, start: int, end: int, *, language: str) -> Tokens:
    """Words of ``text[start:end]``: "q6h" is three, "0.5" is one."""
    tokens = Tokens([], [], [], [])
    for match in _TOKEN.finditer(text, start, end):
        key = match[0].lower()
        number = number_of(match[0], language)
        tokens.keys.append("@" if number is not None else "№" if key == "@" else _DASHES.get(key, key))
        tokens.starts.append(match.start())
        tokens.ends.append(match.end())
        tokens.numbers.append(number)
    return tokens
