"""The text as it was read, and where stretches of the original stand in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from kg_builder.html.segments import Stretch

Replacement = tuple[int, int, str]
"""Start and end in the original, and what was read there."""


class CleanedText:
    """A text with replacements, which are sorted and disjoint, as `DocumentGraph.cleaning` has them."""

    def __init__(self, original: str, replacements: Sequence[Replacement]) -> None:
        pieces, done = [], 0
        self._starts: list[int] = []
        self._ends: list[tuple[int, int, int]] = []
        """End in the original; start and end in the text."""
        length = 0
        for start, end, replacement in replacements:
            pieces += [original[done:start], replacement]
            begins = length + start - done
            length = begins + len(replacement)
            self._starts.append(start)
            self._ends.append((end, begins, length))
            done = end
        self.text = "".join((*pieces, original[done:]))

    def moved(self, span: Stretch) -> Stretch:
        """Where a stretch of the original stands; what was replaced in part counts as replaced whole.

        It is empty if it was taken out.
        """
        return Stretch(*self._moved(span.start, span.end), tuple(self._moved(*part) for part in span.fragments))

    def _moved(self, start: int, end: int) -> tuple[int, int]:
        return self._start(start), self._end(end)

    def _start(self, place: int) -> int:
        before = bisect_right(self._starts, place) - 1
        if before < 0:
            return place
        end, begins, ends = self._ends[before]
        return begins if place < end else ends + place - end

    def _end(self, place: int) -> int:
        before = bisect_left(self._starts, place) - 1
        if before < 0:
            return place
        end, _, ends = self._ends[before]
        return ends if place <= end else ends + place - end
