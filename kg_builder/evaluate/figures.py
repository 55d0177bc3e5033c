"""Figures with their intervals, from summed counts.

A figure is None where there is nothing to measure: neither gold nor predictions. With gold and no
predictions precision is 0, with predictions and no gold recall is 0, as in the shared tasks' scorers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kg_builder.evaluate.bootstrap import Totals, interval
from kg_builder.evaluate.counts import Cell

if TYPE_CHECKING:
    from kg_builder.evaluate.bootstrap import Sums

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """A point estimate and its bootstrap interval."""

    value: float | None = None
    ci: Interval | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1."""

    precision: Figure
    recall: Figure
    f1: Figure
    tp: int
    fp: int
    fn: int

    @property
    def gold(self) -> int:
        """How many there were to find."""
        return self.tp + self.fn


@dataclass(frozen=True, slots=True)
class Accuracy:
    """A share."""

    accuracy: Figure
    correct: int
    total: int


def score(totals: Totals, cells: Iterable[Cell]) -> Score:
    """Of several cells together (micro-averaged)."""
    sums = totals.of(list(cells))
    tp, fp, fn = sums.T
    anything = tp + fp + fn
    return Score(
        precision=_figure(tp, tp + fp, anything, totals),
        recall=_figure(tp, tp + fn, anything, totals),
        f1=_figure(2 * tp, 2 * tp + fp + fn, anything, totals),
        tp=int(tp[0]),
        fp=int(fp[0]),
        fn=int(fn[0]),
    )


def accuracy(totals: Totals, cells: Iterable[Cell]) -> Accuracy:
    """Of several cells together (micro-averaged)."""
    tp, _, fn = totals.of(list(cells)).T
    return Accuracy(_figure(tp, tp + fn, tp + fn, totals), correct=int(tp[0]), total=int(tp[0] + fn[0]))


def unmeasured(score: Score) -> Score:
    """The counts alone."""
    return replace(score, precision=Figure(), recall=Figure(), f1=Figure())


def _figure(part: Sums, whole: Sums, anything: Sums, totals: Totals) -> Figure:
    """`part` by `whole`: 0 where only `whole` is 0, undefined where there is not `anything` either."""
    import numpy as np

    values = np.where(anything > 0, 0.0, np.nan)
    np.divide(part, whole, out=values, where=whole > 0)
    if np.isnan(values[0]):
        return Figure()
    return Figure(float(values[0]), interval(values[1:], totals.resampling.level))
