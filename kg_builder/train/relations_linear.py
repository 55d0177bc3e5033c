"""Fits the linear stages of a relation model: logistic regression over words that are there and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg_builder.relate.linear_stage import CLIP, LinearStage, family_scale

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

WORD_STRENGTH = 0.1
"""Inverse regularization of the words' weights."""
NUMBER_SCALE = 0.3
"""Of the standardized numbers: under 1 binds their weights tighter than the words'."""
LEAST_DOCUMENTS = 2
"""In which a word feature must be to get a weight."""


@dataclass(frozen=True, slots=True)
class WordTable:
    """Which rows have which word features."""

    families: tuple[str, ...]
    features: Sequence[tuple[int, str]]
    """Place of the family, and feature, of each column."""
    matrix: Any
    """rows × features, sparse, 1 where there."""
    documents: Places
    """Of each row, as a number."""

    def frequent(self, rows: Places) -> Places:
        """Columns that enough documents among the rows have."""
        from scipy.sparse import csr_matrix

        known = self.documents[rows]
        shape = (int(self.documents.max()) + 1, len(rows))
        of_document = csr_matrix((np.ones(len(rows)), (known, np.arange(len(rows)))), shape=shape)
        counts = ((of_document @ self.matrix[rows]) > 0).sum(axis=0)
        found: Places = np.flatnonzero(np.asarray(counts).ravel() >= LEAST_DOCUMENTS)
        return found

    def scaled(self, rows: Places, columns: Places) -> Any:
        """The rows' known features, each with what it counts at run time."""
        part = self.matrix[rows][:, columns].tocsr()
        family = np.array([self.features[column][0] for column in columns], dtype=np.int64)[part.indices]
        row = np.repeat(np.arange(len(rows)), np.diff(part.indptr))
        counts = np.zeros((len(rows), len(self.families)), dtype=np.int64)
        np.add.at(counts, (row, family), 1)
        scales = {
            (place, count): family_scale(name, count)
            for place, name in enumerate(self.families)
            for count in np.unique(counts[:, place]).tolist()
        }
        of_entry = zip(family.tolist(), counts[row, family].tolist(), strict=True)
        part.data = np.array([scales[place, count] for place, count in of_entry])
        return part


def word_table(
    rows: Sequence[Mapping[str, set[str]]], families: tuple[str, ...], documents: Sequence[int]
) -> WordTable:
    """The table of all rows, columns in order of family and feature."""
    from scipy.sparse import csr_matrix

    places = {
        key: place
        for place, key in enumerate(
            sorted({(number, word) for row in rows for number, name in enumerate(families) for word in row[name]})
        )
    }
    ends, columns = [0], []
    for row in rows:
        columns += sorted(places[number, word] for number, name in enumerate(families) for word in row[name])
        ends.append(len(columns))
    matrix = csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(rows), len(places)))
    return WordTable(families, list(places), matrix, np.array(documents, dtype=np.int64))


def fit_linear(table: WordTable, values: Floats, rows: Places, right: NDArray[np.bool_]) -> LinearStage:
    """Fit on some rows. `values`: numbers of those rows; `right`: whether they hold."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression

    mean, scale = standard(values)
    numbers = np.clip((values - mean) / scale, -CLIP, CLIP) * NUMBER_SCALE
    columns = table.frequent(rows)
    matrix = hstack([table.scaled(rows, columns), csr_matrix(numbers)]).tocsr()
    if right.all() or not right.any():
        return _constant(table, mean, scale, 1.0 if right.all() else -1.0)
    model = LogisticRegression(C=WORD_STRENGTH, solver="liblinear", max_iter=1000, random_state=0)
    weights = model.fit(matrix, right).coef_[0]
    words: dict[str, dict[str, float]] = {family: {} for family in table.families}
    for column, weight in zip(columns.tolist(), weights.tolist(), strict=False):
        place, feature = table.features[column]
        words[table.families[place]][feature] = round(weight, 4)
    return LinearStage(words, mean, scale, weights[len(columns) :] * NUMBER_SCALE, float(model.intercept_[0]))


def _constant(table: WordTable, mean: Floats, scale: Floats, intercept: float) -> LinearStage:
    """For rows that are all of one kind there is nothing to weigh."""
    return LinearStage({family: {} for family in table.families}, mean, scale, np.zeros(len(mean)), intercept)


def standard(values: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the columns; 1 for one that never changes."""
    scale = values.std(axis=0)
    scale[scale == 0] = 1.0
    return values.mean(axis=0), scale
