"""Cleaned text that knows, character by character, where it came from."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, Self

import numpy as np


class Edit(NamedTuple):
    """Replace ``text[start:end]`` by `replacement` (insert if start == end, delete if it is empty)."""

    start: int
    end: int
    replacement: str


@dataclass(frozen=True, slots=True)
class CleanText:
    """The text, and for each of its characters the half-open stretch of the original it stands for.

    Character ``text[i]`` came from ``original[starts[i]:ends[i]]``; an empty stretch marks an inserted
    character. Both arrays never decrease.
    """

    text: str
    original: str
    starts: array[int]
    ends: array[int]

    @classmethod
    def unchanged(cls, text: str) -> Self:
        """The text as it is."""
        return cls(text, text, array("Q", range(len(text))), array("Q", range(1, len(text) + 1)))

    def apply(self, edits: Iterable[Edit]) -> Self:
        """A new text with the edits made. Their offsets count in `self.text`; they are sorted and disjoint.

        A replacement of the same length maps character by character; one of another length maps as
        a whole: each of its characters stands for all that was replaced. Raises ValueError for
        overlapping edits.
        """
        pieces: list[str] = []
        starts, ends = array("Q"), array("Q")
        done = 0
        for start, end, replacement in edits:
            if start < done or end < start or end > len(self.text):
                raise ValueError(f"edit {start}-{end} overlaps its predecessor or leaves the text")
            pieces += (self.text[done:start], replacement)
            starts += self.starts[done:start]
            ends += self.ends[done:start]
            if len(replacement) == end - start:
                starts += self.starts[start:end]
                ends += self.ends[start:end]
            else:
                first, last = self._stretch(start, end)
                starts += array("Q", [first]) * len(replacement)
                ends += array("Q", [last]) * len(replacement)
            done = end
        if not pieces:
            return self
        pieces.append(self.text[done:])
        starts += self.starts[done:]
        ends += self.ends[done:]
        return type(self)("".join(pieces), self.original, starts, ends)

    def edits(self) -> tuple[Edit, ...]:
        """Sorted, disjoint edits that make `text` of `original`: all but the characters that were kept."""
        if self.text == self.original and self.starts == array("Q", range(len(self.text))):
            return ()
        starts = np.frombuffer(self.starts, dtype=np.uint64).astype(np.int64)
        lengths = np.frombuffer(self.ends, dtype=np.uint64).astype(np.int64) - starts
        alone = np.flatnonzero(lengths == 1)
        same = alone[_code_points(self.text)[alone] == _code_points(self.original)[starts[alone]]]
        kept = same[np.diff(starts[same], prepend=-1) > 0]  # a character that became several was kept once
        texts = (-1, *kept.tolist(), len(self.text))
        originals = (-1, *starts[kept].tolist(), len(self.original))
        return tuple(
            Edit(start + 1, end, self.text[first + 1 : last])
            for (start, end), (first, last) in zip(pairwise(originals), pairwise(texts), strict=True)
            if end - start > 1 or last - first > 1
        )

    def to_original(self, start: int, end: int) -> tuple[int, int] | None:
        """Offsets in the original of ``text[start:end]``; None if all of it was inserted."""
        first, last = self._stretch(start, end)
        return (first, last) if first < last else None

    def _stretch(self, start: int, end: int) -> tuple[int, int]:
        if start == end:
            place = self.ends[start - 1] if start else 0
            return place, place
        while start < end - 1 and self.starts[start] == self.ends[start]:
            start += 1
        while end - 1 > start and self.starts[end - 1] == self.ends[end - 1]:
            end -= 1
        return self.starts[start], self.ends[end - 1]


def _code_points(text: str) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
