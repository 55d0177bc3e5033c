"""Fits a relation model: linear stages, the second stage on what those say of unseen documents, calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg_builder.calibration import Platt, sigmoid
from kg_builder.evaluate.calibration import fit_platt
from kg_builder.relate.linear_stage import LinearStage
from kg_builder.relate.pair_features import Key
from kg_builder.relate.pair_model import RoleStage, end_scores, with_sums
from kg_builder.relate.pair_priors import Priors, count_priors
from kg_builder.relate.pair_roles import End, end_prior, families, role_values
from kg_builder.relate.pair_words import FAMILIES
from kg_builder.relate.sentence_view import OBJECT, SUBJECT
from kg_builder.train.relations_examples import PageExample
from kg_builder.train.relations_linear import Floats, Places, WordTable, fit_linear, standard, word_table

LINEAR_STRENGTH = 0.01
"""Of the second stage's linear half: inverse regularization."""
CLIP = 5.0
"""Standard deviations beyond which the linear half doesn't follow."""
TREES = {
    "n_estimators": 200,
    "learning_rate": 0.05,
    "max_depth": 4,
    "subsample": 0.5,
    "max_features": 0.15,
    "min_samples_leaf": 10,
}
"""Of the second stage's other half: gradient boosting (Friedman 2002)."""
FORESTS = 4
"""Runs of the boosting with other seeds, averaged."""
SMOOTHED = 25
"""Neighbouring thresholds whose mean F1 is compared: single pairs move it about."""


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights of standardized columns."""

    mean: Floats
    scale: Floats
    weights: Floats
    intercept: float

    def scores(self, rows: Floats) -> Floats:
        """Log odds."""
        inside: Floats = np.clip((rows - self.mean) / self.scale, -CLIP, CLIP)
        found: Floats = inside @ self.weights + self.intercept
        return found


@dataclass(frozen=True, slots=True)
class Second:
    """Mean log odds of a linear model and of boosted trees."""

    linear: Linear
    forests: Sequence[Any]
    """Fitted `sklearn.ensemble.GradientBoostingClassifier`."""

    def scores(self, rows: Floats) -> Floats:
        """Log odds, not calibrated."""
        # the trees compare in single precision, and so does the exported graph
        trees = np.mean([forest.decision_function(rows.astype(np.float32)) for forest in self.forests], axis=0)
        found: Floats = (self.linear.scores(rows) + trees) / 2
        return found


@dataclass(frozen=True, slots=True)
class Stages:
    """What comes before the second stage, with the prior knowledge it is given."""

    roles: Mapping[str, RoleStage]
    first: LinearStage
    priors: Priors

    def columns(self, example: PageExample, *, own: bool = False) -> Floats:
        """Rows of the second stage for the pairs of a page; `own`: the page's document was counted in the priors."""
        document_id = example.document_id if own else None
        scores = end_scores(
            {role: stage.linear for role, stage in self.roles.items()},
            example.ends,
            [
                [*end.values, *end_prior(self.roles[end.role].priors, end.prior_key, document_id)]
                for end in example.ends
            ],
        )
        values = pair_numbers(example, self.priors, document_id)
        before = with_sums(self.first, example.page, values, example.words, example.trees)
        return np.column_stack([before, role_values(example.pairs, scores)])


@dataclass(frozen=True, slots=True)
class Fitted:
    """All stages of one predicate."""

    stages: Stages
    second: Second

    def scores(self, example: PageExample) -> Floats:
        """Log odds of the pairs of a document that was not trained on."""
        return self.second.scores(self.stages.columns(example))


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What models said of documents they weren't trained on."""

    scores: Floats
    right: NDArray[np.bool_]
    corpora: Sequence[str]
    """Of each pair."""
    platt: Platt
    threshold: float
    """On the calibrated probability; the one of the best F1 on these documents."""

    @property
    def probabilities(self) -> Floats:
        """Calibrated."""
        return _calibrated(self.scores, self.platt)


