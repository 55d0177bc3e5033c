"""Counts of one document, per measure and type: all that evaluation keeps of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Set
from enum import StrEnum
from typing import NamedTuple

from kg_builder.evaluate.facts import Facts, Triple
from kg_builder.evaluate.matching import Pair, TypedSpan, relaxed_pairs


class Measure(StrEnum):
    """What is counted."""

    STRICT = "mentions.strict"
    RELAXED = "mentions.relaxed"
    GOLD_SPANS = "normalization.gold_spans"
    """Linked gold mentions that were given exactly the gold ids (tp) or not (fn)."""
    FOUND_SPANS = "normalization.end_to_end.accuracy"
    """The same among the linked gold mentions that were found strictly."""
    LINKED_SPANS = "normalization.end_to_end"
    """(mention, id): the mention strictly found and the id right."""
    CONCEPTS = "concepts"
    """(type, id), once a document."""
    RELATIONS = "relations"
    """(subject id, predicate, object id), once a document."""
    GOLD_MENTION_RELATIONS = "relations.gold_mentions"
    LISTS = "lists"
    """Answers of a task as a list, once a document (`kg_builder.evaluate.list_metric`)."""


class Cell(NamedTuple):
    """A measure for one entity type (for relations: one predicate)."""

    measure: Measure
    type: str


class Count(NamedTuple):
    """Hits and misses; they add up over documents and types."""

    tp: int = 0
    fp: int = 0
    fn: int = 0


Counts = dict[Cell, Count]


def mention_counts(gold: Facts, predicted: Facts, strict: Collection[Pair]) -> Counts:
    """Strict and relaxed matches."""
    expected = Counter(span.type for span in gold.mentions)
    given = Counter(span.type for span in predicted.mentions)
    relaxed = relaxed_pairs(gold.mentions, predicted.mentions)
    return {
        **_counts(Measure.STRICT, Counter(span.type for span, _ in strict), expected, given),
        **_counts(Measure.RELAXED, Counter(span.type for span, _ in relaxed), expected, given),
    }


def linking_counts(gold: Facts, predicted: Facts, strict: Collection[Pair]) -> Counts:
    """Normalization end to end, both ways, and concepts."""
    place = {answer: span for span, answer in strict}
    answers = {(place.get(span, span), concept) for span, concept in predicted.linked_spans}
    found = {span: predicted.mentions[answer] for span, answer in strict}
    return {
        **id_set_counts(Measure.FOUND_SPANS, {span: gold.mentions[span] for span in found}, found),
        **_typed_set_counts(
            Measure.LINKED_SPANS,
            {(span.type, (span, concept)) for span, concept in gold.linked_spans},
            {(span.type, (span, concept)) for span, concept in answers},
        ),
        **_typed_set_counts(Measure.CONCEPTS, gold.concepts, predicted.concepts),
    }


def id_set_counts(
    measure: Measure, gold: Mapping[TypedSpan, frozenset[str]], given: Mapping[TypedSpan, frozenset[str]]
) -> Counts:
    """Of the mentions with gold ids, those that were given exactly these."""
    expected = Counter(span.type for span, ids in gold.items() if ids)
    right = Counter(span.type for span, ids in gold.items() if ids and given.get(span) == ids)
    return _counts(measure, right, expected, right)


def relation_counts(measure: Measure, gold: Set[Triple], given: Set[Triple]) -> Counts:
    """Relations between concepts, by predicate."""
    return _typed_set_counts(
        measure, {(triple[1], triple) for triple in gold}, {(triple[1], triple) for triple in given}
    )


def _typed_set_counts(measure: Measure, gold: Set[tuple[str, object]], given: Set[tuple[str, object]]) -> Counts:
    return _counts(measure, _types(gold & given), _types(gold), _types(given))


def _types(items: Iterable[tuple[str, object]]) -> Counter[str]:
    return Counter(label for label, _ in items)


def _counts(measure: Measure, hits: Counter[str], expected: Counter[str], given: Counter[str]) -> Counts:
    return {
        Cell(measure, label): Count(hits[label], given[label] - hits[label], expected[label] - hits[label])
        for label in sorted({*expected, *given})
    }
