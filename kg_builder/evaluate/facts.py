"""Gold annotations and predictions of one document, brought to the same terms before they are compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kg_builder.corpora.records import GoldDocument
from kg_builder.errors import InputError
from kg_builder.evaluate.link_scores import Answer, ids_of, score_of
from kg_builder.evaluate.matching import TypedSpan
from kg_builder.records import Assertion, DocumentGraph, Mention
from kg_builder.schema import RelationType, Schema

Triple = tuple[str, str, str]
"""(subject id, predicate, object id)."""

CurrentId = Callable[[str], str]
"""The id that a vocabulary uses today for a possibly retired one."""

LOCAL = "local:"
"""Prefix of the ids of unlinked concepts: no claim that could be compared with a gold id."""

STATED = frozenset({Assertion.PRESENT, Assertion.POSSIBLE, Assertion.HISTORICAL})
"""Assertions under which a predicted relation counts: corpora annotate what holds, not what is denied."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What one side says of a document, in the schema's types and predicates and current ids."""

    mentions: Mapping[TypedSpan, frozenset[str]] = field(default_factory=dict)
    """Ids of each mention; none for an unlinked one."""
    relations: frozenset[Triple] = frozenset()

    @property
    def concepts(self) -> set[tuple[str, str]]:
        """(type, id) of the concepts mentioned."""
        return {(span.type, concept) for span, ids in self.mentions.items() for concept in ids}

    @property
    def linked_spans(self) -> set[tuple[TypedSpan, str]]:
        """(span, id) of the linked mentions, one for each id."""
        return {(span, concept) for span, ids in self.mentions.items() for concept in ids}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Gold annotations that were not evaluated, with counts."""

    types: Counter[str] = field(default_factory=Counter)
    """Corpus types that no type of the schema serves."""
    predicates: Counter[str] = field(default_factory=Counter)
    """Corpus predicates that no relation of the schema serves, or whose ends don't fit it."""


