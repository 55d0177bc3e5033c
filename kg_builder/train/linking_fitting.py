"""Fits the linker: logistic regression over candidates, scaling and threshold on held-out parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg_builder.calibration import sigmoid
from kg_builder.train.linking_examples import LinkingExample

Floats = NDArray[np.float64]
_TIMES = 4
"""A mention that a document repeats more often counts no more than this."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The best candidate of a mention, on held-out documents or by a finished model."""

    example: LinkingExample
    best: int | None
    """Place of the candidate; None where there is none."""
    probability: float

    @property
    def right(self) -> bool:
        """Whether it is what the annotators chose."""
        return self.best is not None and self.example.labels[self.best]


@dataclass(frozen=True, slots=True)
class FittedLinker:
    """What is written of a fitted model."""

    weights: Mapping[str, float]
    slope: float
    intercept: float
    threshold: float


class LinkerFitting:
    """Training examples as one matrix."""

    def __init__(self, examples: Sequence[LinkingExample], *, strength: float, hidden_weight: float) -> None:
        from sklearn.feature_extraction import DictVectorizer

        self.examples = examples
        self._strength = strength
        self._vectorizer = DictVectorizer(sort=True)
        self._matrix: Any = self._vectorizer.fit_transform([row for one in examples for row in one.features])
        self._labels = np.array([label for one in examples for label in one.labels], dtype=bool)
        self._owners = np.repeat(np.arange(len(examples)), [len(one.found) for one in examples])
        each = [min(one.mention.times, _TIMES) * (hidden_weight if one.hidden else 1.0) for one in examples]
        self._counts = np.array(each)[self._owners]

    def cross_validate(self, *, folds: int, seed: int) -> list[Judged]:
        """The best candidate of each mention by a model that hasn't seen its document; probabilities calibrated."""
        log_odds = np.zeros(len(self._labels))
        part = fold_numbers([one.mention.document_id for one in self.examples], folds=folds, seed=seed)[self._owners]
        for fold in range(folds):
            weights = self._fit(part != fold)
            log_odds[part == fold] = self._matrix[part == fold] @ weights
        return self._judged(log_odds)

    def fit(self, held_out: Sequence[Judged], *, threshold: float) -> FittedLinker:
        """Weights of all examples; slope and intercept on the held-out best candidates."""
        slope, intercept = platt(held_out)
        names = self._vectorizer.get_feature_names_out()
        weights = {str(name): float(value) for name, value in zip(names, self._fit(None), strict=True)}
        return FittedLinker(weights, slope, intercept, threshold)

    def _fit(self, rows: NDArray[np.bool_] | None) -> Floats:
        from sklearn.linear_model import LogisticRegression

        inside = np.ones(len(self._labels), dtype=bool) if rows is None else rows
        model = LogisticRegression(C=self._strength, max_iter=2000, fit_intercept=False)
        model.fit(self._matrix[inside], self._labels[inside], sample_weight=self._counts[inside])
        found: Floats = model.coef_[0]
        return found

    def _judged(self, log_odds: Floats) -> list[Judged]:
        judged, place = [], 0
        for one in self.examples:
            rows = log_odds[place : place + len(one.found)]
            place += len(one.found)
            best = int(np.argmax(rows)) if len(rows) else None
            judged.append(Judged(one, best, sigmoid(float(rows[best])) if best is not None else 0.0))
        slope, intercept = platt(judged)
        return [Judged(one.example, one.best, calibrated(one, slope, intercept)) for one in judged]


def calibrated(judged: Judged, slope: float, intercept: float) -> float:
    """The probability with the scaling applied."""
    if judged.best is None:
        return 0.0
    inside = min(max(judged.probability, 1e-9), 1 - 1e-9)
    return sigmoid(slope * float(np.log(inside / (1 - inside))) + intercept)


def platt(judged: Sequence[Judged]) -> tuple[float, float]:
    """Slope and intercept for the log odds of best candidates."""
    from sklearn.linear_model import LogisticRegression

    known = [one for one in judged if one.best is not None]
    labels = [one.right for one in known]
    if len(set(labels)) < 2:
        return 1.0, 0.0
    inside = np.clip([one.probability for one in known], 1e-9, 1 - 1e-9)
    model = LogisticRegression(C=1e4).fit(
        np.log(inside / (1 - inside))[:, None], labels, sample_weight=[one.example.mention.times for one in known]
    )
    return float(model.coef_[0][0]), float(model.intercept_[0])


def chosen_threshold(judged: Sequence[Judged], *, most_wrong: float) -> float:
    """The least threshold in steps of 0.01 at which hidden concepts' mentions are seldom enough linked to others."""
    hidden = [one for one in judged if one.example.hidden]
    total = sum(one.example.mention.times for one in hidden)
    for step in range(5, 96):
        threshold = step / 100
        wrong = sum(one.example.mention.times for one in hidden if one.probability >= threshold)
        if wrong <= most_wrong * total:
            return threshold
    return 0.95


def fold_numbers(document_ids: Sequence[str], *, folds: int, seed: int) -> NDArray[np.int64]:
    """A fold for each, equal for equal ids."""
    ids = sorted(set(document_ids))
    order = np.random.default_rng(seed).permutation(len(ids))
    numbers = {ids[place]: rank % folds for rank, place in enumerate(order.tolist())}
    return np.array([numbers[one] for one in document_ids], dtype=np.int64)
