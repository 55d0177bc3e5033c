"""Fits the conditional random fields with CRFsuite (Okazaki 2007), and a plain one to compare with."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kg_builder.extract.vietnamese.features import BIAS
from kg_builder.extract.vietnamese.labels import TYPES
from kg_builder.extract.vietnamese.model import STATES, Matrix
from kg_builder.train.vietnamese.examples import Labelled, Span, tagged_spans
from kg_builder.train.vietnamese.recipe import VietnameseRecipe

if TYPE_CHECKING:
    from pycrfsuite import Tagger

_LABELS = "OBI"
_NEVER = 20.0
"""Weight of *outside* for a type that no training document has."""
_BASELINE = (
    BIAS,
    *(f"{kind}{step}=" for kind in "ws" for step in range(-2, 3)),
    *(f"{kind}{size}=" for kind in "az" for size in (1, 2, 3)),
)
"""What the baseline is told: words and shapes in a window of five, prefixes and suffixes."""


class FittedWeights:
    """What training gave, type after type."""

    def __init__(self) -> None:
        self.weights: dict[str, list[float]] = {}
        self.transitions: list[Matrix] = []

    def add(self, column: int, tagger: Tagger) -> None:
        """Take over the weights of one type's field."""
        learned = tagger.info()
        if "B" not in learned.labels:
            self.weights.setdefault(BIAS, [0.0] * (STATES * len(TYPES)))[column * STATES] = _NEVER
        for (feature, label), weight in learned.state_features.items():
            row = self.weights.setdefault(feature, [0.0] * (STATES * len(TYPES)))
            row[column * STATES + _LABELS.index(label)] = weight
        first, second, third = (
            tuple(round(learned.transitions.get((one, other), 0.0), 4) for other in _LABELS) for one in _LABELS
        )
        self.transitions.append((_three(first), _three(second), _three(third)))


def fit_weights(sentences: Sequence[Labelled], recipe: VietnameseRecipe) -> FittedWeights:
    """One field a type."""
    fitted = FittedWeights()
    for column, kind in enumerate(TYPES):
        rows = ((one.sentence.features, one.tags_of(kind.name)) for one in sentences)
        with _trained(rows, recipe) as tagger:
            fitted.add(column, tagger)
    return fitted


def baseline_spans(
    training: Sequence[Labelled], documents: Iterable[Sequence[Labelled]], recipe: VietnameseRecipe
) -> list[frozenset[Span]]:
    """Mentions of each document by one plain field over all types and its best sequences, CRFsuite's own."""
    with _trained(((_plain(one.sentence.features), one.tags) for one in training), recipe) as tagger:
        return [
            frozenset(
                span
                for one in document
                for span in tagged_spans(one.sentence, tagger.tag(_plain(one.sentence.features)))
            )
            for document in documents
        ]


@contextmanager
def _trained(
    rows: Iterable[tuple[Sequence[Sequence[str]], Sequence[str]]], recipe: VietnameseRecipe
) -> Iterator[Tagger]:
    from pycrfsuite import Tagger, Trainer

    trainer = Trainer(verbose=False)
    for features, tags in rows:
        trainer.append(features, tags)
    trainer.set_params(_parameters(recipe))
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "field")
        trainer.train(file)
        tagger = Tagger()
        tagger.open(file)
        try:
            yield tagger
        finally:
            tagger.close()


def _parameters(recipe: VietnameseRecipe) -> Mapping[str, float | bool]:
    return {
        "c1": recipe.l1,
        "c2": recipe.l2,
        "max_iterations": recipe.iterations,
        "feature.possible_transitions": True,
    }


def _plain(features: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[name for name in word if name.startswith(_BASELINE)] for word in features]


def _three(row: Sequence[float]) -> tuple[float, float, float]:
    first, second, third = row
    return first, second, third
