"""From fitted weights to decisions: calibration and the least probability of a mention, both from cross-validation."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kg_builder.calibration import Platt
from kg_builder.evaluate.calibration import fit_platt
from kg_builder.extract.vietnamese.labels import TYPES
from kg_builder.extract.vietnamese.model import Decoding, Description, Matrix, SequenceModel
from kg_builder.train.scoring import Counts
from kg_builder.train.vietnamese.examples import Labelled, Span, VietnameseExample
from kg_builder.train.vietnamese.fitting import FittedWeights, fit_weights
from kg_builder.train.vietnamese.recipe import VietnameseRecipe

DIGITS = 3
_FAINTEST = 0.005
"""Spans of less probability than this aren't looked at."""
_FEWEST = 10
"""Right and wrong spans that a calibration needs."""
_LEAST = [step / 20 for step in range(4, 15)]
_LEAST_NAMED = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4)
_EVEN = 0.5
"""Of equally good ones the nearest to this is taken."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A span of a document that may be a mention."""

    span: Span
    probability: float
    right: bool
    named: bool
    """Whether it is a name of the dictionary."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What is decided once the weights are fitted."""

    platts: Mapping[str, Platt]
    """By type; none: the model's own probabilities."""
    least: float
    """Calibrated probability from which a span is a mention."""
    least_named: Mapping[str, float] = field(default_factory=dict)
    """By type, the same for names of the dictionary; none: `least`."""

    def decoding(self, kind: str, transitions: Matrix) -> Decoding:
        """As the model's description has it."""
        platt = self.platts.get(kind, Platt())
        rounded = Platt(round(platt.slope, DIGITS), round(platt.intercept, DIGITS))
        least_named = self.least_named.get(kind, self.least)
        return Decoding(
            type=kind, transitions=transitions, calibration=rounded, least=self.least, least_named=least_named
        )


NONE = Calibration({}, _FAINTEST)
"""Every span that isn't too faint is taken."""


def sequence_model(
    fitted: FittedWeights, *, name: str, version: str, terminology: str = "", calibration: Calibration = NONE
) -> SequenceModel:
    """A model of weights that aren't written yet."""
    decoding = tuple(
        calibration.decoding(kind.name, moves) for kind, moves in zip(TYPES, fitted.transitions, strict=True)
    )
    described = Description(name=name, version=version, terminology=terminology, decoding=decoding, sha256="")
    return SequenceModel(described, fitted.weights)


def mentions(model: SequenceModel, sentences: Iterable[Labelled]) -> Iterator[tuple[Span, float]]:
    """What a model finds in a document's sentences."""
    for one in sentences:
        for found in model.label(one.sentence.features, one.sentence.names):
            yield _span(one, found.first, found.last, found.type), found.probability


def held_out(examples: Sequence[VietnameseExample], recipe: VietnameseRecipe) -> list[list[Judged]]:
    """Every span that may be a mention, document by document, by models that haven't seen the document."""
    order = list(range(len(examples)))
    random.Random(recipe.seed).shuffle(order)
    found: list[list[Judged]] = [[] for _ in examples]
    for fold in range(recipe.folds):
        inside = set(order[fold :: recipe.folds])
        training = [one for place, each in enumerate(examples) if place not in inside for one in each.sentences]
        model = sequence_model(fit_weights(training, recipe), name=recipe.name, version="held-out")
        for place in inside:
            found[place] = list(_candidates(model, examples[place]))
    return found


def calibrate(
    examples: Sequence[VietnameseExample], candidates: Sequence[Sequence[Judged]], *, named_cost: float
) -> Calibration:
    """Platt's scaling a type; the least probability of highest F1 over all types; for names of the dictionary,
    type by type, the lowest one that costs the type no more F1 than it may.
    """
    by_type: dict[str, list[Judged]] = defaultdict(list)
    for one in (one for document in candidates for one in document):
        by_type[one.span[2]].append(one)
    platts = {kind: _platt(found) for kind, found in by_type.items()}

    def counts(least: float, least_named: Mapping[str, float]) -> dict[str, Counts]:
        return held_out_counts(examples, candidates, Calibration(platts, least, least_named))

    best = max(_LEAST, key=lambda least: (total(counts(least, {})).f1, -abs(least - _EVEN)))
    before, chosen_named = counts(best, {}), {}
    for kind in (kind for kind, found in by_type.items() if any(one.named for one in found)):
        after = ((least, counts(best, {kind: least})[kind].f1) for least in _LEAST_NAMED if least < best)
        chosen_named[kind] = next((least for least, f1 in after if f1 >= before[kind].f1 - named_cost), best)
    return Calibration(platts, best, chosen_named)


def held_out_counts(
    examples: Sequence[VietnameseExample], candidates: Sequence[Sequence[Judged]], calibration: Calibration
) -> dict[str, Counts]:
    """By type, of the candidates that a calibration takes."""
    found = [{span for span, _ in chosen(document, calibration)} for document in candidates]
    return count_spans((example.gold for example in examples), found)


def chosen(candidates: Iterable[Judged], calibration: Calibration) -> list[tuple[Span, float]]:
    """Those that are probable enough, the likelier one of any two that overlap."""
    rated = [(one, calibration.platts.get(one.span[2], Platt()).apply(one.probability)) for one in candidates]
    kept: list[tuple[Span, float]] = []
    for one, probability in sorted(rated, key=lambda item: (-item[1], item[0].span[0] - item[0].span[1], item[0].span)):
        least = calibration.least_named.get(one.span[2], calibration.least) if one.named else calibration.least
        apart = all(one.span[1] <= other[0] or other[1] <= one.span[0] for other, _ in kept)
        if probability >= least and apart:
            kept.append((one.span, probability))
    return sorted(kept)


def count_spans(gold: Iterable[Iterable[Span]], found: Iterable[Iterable[Span]]) -> dict[str, Counts]:
    """Hits and misses by type: exactly the same characters and type."""
    counts = {kind.name: Counts() for kind in TYPES}
    for wanted, given in ((set(wanted), set(given)) for wanted, given in zip(gold, found, strict=True)):
        for kind in counts:
            hits, ours, theirs = (sum(span[2] == kind for span in spans) for spans in (wanted & given, given, wanted))
            counts[kind] += Counts(hits, ours - hits, theirs - hits)
    return counts


def total(counts: dict[str, Counts]) -> Counts:
    """All types together."""
    return sum(counts.values(), Counts())


def _platt(found: Sequence[Judged]) -> Platt:
    """Of few right or few wrong spans nothing is learned: the model's own probabilities stay."""
    right = sum(one.right for one in found)
    if min(right, len(found) - right) < _FEWEST:
        return Platt()
    return fit_platt([one.probability for one in found], [one.right for one in found])


def _candidates(model: SequenceModel, example: VietnameseExample) -> Iterator[Judged]:
    for one in example.sentences:
        for kind, lattice in zip(TYPES, model.lattices(one.sentence.features), strict=True):
            for item in lattice.likely(_FAINTEST):
                span = _span(one, item.first, item.last, kind.name)
                named = (kind.name, item.first, item.last) in one.sentence.names
                yield Judged(span, item.probability, span in example.gold, named)


def _span(one: Labelled, first: int, last: int, kind: str) -> Span:
    return one.sentence.spans[first][0], one.sentence.spans[last - 1][1], kind