class TrainingSet:
    """Examples of one predicate, with the tables that every part of them is fitted from."""

    def __init__(self, examples: Sequence[PageExample], predicate: str) -> None:
        self.examples = examples
        self.predicate = predicate
        ids = sorted({one.document_id for one in examples})
        self._number = {document_id: number for number, document_id in enumerate(ids)}
        self._pairs = _Rows(
            [(place, at) for place, one in enumerate(examples) for at in range(len(one.pairs))],
            word_table(
                [words for one in examples for words in one.words],
                FAMILIES,
                [self._number[one.document_id] for one in examples for _ in one.pairs],
            ),
            [one.get(predicate) for example in examples for one in example.labels],
        )
        self._ends = {role: self._rows_of_ends(role) for role in (SUBJECT, OBJECT)}

    def fit(self, places: Sequence[int], *, folds: int, seed: int) -> Fitted:
        """Train on some examples. The second stage sees first scores of documents that weren't fitted on."""
        fold = fold_numbers([self.examples[place] for place in places], folds, seed + 1)
        priors, role_priors = self._priors(places), self._role_priors(places)
        rows: dict[int, Floats] = {}
        for number in range(folds):
            inside = [place for place, at in zip(places, fold, strict=True) if at != number]
            stages = self._stages(inside, priors, role_priors)
            for place, at in zip(places, fold, strict=True):
                if at == number:
                    rows[place] = stages.columns(self.examples[place], own=True)
        kept, right = self.labelled(places)
        stacked = np.vstack([rows[place] for place in places])[kept]
        return Fitted(self._stages(places, priors, role_priors), fit_second(stacked, right, seed))

    def cross_validate(self, *, folds: int, seed: int) -> HeldOut:
        """Fit on all parts but one, score that one; every document is in one part only."""
        everything = range(len(self.examples))
        fold = fold_numbers(self.examples, folds, seed)
        scores: dict[int, Floats] = {}
        for number in range(folds):
            fitted = self.fit([place for place in everything if fold[place] != number], folds=folds, seed=seed)
            for place in np.flatnonzero(fold == number).tolist():
                scores[place] = fitted.scores(self.examples[place])
        kept, right = self.labelled(everything)
        corpora = np.array([one.corpus for one in self.examples for _ in one.pairs])[kept]
        found = np.concatenate([scores[place] for place in everything])[kept]
        platt = fit_platt([sigmoid(score) for score in found.tolist()], right.tolist())
        threshold, _ = best_threshold(_calibrated(found, platt), right)
        return HeldOut(found, right, corpora.tolist(), platt, threshold)

    def labelled(self, places: Sequence[int]) -> tuple[Places, NDArray[np.bool_]]:
        """Places of the labelled pairs among all pairs of some examples, and whether they hold."""
        labels = [one.get(self.predicate) for place in places for one in self.examples[place].labels]
        kept = [at for at, label in enumerate(labels) if label is not None]
        return np.array(kept, dtype=np.int64), np.array([bool(labels[at]) for at in kept])

    def _stages(self, places: Sequence[int], priors: Priors, role_priors: Mapping[str, Priors]) -> Stages:
        inside = set(places)
        rows = self._pairs.labelled(inside)
        values = {place: self._pair_numbers(place, priors) for place in inside}
        numbers = np.array([values[place][at] for place, at in (self._pairs.spots[row] for row in rows)])
        first = fit_linear(self._pairs.words, numbers, rows, self._pairs.right(rows))
        roles = {}
        for role, ends in self._ends.items():
            rows = ends.labelled(inside)
            known = role_priors[role]
            numbers = np.array([self._end_numbers(ends.spots[row], known) for row in rows.tolist()])
            roles[role] = RoleStage(fit_linear(ends.words, numbers, rows, ends.right(rows)), known)
        return Stages(roles, first, priors)

    def _pair_numbers(self, place: int, priors: Priors) -> Floats:
        return pair_numbers(self.examples[place], priors, self.examples[place].document_id)

    def _end_numbers(self, spot: tuple[int, int], priors: Priors) -> list[float]:
        example = self.examples[spot[0]]
        end = example.ends[spot[1]]
        return [*end.values, *end_prior(priors, end.prior_key, example.document_id)]

    def _priors(self, places: Sequence[int]) -> Priors:
        return count_priors(
            (self.examples[place].document_id, key, labels[self.predicate])
            for place in places
            for key, labels in zip(self.examples[place].keys, self.examples[place].labels, strict=True)
            if self.predicate in labels
        )

    def _role_priors(self, places: Sequence[int]) -> dict[str, Priors]:
        inside = set(places)
        found = {}
        for role, rows in self._ends.items():
            told: list[tuple[str, Key, bool]] = []
            for row in rows.labelled(inside):
                place, at = rows.spots[row]
                example = self.examples[place]
                told.append((example.document_id, example.ends[at].prior_key, bool(rows.labels[row])))
            found[role] = count_priors(told)
        return found

    def _rows_of_ends(self, role: str) -> _Rows:
        spots = [
            (place, at)
            for place, one in enumerate(self.examples)
            for at, end in enumerate(one.ends)
            if end.role == role
        ]
        ends = [self.examples[place].ends[at] for place, at in spots]
        documents = [self._number[self.examples[place].document_id] for place, _ in spots]
        labels = [self._role_label(self.examples[place], self.examples[place].ends[at]) for place, at in spots]
        return _Rows(spots, word_table([end.words for end in ends], families(role), documents), labels)

    def _role_label(self, example: PageExample, end: End) -> bool | None:
        """Whether one of its pairs is related; None where all are left open."""
        known = [one for at in end.pairs if (one := example.labels[at].get(self.predicate)) is not None]
        return any(known) if known else None


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows that a linear stage is fitted on."""

    spots: Sequence[tuple[int, int]]
    """Place of the example, and of the pair or end in it."""
    words: WordTable
    labels: Sequence[bool | None]

    def labelled(self, places: set[int]) -> Places:
        """Rows of some examples that have a label."""
        return np.array(
            [
                row
                for row, ((place, _), label) in enumerate(zip(self.spots, self.labels, strict=True))
                if label is not None and place in places
            ],
            dtype=np.int64,
        )

    def right(self, rows: Places) -> NDArray[np.bool_]:
        """Their labels."""
        return np.array([bool(self.labels[row]) for row in rows])


def pair_numbers(example: PageExample, priors: Priors, document_id: str | None) -> Floats:
    """Pairs × features."""
    known = zip(example.pairs, example.keys, strict=True)
    return np.array([[*pair.values, *priors.values(key, document_id)] for pair, key in known])


def fit_second(rows: Floats, right: NDArray[np.bool_], seed: int) -> Second:
    """The linear half and the boosted trees."""
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

    mean, scale = standard(rows)
    inside = np.clip((rows - mean) / scale, -CLIP, CLIP)
    model = LogisticRegression(C=LINEAR_STRENGTH, max_iter=5000).fit(inside, right)
    forests = [
        GradientBoostingClassifier(random_state=seed + number, **TREES).fit(rows.astype(np.float32), right)
        for number in range(FORESTS)
    ]
    return Second(Linear(mean, scale, model.coef_[0], float(model.intercept_[0])), forests)


def best_threshold(probabilities: Floats, right: NDArray[np.bool_]) -> tuple[float, float]:
    """Least probability to state and its F1; between two neighbours, so that rounding changes nothing."""
    order = np.argsort(-probabilities, kind="stable")
    hits = np.cumsum(right[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + right.sum())
    smooth = np.convolve(f1, np.ones(SMOOTHED) / SMOOTHED, mode="same") if len(f1) > 4 * SMOOTHED else f1
    best = int(np.argmax(smooth))
    after = probabilities[order[min(best + 1, len(order) - 1)]]
    return float((probabilities[order[best]] + after) / 2), float(f1[best])


def fold_numbers(examples: Sequence[PageExample], folds: int, seed: int) -> Places:
    """Part of each example; all pages of a document are in one."""
    documents = sorted({one.document_id for one in examples})
    order = np.random.default_rng(seed).permutation(len(documents))
    part = {documents[place]: number % folds for number, place in enumerate(order)}
    return np.array([part[one.document_id] for one in examples])


def _calibrated(scores: Floats, platt: Platt) -> Floats:
    return np.array([sigmoid(platt.slope * score + platt.intercept) for score in scores.tolist()])
