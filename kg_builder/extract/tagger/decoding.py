"""From the scores of each word to the best valid sequence of begin, inside and outside, and to probabilities.

Each type is a sequence of its own, scored by a linear-chain conditional random field (Lafferty et al. 2001)
whose transitions forbid *inside* after *outside*. The best path is Viterbi's, the probability of a mention
the share of all paths that have exactly it. Both run over plain floats: at three states a step, NumPy's calls
would cost ten times the sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, prod

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

OUTSIDE, BEGIN, INSIDE = range(3)
FORBIDDEN = -1e4
"""Score of a transition or start that no valid sequence has."""

_LEAST = -300.0
"""Log of the smallest weight a word's tag keeps beside its best one, so that no sum comes out as zero."""


@dataclass(frozen=True, slots=True)
class Span:
    """Words `first` to `last`, exclusive, and the probability of exactly this mention."""

    first: int
    last: int
    probability: float


def allowed(transitions: Floats) -> Floats:
    """The same transitions (from × to) with *inside* after *outside* forbidden."""
    kept = transitions.copy()
    kept[OUTSIDE, INSIDE] = FORBIDDEN
    return kept


def best_tags(scores: Floats, transitions: Floats) -> list[int]:
    """Viterbi's path over words × 3 scores; of equal ones *outside* before *begin* before *inside*.

    *Inside* never begins a text or follows *outside*, whatever the scores say.
    """
    if not len(scores):
        return []
    (oo, ob, _), (bo, bb, bi), (io, ib, ii) = transitions.tolist()
    rows = scores.tolist()
    outside, begin, inside = rows[0][0], rows[0][1], -inf
    back: list[tuple[int, int, int]] = []
    for to_outside, to_begin, to_inside in rows[1:]:
        best_o, from_o = outside + oo, OUTSIDE
        if begin + bo > best_o:
            best_o, from_o = begin + bo, BEGIN
        if inside + io > best_o:
            best_o, from_o = inside + io, INSIDE
        best_b, from_b = outside + ob, OUTSIDE
        if begin + bb > best_b:
            best_b, from_b = begin + bb, BEGIN
        if inside + ib > best_b:
            best_b, from_b = inside + ib, INSIDE
        best_i, from_i = begin + bi, BEGIN
        if inside + ii > best_i:
            best_i, from_i = inside + ii, INSIDE
        outside, begin, inside = best_o + to_outside, best_b + to_begin, best_i + to_inside
        back.append((from_o, from_b, from_i))
    last = (outside, begin, inside)
    tags = [last.index(max(last))]
    for step in reversed(back):
        tags.append(step[tags[-1]])
    return tags[::-1]


class Lattice:
    """Sums over all sequences of one text, from which the probability of any span follows."""

    def __init__(self, scores: Floats, transitions: Floats) -> None:
        self._moves: list[list[float]] = np.exp(transitions).tolist()
        self._weights: list[list[float]] = []
        if len(scores):
            top = scores.max(axis=1, keepdims=True)
            self._weights = np.exp(np.maximum(scores - top, _LEAST)).tolist()
        self._forward, self._sums = self._forwards()
        self._backward = self._backwards()

    def probability(self, first: int, last: int) -> float:
        """That words `first` to `last`, exclusive, are one mention and it ends there."""
        tags = [BEGIN, *[INSIDE] * (last - first - 1)]
        inner = prod(
            self._moves[tag][INSIDE] * self._weights[place][INSIDE] / self._sums[place]
            for place, tag in zip(range(first + 1, last), tags, strict=False)
        )
        reached = self._forward[first][BEGIN] * inner
        if last == len(self._weights):
            return min(1.0, reached)
        move, weight, after = self._moves[tags[-1]], self._weights[last], self._backward[last]
        left = move[OUTSIDE] * weight[OUTSIDE] * after[OUTSIDE] + move[BEGIN] * weight[BEGIN] * after[BEGIN]
        return min(1.0, reached * left / self._sums[last])

    def likely(self, least: float) -> list[Span]:
        """Every span of at least that probability, overlapping ones too, in order."""
        found = []
        for first, (shares, after) in enumerate(zip(self._forward, self._backward, strict=True)):
            if shares[BEGIN] * after[BEGIN] < least:
                continue
            last, going_on = first + 1, 1.0
            while going_on >= least:
                ending = self.probability(first, last)
                if ending >= least:
                    found.append(Span(first, last, ending))
                going_on = self._going_on(first, last)
                last += 1
        return found

    def _going_on(self, first: int, last: int) -> float:
        """Probability that a mention begins at `first` and holds `last` too."""
        if last >= len(self._weights):
            return 0.0
        reached = self._forward[first][BEGIN]
        for place in range(first + 1, last + 1):
            tag = BEGIN if place == first + 1 else INSIDE
            reached *= self._moves[tag][INSIDE] * self._weights[place][INSIDE] / self._sums[place]
        return reached * self._backward[last][INSIDE]

    def _forwards(self) -> tuple[list[tuple[float, float, float]], list[float]]:
        """Shares of the tags of each word given all words up to it, and the sums they were divided by."""
        (oo, ob, _), (bo, bb, bi), (io, ib, ii) = self._moves
        shares, sums = [], []
        outside, begin, inside = 1.0, 0.0, 0.0
        for place, (to_outside, to_begin, to_inside) in enumerate(self._weights):
            if place:
                reached_o = (outside * oo + begin * bo + inside * io) * to_outside
                reached_b = (outside * ob + begin * bb + inside * ib) * to_begin
                reached_i = (begin * bi + inside * ii) * to_inside
            else:
                reached_o, reached_b, reached_i = to_outside, to_begin, 0.0
            total = reached_o + reached_b + reached_i
            outside, begin, inside = reached_o / total, reached_b / total, reached_i / total
            shares.append((outside, begin, inside))
            sums.append(total)
        return shares, sums

    def _backwards(self) -> Sequence[tuple[float, float, float]]:
        """Weights of everything after each word, divided by the same sums."""
        if not self._weights:
            return []
        (oo, ob, _), (bo, bb, bi), (io, ib, ii) = self._moves
        outside = begin = inside = 1.0
        found = [(1.0, 1.0, 1.0)]
        for (to_outside, to_begin, to_inside), total in zip(self._weights[:0:-1], self._sums[:0:-1], strict=True):
            on_o, on_b, on_i = to_outside * outside / total, to_begin * begin / total, to_inside * inside / total
            outside = oo * on_o + ob * on_b
            begin = bo * on_o + bb * on_b + bi * on_i
            inside = io * on_o + ib * on_b + ii * on_i
            found.append((outside, begin, inside))
        return found[::-1]


def tagged(tags: Sequence[int]) -> list[tuple[int, int]]:
    """The mentions of a sequence, half-open, in order."""
    found: list[tuple[int, int]] = []
    for index, tag in enumerate(tags):
        if tag == BEGIN:
            found.append((index, index + 1))
        elif tag == INSIDE:
            found[-1] = (found[-1][0], index + 1)
    return found


def spans(scores: Floats, transitions: Floats) -> list[Span]:
    """The mentions of the best path, in order."""
    found = tagged(best_tags(scores, transitions))
    if not found:
        return []
    lattice = Lattice(scores, transitions)
    return [Span(first, last, lattice.probability(first, last)) for first, last in found]
