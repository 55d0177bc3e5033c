"""The weights of the tagger's second look, fitted on documents that it wasn't trained on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg_builder.errors import InputError
from kg_builder.extract.tagger.consistency import EVIDENCE, Weighed, second_look, weigh
from kg_builder.extract.tagger.decoding import Floats
from kg_builder.extract.tagger.features import TYPES
from kg_builder.extract.tagger.reading import Candidate, Reading, without_overlaps
from kg_builder.train.examples import TaggedDocument
from kg_builder.train.scoring import Found, ScoreExamples, found_of

Weights = Mapping[str, tuple[float, ...]]
"""By type, a weight for each of `EVIDENCE`."""

LEAST = 0.4
"""Mentions less probable than this are none: F1 on BC5CDR's development part is flat between 0.35 and 0.5."""

_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Candidates:
    """The likely spans of one document."""

    document: TaggedDocument
    weighed: Sequence[Weighed]
    """Of the types that the document's corpus annotates."""

    @property
    def right(self) -> Iterator[bool]:
        """Whether each is annotated with exactly this span and type."""
        for item in self.weighed:
            found = found_of(self.document, item.candidate)
            yield (found.start, found.end, found.type) in self.document.gold

    def found(self, weights: Weights) -> tuple[Found, ...]:
        """The mentions, decided as at run time."""
        kept = second_look(self.weighed, [weights[label] for label in TYPES], LEAST)
        return tuple(found_of(self.document, item) for item in without_overlaps(kept))


def candidates(documents: Sequence[TaggedDocument], score: ScoreExamples, transitions: Floats) -> list[Candidates]:
    """The likely spans of each document with their evidence. transitions: types × 3 × 3."""
    scored = iter(score([example for document in documents for example in document.examples]))
    found = []
    for document in documents:
        reading = Reading([(example.window, next(scored)) for example in document.examples], transitions)
        weighed = [item for item in weigh(document.described, reading) if _annotated(document, item.candidate)]
        found.append(Candidates(document, weighed))
    return found


def fit_second_look(read: Sequence[Candidates]) -> dict[str, tuple[float, ...]]:
    """The weights for `Description.second_look`: a logistic regression a type, in which every corpus weighs the same.

    25 abstracts give weights as good as 400. Raises InputError where a type has no right or no wrong candidates.
    """
    from sklearn.linear_model import LogisticRegression

    weights = {}
    for column, label in enumerate(TYPES):
        rows = list(_rows(read, column))
        if len({right for _, right, _ in rows}) < 2:
            raise InputError(f"{label}: the evaluation documents have too few candidates to fit the second look on")
        sizes = Counter(corpus for *_, corpus in rows)
        # the first evidence is always 1: its weight is the intercept
        fitted = LogisticRegression(max_iter=1000).fit(
            [values[1:] for values, *_ in rows],
            [right for _, right, _ in rows],
            sample_weight=[len(rows) / len(sizes) / sizes[corpus] for *_, corpus in rows],
        )
        weights[label] = (float(fitted.intercept_[0]), *(float(weight) for weight in fitted.coef_[0]))
        assert len(weights[label]) == len(EVIDENCE)
    return weights


def held_out(read: Sequence[Candidates]) -> list[tuple[Found, ...]]:
    """The mentions of each document, by weights that were fitted on four fifths of the others."""
    found: list[tuple[Found, ...]] = [()] * len(read)
    for fold in range(_FOLDS):
        weights = fit_second_look([item for index, item in enumerate(read) if index % _FOLDS != fold])
        for index in range(fold, len(read), _FOLDS):
            found[index] = read[index].found(weights)
    return found


def _rows(read: Iterable[Candidates], column: int) -> Iterator[tuple[tuple[float, ...], bool, str]]:
    for item in read:
        for weighed, right in zip(item.weighed, item.right, strict=True):
            if weighed.candidate.column == column:
                yield weighed.evidence, right, item.document.corpus


def _annotated(document: TaggedDocument, candidate: Candidate) -> bool:
    return TYPES[candidate.column] in document.annotates
