"""What the model makes of one text: for every type its mentions, and the probability of any other span."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kg_builder.extract.tagger.decoding import FORBIDDEN, INSIDE, Floats, Lattice, best_tags, tagged
from kg_builder.extract.tagger.encoding import Window


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span of words, half-open, as a mention of one type."""

    column: int
    """Index of the type."""
    first: int
    last: int
    probability: float


class Reading:
    """The scores of a text's windows as probabilities of spans. Windows and scores (words × types · 3) come in order.

    `apart`: words that are never in one mention with the word before, because they begin a paragraph or list item.
    """

    def __init__(
        self,
        scored: Iterable[tuple[Window, NDArray[np.float32]]],
        transitions: Floats,
        apart: Collection[int] = (),
    ) -> None:
        self._transitions = transitions
        self._parts = [
            _Part(window.first, _by_type(window.first, scores, len(transitions), apart)) for window, scores in scored
        ]

    @property
    def found(self) -> list[Candidate]:
        """The mentions of the best sequences, window by window and type by type."""
        return [
            Candidate(
                column, part.first + first, part.first + last, self._lattice(part, column).probability(first, last)
            )
            for part in self._parts
            for column, scores in enumerate(part.scores)
            for first, last in tagged(best_tags(scores, self._transitions[column]))
        ]

    def likely(self, least: float) -> list[Candidate]:
        """Every span of at least that probability, overlapping ones too."""
        return [
            part.candidate(column, span.first, span.last, span.probability)
            for part in self._parts
            for column in range(len(part.scores))
            for span in self._lattice(part, column).likely(least)
        ]

    def probability(self, column: int, first: int, last: int) -> float:
        """That exactly these words are a mention of a type; 0 for a span that no window holds whole."""
        place = bisect_right(self._parts, first, key=lambda part: part.first) - 1
        if place < 0 or last > self._parts[place].last:
            return 0.0
        part = self._parts[place]
        return self._lattice(part, column).probability(first - part.first, last - part.first)

    def _lattice(self, part: _Part, column: int) -> Lattice:
        if column not in part.lattices:
            part.lattices[column] = Lattice(part.scores[column], self._transitions[column])
        return part.lattices[column]


@dataclass(frozen=True, slots=True)
class _Part:
    """One window's words."""

    first: int
    scores: Sequence[Floats]
    """By type: words × 3."""
    lattices: dict[int, Lattice] = field(default_factory=dict)
    """Made when they are asked for."""

    @property
    def last(self) -> int:
        return self.first + len(self.scores[0])

    def candidate(self, column: int, first: int, last: int, probability: float) -> Candidate:
        return Candidate(column, self.first + first, self.first + last, probability)


def _by_type(start: int, scores: NDArray[np.float32], types: int, apart: Collection[int]) -> list[Floats]:
    own = scores.astype(np.float64).reshape(len(scores), types, 3)
    barred = [word - start for word in apart if 0 <= word - start < len(own)]
    own[barred, :, INSIDE] += FORBIDDEN
    return [np.ascontiguousarray(own[:, column]) for column in range(types)]


def without_overlaps(candidates: Iterable[Candidate]) -> list[Candidate]:
    """In order, the more probable one of any two that share a word; of equal ones the longer, then the earlier."""
    kept: list[Candidate] = []
    taken: set[int] = set()
    for candidate in sorted(candidates, key=_best_first):
        words = range(candidate.first, candidate.last)
        if taken.isdisjoint(words):
            kept.append(candidate)
            taken.update(words)
    return sorted(kept, key=lambda item: item.first)


def _best_first(candidate: Candidate) -> tuple[float, int, int, int]:
    return (-candidate.probability, candidate.first - candidate.last, candidate.first, candidate.column)
