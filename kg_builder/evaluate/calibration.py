"""Whether confidences mean what they say: reliability, precision at thresholds, and the fit that mends them.

Expected calibration error as in Guo et al. 2017, "On Calibration of Modern Neural Networks": bins of
equal width, the gap between mean confidence and share of right answers, weighted by the bins' size.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg_builder.calibration import Platt, log_odds, sigmoid

Judged = Mapping[tuple[float, bool], int]
"""(confidence, whether it was right) of the answers, with how often each came: ``Counter(zip(…, …))``."""

THRESHOLDS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
CURVE = 200
"""Points of a curve."""
LEAST_SLOPE = 0.05
"""A scaling keeps the order of the answers, even where the data say nothing or the contrary."""

_STEPS = 100
_SMALLEST_GAIN = 1e-10
_RIDGE = 1e-9


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers whose confidence lies in [low, high), the last bin's high end included."""

    low: float
    high: float
    count: int
    confidence: float | None
    """Their mean confidence; None where there are none."""
    accuracy: float | None
    """Their share of right answers."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """A reliability diagram as numbers."""

    error: float | None
    """Expected calibration error; None where there is no answer."""
    count: int
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """What a user gets who keeps the answers of at least this confidence."""

    threshold: float
    kept: int
    precision: float | None
    """None where nothing is kept."""
    recall: float | None
    """None where there is nothing to find."""


def reliability(judged: Judged, *, bins: int = 10) -> Reliability:
    """Equal-width bins from 0 to 1, and the expected calibration error over them."""
    counts, sums, right = [0] * bins, [0.0] * bins, [0] * bins
    for (confidence, correct), times in judged.items():
        place = min(int(confidence * bins), bins - 1)
        counts[place] += times
        sums[place] += confidence * times
        right[place] += times * correct
    total = sum(counts)
    found = tuple(
        Bin(
            place / bins,
            (place + 1) / bins,
            count,
            sums[place] / count if count else None,
            right[place] / count if count else None,
        )
        for place, count in enumerate(counts)
    )
    gap = sum(abs(sums[place] - right[place]) for place in range(bins))
    return Reliability(gap / total if total else None, total, found)


def at_thresholds(judged: Judged, *, gold: int, thresholds: Sequence[float] = THRESHOLDS) -> tuple[AtThreshold, ...]:
    """Precision and recall for each threshold; `gold` is how many there were to find."""
    rows = []
    for threshold in thresholds:
        kept = right = 0
        for (confidence, correct), times in judged.items():
            if confidence >= threshold:
                kept += times
                right += times * correct
        rows.append(AtThreshold(threshold, kept, right / kept if kept else None, right / gold if gold else None))
    return tuple(rows)


def precision_recall(judged: Judged, *, gold: int, most: int = CURVE) -> tuple[AtThreshold, ...]:
    """The whole curve: precision and recall down from the surest answers, at `most` thresholds that divide the answers
    evenly; with the surest and the last one always among them. Empty where there is nothing to find.
    """
    if not gold:
        return ()
    by_confidence: dict[float, list[int]] = {}
    for (confidence, correct), times in judged.items():
        by_confidence.setdefault(confidence, [0, 0])[correct] += times
    rows, kept, right = [], 0, 0
    for confidence, (wrong, hits) in sorted(by_confidence.items(), reverse=True):
        kept, right = kept + wrong + hits, right + hits
        rows.append(AtThreshold(confidence, kept, right / kept, right / gold))
    step = kept / most
    return tuple(
        row
        for number, row in enumerate(rows)
        if number in {0, len(rows) - 1} or int(row.kept / step) > int(rows[number - 1].kept / step)
    )


def fit_platt(probabilities: Sequence[float], correct: Sequence[bool]) -> Platt:
    """The scaling of highest likelihood, by Newton's method with halved steps (Lin, Lin and Weng 2007).

    Platt's smoothed targets stand in for 0 and 1, so that a few answers that are all right give no
    certainty. No answers: nothing is changed. Raises ValueError for lists of different lengths.
    """
    counted = Counter(zip(map(log_odds, probabilities), map(bool, correct), strict=True))
    positives = sum(times for (_, right), times in counted.items() if right)
    negatives = counted.total() - positives
    if not counted:
        return Platt()
    high, low = (positives + 1) / (positives + 2), 1 / (negatives + 2)
    rows = [(x, high if right else low, times) for (x, right), times in sorted(counted.items())]
    slope, intercept = _newton(rows, (1.0, 0.0))
    return Platt(slope, intercept) if slope >= LEAST_SLOPE else Platt(LEAST_SLOPE, _intercept(rows, LEAST_SLOPE))


def calibrated(judged: Judged, platt: Platt) -> Counter[tuple[float, bool]]:
    """The same answers with calibrated confidences."""
    found: Counter[tuple[float, bool]] = Counter()
    for (confidence, correct), times in judged.items():
        found[platt.apply(confidence), correct] += times
    return found


def markdown_bins(found: Reliability) -> str:
    """The bins that hold answers, as a Markdown table."""
    rows = [
        (f"{one.low:.1f}–{one.high:.1f}", str(one.count), _share(one.confidence), _share(one.accuracy))
        for one in found.bins
        if one.count
    ]
    return _markdown(("confidence", "answers", "mean confidence", "right"), rows)


def markdown_thresholds(rows: Iterable[AtThreshold]) -> str:
    """Precision and recall at each threshold, as a Markdown table."""
    cells = [(f"{row.threshold:g}", str(row.kept), _share(row.precision), _share(row.recall)) for row in rows]
    return _markdown(("confidence at least", "kept", "precision", "recall"), cells)


_Row = tuple[float, float, int]
"""(log odds, target, how often)."""


def _newton(rows: Sequence[_Row], start: tuple[float, float]) -> tuple[float, float]:
    slope, intercept = start
    loss = _loss(rows, slope, intercept)
    for _ in range(_STEPS):
        step = _step(rows, slope, intercept)
        share = 1.0
        while share > _SMALLEST_GAIN:
            moved = slope - share * step[0], intercept - share * step[1]
            if (tried := _loss(rows, *moved)) < loss:
                break
            share /= 2
        else:
            return slope, intercept
        (slope, intercept), gain, loss = moved, loss - tried, tried
        if gain < _SMALLEST_GAIN:
            break
    return slope, intercept


def _intercept(rows: Sequence[_Row], slope: float) -> float:
    """The intercept at which the mean probability is the mean target, by bisection."""
    low, high = -100.0, 100.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if sum(times * (sigmoid(slope * x + middle) - target) for x, target, times in rows) < 0:
            low = middle
        else:
            high = middle
    return low


def _step(rows: Sequence[_Row], slope: float, intercept: float) -> tuple[float, float]:
    """Inverse Hessian times gradient of the mean loss."""
    total = sum(times for _, _, times in rows)
    first = second = 0.0
    xx, x1, one = _RIDGE, 0.0, _RIDGE
    for x, target, times in rows:
        p = sigmoid(slope * x + intercept)
        share = times / total
        first += share * (p - target) * x
        second += share * (p - target)
        curve = share * p * (1 - p)
        xx, x1, one = xx + curve * x * x, x1 + curve * x, one + curve
    scale = xx * one - x1 * x1
    return (one * first - x1 * second) / scale, (xx * second - x1 * first) / scale


def _loss(rows: Sequence[_Row], slope: float, intercept: float) -> float:
    """Mean cross entropy."""
    total = sum(times for _, _, times in rows)
    found = 0.0
    for x, target, times in rows:
        value = slope * x + intercept
        # log(1 + e^v) - target·v, written so that it doesn't overflow
        found += times / total * (max(value, 0.0) + math.log1p(math.exp(-abs(value))) - target * value)
    return found


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def lines() -> Iterator[str]:
        yield "| " + " | ".join(head) + " |"
        yield "|" + " ---: |" * len(head)
        for row in rows:
            yield "| " + " | ".join(row) + " |"

    return "\n".join(lines())
