"""The confidences of an evaluation's predictions, with whether each prediction was right; only counts are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from kg_builder.evaluate.calibration import (
    AtThreshold,
    Judged,
    Reliability,
    at_thresholds,
    precision_recall,
    reliability,
)
from kg_builder.evaluate.facts import STATED, Facts, Terms, Triple, typed_span
from kg_builder.evaluate.matching import Pair, TypedSpan
from kg_builder.records import DocumentGraph

Key = TypeVar("Key", TypedSpan, Triple)

_DIGITS = 4
"""Decimals kept of a confidence, so that memory stays flat however many predictions there are."""


@dataclass(frozen=True, slots=True)
class ConfidenceFigures:
    """What the confidences of one kind of prediction are worth."""

    reliability: Reliability
    thresholds: tuple[AtThreshold, ...]
    curve: tuple[AtThreshold, ...] = ()
    """Precision and recall down from the surest prediction (`calibration.precision_recall`)."""

    def as_json(self) -> dict[str, Any]:
        """``expected_calibration_error``, ``predictions``, ``bins`` and ``at_threshold``."""
        return {
            "expected_calibration_error": self.reliability.error,
            "predictions": self.reliability.count,
            "bins": [
                {
                    "low": one.low,
                    "high": one.high,
                    "predictions": one.count,
                    "confidence": one.confidence,
                    "right": one.accuracy,
                }
                for one in self.reliability.bins
            ],
            "at_threshold": [
                {"threshold": row.threshold, "kept": row.kept, "precision": row.precision, "recall": row.recall}
                for row in self.thresholds
            ],
        }


ConfidencesByType = dict[str, ConfidenceFigures]
"""``all``, then by entity type or predicate."""


@dataclass
class Confidences:
    """What accumulates while the documents pass by: answers by entity type or predicate."""

    mentions: dict[str, Counter[tuple[float, bool]]] = field(default_factory=dict)
    relations: dict[str, Counter[tuple[float, bool]]] = field(default_factory=dict)

    def take(
        self, graph: DocumentGraph, terms: Terms, expected: Facts, *, predicted: Facts, strict: Collection[Pair]
    ) -> None:
        """Add the predictions of one document that carry a confidence; a mention is right if it matches strictly."""
        found = {answer for _, answer in strict}
        for span, confidence in _of_mentions(graph, predicted).items():
            _add(self.mentions, span.type, confidence, correct=span in found)
        for triple, confidence in _of_relations(graph, terms, predicted).items():
            _add(self.relations, triple[1], confidence, correct=triple in expected.relations)


def confidence_figures(judged: Mapping[str, Judged], gold: Mapping[str, int], *, overall: int) -> ConfidencesByType:
    """Figures of all types together under ``all``, then of each that has any; empty without confidences.

    `gold` is how many there were to find of each type, `overall` of all.
    """
    together: Counter[tuple[float, bool]] = Counter()
    for answers in judged.values():
        together.update(answers)
    if not together:
        return {}
    one = {label: _figures(answers, gold.get(label, 0)) for label, answers in sorted(judged.items())}
    return {"all": _figures(together, overall), **one}


def _figures(judged: Judged, gold: int) -> ConfidenceFigures:
    return ConfidenceFigures(reliability(judged), at_thresholds(judged, gold=gold), precision_recall(judged, gold=gold))


def _add(where: dict[str, Counter[tuple[float, bool]]], label: str, confidence: float, *, correct: bool) -> None:
    where.setdefault(label, Counter())[round(confidence, _DIGITS), correct] += 1


def _of_mentions(graph: DocumentGraph, predicted: Facts) -> dict[TypedSpan, float]:
    """The highest confidence of each predicted span."""
    given = ((typed_span(item, item.type), item.confidence) for item in graph.mentions)
    return _highest((span, confidence) for span, confidence in given if span in predicted.mentions)


def _of_relations(graph: DocumentGraph, terms: Terms, predicted: Facts) -> dict[Triple, float]:
    """The highest confidence of each predicted relation, in the vocabulary's current ids."""
    return _highest(
        (triple, relation.confidence)
        for relation in graph.relations
        if relation.assertion in STATED
        for triple in terms.relations([(relation.subject, relation.predicate, relation.object)])
        if triple in predicted.relations
    )


def _highest(given: Iterator[tuple[Key, float | None]]) -> dict[Key, float]:
    found: dict[Key, float] = {}
    for key, confidence in given:
        if confidence is not None:
            found[key] = max(confidence, found.get(key, 0.0))
    return found
