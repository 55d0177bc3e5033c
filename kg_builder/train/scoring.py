"""What a tagger found in gold documents, and how much of it was right: strict spans and types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg_builder.evaluate.calibration import Judged
from kg_builder.extract.tagger.decoding import Floats
from kg_builder.extract.tagger.encoding import Window
from kg_builder.extract.tagger.features import TYPES
from kg_builder.extract.tagger.reading import Candidate, Reading, without_overlaps
from kg_builder.train.examples import Example, TaggedDocument

ScoreExamples = Callable[[Sequence[Example]], Sequence[NDArray[np.float32]]]
"""Scores of each example: words × (types · 3)."""


@dataclass(frozen=True, slots=True)
class Found:
    """A mention that the tagger found, with its probability."""

    start: int
    end: int
    type: str
    probability: float


@dataclass(frozen=True, slots=True)
class Counts:
    """Hits and misses of one type."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def precision(self) -> float:
        """0 where nothing was found."""
        return self.tp / max(1, self.tp + self.fp)

    @property
    def recall(self) -> float:
        """0 where there was nothing to find."""
        return self.tp / max(1, self.tp + self.fn)

    @property
    def f1(self) -> float:
        """0 where there was neither."""
        return 2 * self.tp / max(1, 2 * self.tp + self.fp + self.fn)

    def as_json(self) -> dict[str, Any]:
        """Counts and shares, the latter to five digits."""
        shares = {name: round(getattr(self, name), 5) for name in ("precision", "recall", "f1")}
        return {**asdict(self), **shares}


def predict(documents: Sequence[TaggedDocument], score: ScoreExamples, transitions: Floats) -> list[tuple[Found, ...]]:
    """The mentions of each document's best sequences, before the second look, of the types that its corpus annotates.

    transitions: types × 3 × 3, *inside* after *outside* forbidden.
    """
    scored = iter(score([example for document in documents for example in document.examples]))
    return [
        tuple(_decoded(document, [(example.window, next(scored)) for example in document.examples], transitions))
        for document in documents
    ]


def by_window(run: Callable[[Window], NDArray[np.float32]]) -> ScoreExamples:
    """Scores from a function that runs one window."""
    return lambda examples: [run(example.window) for example in examples]


def count(documents: Sequence[TaggedDocument], predictions: Sequence[Sequence[Found]]) -> dict[str, dict[str, Counts]]:
    """Counts by corpus and type."""
    found: dict[str, dict[str, Counts]] = {}
    for document, predicted in zip(documents, predictions, strict=True):
        types = found.setdefault(document.corpus, {})
        for label in document.annotates:
            given = {(one.start, one.end, one.type) for one in predicted if one.type == label}
            gold = {span for span in document.gold if span[2] == label}
            hits = len(given & gold)
            types[label] = types.get(label, Counts()) + Counts(hits, len(given) - hits, len(gold) - hits)
    return found


def overall(counted: dict[str, dict[str, Counts]]) -> Counts:
    """All corpora and types together."""
    return sum((counts for types in counted.values() for counts in types.values()), Counts())


def judged(documents: Sequence[TaggedDocument], predictions: Sequence[Iterable[Found]]) -> dict[str, Judged]:
    """Probabilities by type, with whether each mention was right."""
    found: dict[str, Counter[tuple[float, bool]]] = {}
    for document, predicted in zip(documents, predictions, strict=True):
        for one in predicted:
            right = (one.start, one.end, one.type) in document.gold
            found.setdefault(one.type, Counter())[one.probability, right] += 1
    return {label: found[label] for label in TYPES if label in found}


def _decoded(
    document: TaggedDocument, scored: Sequence[tuple[Window, NDArray[np.float32]]], transitions: Floats
) -> Iterable[Found]:
    for candidate in without_overlaps(Reading(scored, transitions).found):
        if TYPES[candidate.column] in document.annotates:
            yield found_of(document, candidate)


def found_of(document: TaggedDocument, candidate: Candidate) -> Found:
    """A candidate's characters and type."""
    start, end = document.words[candidate.first][0], document.words[candidate.last - 1][1]
    return Found(start, end, TYPES[candidate.column], min(1.0, candidate.probability))
