"""Relations between a chemical and a disease that one sentence names together with a cue word.

Co-occurrence alone states nothing: on BC5CDR train one in five such pairs without a cue is a true one.
The cues and their measured precision are data: ``relation_cues.tsv``, ``relation_classes.tsv``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from kg_builder.protocols import RelationExtraction, RelationRequest
from kg_builder.records import Assertion, Mention, Provenance, RelationMention
from kg_builder.relate.cues import ADJACENT, Hedge, Reading, RelationCues, relation_cues
from kg_builder.relate.hedging import Statement, asserted, before_population
from kg_builder.relate.sentence_view import OBJECT, SUBJECT, End, SentenceView, sentence_views
from kg_builder.schema import RelationType, Schema
from kg_builder.text.phrases import Found, split_words
from kg_builder.text.sentences import split_sentences

_PREDICATES = ("INDUCES", "TREATS")
_FIRM = 0.5
"""A relation below this confidence gives way to one that says the opposite of the same two names."""

_ALLOWED = frozenset([Assertion.PRESENT, Assertion.POSSIBLE, Assertion.HISTORICAL])


STATED_PREDICATES = ("INDUCES", "TREATS")


class CueRelationExtractor:
    """States ``INDUCES`` and ``TREATS`` where a cue word does, for the types that the schema allows."""

    name = "cooccurrence"
    model: str | None = None
    deterministic = True
    remote = False

    def predicates(self, schema: Schema) -> frozenset[str]:
        """``INDUCES`` and ``TREATS``, where the schema has them."""
        return frozenset(name for name in STATED_PREDICATES if schema.relation(name) is not None)

    def relate(self, request: RelationRequest) -> RelationExtraction:
        """At most one relation for two mentions of a sentence: the one with the most reliable cue."""
        types = [found for name in _PREDICATES if (found := request.schema.relation(name)) is not None]
        named = _named(request.mentions, types)
        if len({role for role, _ in named}) < 2:
            return RelationExtraction()
        views = sentence_views(request.text, named, split_sentences(request.text))
        if not views:
            return RelationExtraction()
        cues, keys = relation_cues(request.language), views[0].line.keys
        phrases, hedges = list(cues.phrases.find(keys)), list(cues.hedges.find(keys))
        relations = [
            _relation(request.text, view, statement, hedges)
            for view in views
            for statement in _best(_statements(view, phrases, hedges, cues), request.schema)
        ]
        return RelationExtraction(relations=_consistent([item for item in relations if item is not None]))


def _named(mentions: Iterable[Mention], types: Sequence[RelationType]) -> list[tuple[str, Mention]]:
    """The mentions that may be subject or object, in order of place."""
    roles = {name: OBJECT for relation in types for name in relation.object}
    roles |= {name: SUBJECT for relation in types for name in relation.subject}
    named = [(roles[mention.type], mention) for mention in mentions if mention.type in roles]
    return sorted(named, key=lambda one: (one[1].start, one[1].end))


def _statements(
    view: SentenceView,
    phrases: Sequence[Found[tuple[Reading, ...]]],
    hedges: Sequence[Found[Hedge]],
    cues: RelationCues,
) -> Iterator[Statement]:
    begin = bisect_left(phrases, view.first, key=lambda phrase: phrase.first)
    end = bisect_left(phrases, view.last, key=lambda phrase: phrase.first)
    spots = [(first, last, reading) for first, last, readings in phrases[begin:end] for reading in readings]
    if cues.adjacent is not None:
        spots += [(place, place, cues.adjacent) for place in view.adjacent()]
    for first, last, reading in spots:
        if reading.confidence and last <= view.last:
            places = (first, before_population(view, reading, first, hedges))
            pairs = (view.pairs(reading.order, reading.reach, place, last) for place in places if place is not None)
            for subject, object_, gap in chain.from_iterable(pairs):
                if not (reading.predicate == "INDUCES" and _is_taking(subject, object_, reading.cue_class, cues.taken)):
                    yield Statement(subject, object_, reading, gap, first, last)


def _is_taking(subject: End, object_: End, cue_class: str, taken: frozenset[str]) -> bool:
    """Whether the disease is that the chemical was taken: "X overdose", or "alcohol abuse" after alcohol."""
    words = split_words(object_.mention.text).keys
    return (cue_class == "adjacent" and not taken.isdisjoint(words)) or subject.mention.text.casefold() in words


def _best(statements: Iterable[Statement], schema: Schema) -> Iterator[Statement]:
    """For each two mentions the statement with the highest confidence, then the shortest gap."""
    best: dict[tuple[End, End], Statement] = {}
    for statement in statements:
        pair = (statement.subject, statement.object)
        known = best.get(pair)
        if _allowed(statement, schema) and (known is None or _rank(statement) > _rank(known)):
            best[pair] = statement
    yield from best.values()


def _rank(statement: Statement) -> tuple[float, int]:
    return statement.reading.confidence, -statement.gap


def _allowed(statement: Statement, schema: Schema) -> bool:
    relation = schema.relation(statement.reading.predicate)
    return (
        relation is not None
        and statement.subject.mention.type in relation.subject
        and statement.object.mention.type in relation.object
    )


def _relation(
    text: str, view: SentenceView, statement: Statement, hedges: Sequence[Found[Hedge]]
) -> RelationMention | None:
    assertion = asserted(text, view, statement, hedges)
    if assertion is None:
        return None
    starts, ends = view.line.words.starts, view.line.words.ends
    first, last = statement.first, statement.last
    return RelationMention(
        subject=statement.subject.mention,
        predicate=statement.reading.predicate,
        object=statement.object.mention,
        sentence=view.span,
        cue=text[starts[first] : ends[last - 1]] if last > first else ADJACENT,
        confidence=statement.reading.confidence,
        assertion=assertion,
        provenance=Provenance(extractor=CueRelationExtractor.name),
    )


def _consistent(relations: Sequence[RelationMention]) -> list[RelationMention]:
    """Without treatments by what the same text says causes the disease, and without doubtful harm by its treatment."""
    harm = {_names(one) for one in relations if one.predicate == "INDUCES" and _firm(one)}
    benefit = {_names(one) for one in relations if one.predicate == "TREATS" and _names(one) not in harm}
    return [
        one
        for one in relations
        if (_names(one) not in harm if one.predicate == "TREATS" else _firm(one) or _names(one) not in benefit)
    ]


def _firm(relation: RelationMention) -> bool:
    return (relation.confidence or 0.0) >= _FIRM and relation.assertion in _ALLOWED


def _names(relation: RelationMention) -> tuple[str, str]:
    return relation.subject.text.casefold(), relation.object.text.casefold()