@dataclass(frozen=True, slots=True)
class Vocabularies:
    """Prefixes of the ids of each side, with the number of concepts, once a document and type."""

    gold: Counter[str] = field(default_factory=Counter)
    predicted: Counter[str] = field(default_factory=Counter)

    def take(self, expected: Facts, predicted: Facts) -> None:
        """Add one document."""
        self.gold.update(concept.partition(":")[0] for _, concept in expected.concepts)
        self.predicted.update(concept.partition(":")[0] for _, concept in predicted.concepts)

    @property
    def foreign(self) -> dict[str, int]:
        """Predicted concepts of vocabularies that the gold never uses."""
        return {name: count for name, count in sorted(self.predicted.items()) if self.gold and name not in self.gold}


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a comparison: types and predicates are counted only where the corpus annotates them."""

    schema: Schema
    types: Mapping[str, str]
    """Corpus type to schema type."""
    predicates: Mapping[str, str]
    """Corpus predicate to schema predicate."""
    current_id: CurrentId = str

    def __post_init__(self) -> None:
        for label in self.types.values():
            if self.schema.entity(label) is None:
                raise InputError(f"the type map names '{label}', which schema '{self.schema.name}' does not have")
        for predicate in self.predicates.values():
            if self.schema.relation(predicate) is None:
                raise InputError(
                    f"the relation map names '{predicate}', which schema '{self.schema.name}' does not have"
                )

    def gold_facts(self, gold: GoldDocument, left_out: LeftOut) -> Facts:
        """What the corpus says; what the schema can't express is counted in `left_out`."""
        mentions: dict[TypedSpan, frozenset[str]] = {}
        for mention in gold.mentions:
            if (label := self.types.get(mention.type)) is None:
                left_out.types[mention.type] += 1
            else:
                add_mention(mentions, typed_span(mention, label), self.linked(mention.concepts))
        return Facts(mentions, frozenset(self._gold_relations(gold, left_out)))

    def predicted_facts(self, graph: DocumentGraph) -> Facts:
        """What was predicted, as far as the corpus annotates such things."""
        types = set(self.types.values())
        unlinked = {concept.id for concept in graph.concepts if not concept.linked}
        mentions: dict[TypedSpan, frozenset[str]] = {}
        for mention in graph.mentions:
            if mention.type in types:
                ids = self.linked(concept for concept in mention.concepts if concept not in unlinked)
                add_mention(mentions, typed_span(mention, mention.type), ids)
        for attribute in graph.attributes:
            if attribute.type in types:
                add_mention(mentions, TypedSpan(attribute.type, attribute.start, attribute.end), frozenset())
        stated = (
            (relation.subject, relation.predicate, relation.object)
            for relation in graph.relations
            if relation.assertion in STATED and unlinked.isdisjoint((relation.subject, relation.object))
        )
        return Facts(mentions, self.relations(stated))

    def relinked(self, gold: GoldDocument, answers: Sequence[Answer]) -> dict[TypedSpan, frozenset[str]]:
        """Ids that a normalizer gave the gold mentions, in the terms of `gold_facts`."""
        given: dict[TypedSpan, frozenset[str]] = {}
        for mention, answer in zip(gold.mentions, answers, strict=True):
            if (label := self.types.get(mention.type)) is not None:
                add_mention(given, typed_span(mention, label), self.linked(ids_of(answer)))
        return given

    def scores(self, gold: GoldDocument, answers: Sequence[Answer]) -> dict[TypedSpan, float]:
        """Scores of those answers that have one, in the terms of `gold_facts`."""
        return {
            typed_span(mention, label): score
            for mention, answer in zip(gold.mentions, answers, strict=True)
            if (label := self.types.get(mention.type)) is not None and (score := score_of(answer)) is not None
        }

    def relations(self, triples: Iterable[Triple]) -> frozenset[Triple]:
        """Those between linked concepts with a predicate that the corpus annotates."""
        predicates = set(self.predicates.values())
        return frozenset(
            (self.current_id(source), predicate, self.current_id(target))
            for source, predicate, target in triples
            if predicate in predicates and is_linked(source) and is_linked(target)
        )

    def linked(self, ids: Iterable[str]) -> frozenset[str]:
        """Current ids of those that name a concept of a vocabulary."""
        return frozenset(self.current_id(concept) for concept in ids if is_linked(concept))

    @property
    def renews(self) -> bool:
        """Whether retired ids are made current."""
        return self.current_id is not str

    def as_given(self) -> Terms:
        """The same with ids left as they are."""
        return replace(self, current_id=str)

    def retired(self, gold: GoldDocument) -> list[str]:
        """The ids of the gold mentions that aren't current, one a mention and id."""
        return [
            concept
            for mention in gold.mentions
            if mention.type in self.types
            for concept in mention.concepts
            if is_linked(concept) and self.current_id(concept) != concept
        ]

    def _gold_relations(self, gold: GoldDocument, left_out: LeftOut) -> Iterable[Triple]:
        types: dict[str, set[str]] = {}
        for mention in gold.mentions:
            for concept in self.linked(mention.concepts):
                types.setdefault(concept, set()).add(self.types.get(mention.type, ""))
        for stated in gold.relations:
            relation = self.schema.relation(self.predicates.get(stated.predicate, ""))
            if relation is None:
                left_out.predicates[stated.predicate] += 1
                continue
            for pair in stated.concept_pairs:
                if not all(map(is_linked, pair)):
                    continue
                ends = _ordered((self.current_id(pair[0]), self.current_id(pair[1])), relation, types)
                if ends is None:
                    left_out.predicates[stated.predicate] += 1
                else:
                    yield ends[0], relation.name, ends[1]


def typed_span(mention: Mention, type: str) -> TypedSpan:
    """A mention's place, under a type of the schema."""
    return TypedSpan(type, mention.start, mention.end, mention.fragments)


def is_linked(id: str) -> bool:
    """Whether an id names a concept of a vocabulary: not ``-1``, not local."""
    return ":" in id and not id.startswith(LOCAL)


def add_mention(mentions: dict[TypedSpan, frozenset[str]], span: TypedSpan, ids: Collection[str]) -> None:
    """Add a mention; one that is there already gets the ids of both."""
    mentions[span] = mentions.get(span, frozenset()).union(ids)


def _ordered(
    ends: tuple[str, str], relation: RelationType, types: Mapping[str, Collection[str]]
) -> tuple[str, str] | None:
    """The ends as the schema's relation has them, turned round if need be; None if neither way fits.

    An end that no gold mention of the document carries fits anywhere.
    """

    def fits(id: str, allowed: Collection[str]) -> bool:
        return id not in types or not set(allowed).isdisjoint(types[id])

    first, second = ends
    if fits(first, relation.subject) and fits(second, relation.object):
        return first, second
    if fits(second, relation.subject) and fits(first, relation.object):
        return second, first
    return None
