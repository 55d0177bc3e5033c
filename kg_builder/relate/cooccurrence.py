"""Relations between a chemical and a disease that one sentence names together with a cue word.

Co-occurrence alone states nothing: on BC5CDR train one in five such pairs without a cue is a true one.
The cues and their measured precision are data: ``relation_cues.tsv``, ``relation_classes.tsv``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kg_builder.protocols import RelationExtraction, RelationRequest
from kg_builder.records import Assertion, Mention, Provenance, RelationMention
from kg_builder.relate.cues import ADJACENT, Hedge, Reading, RelationCues, relation_cues
from kg_builder.relate.sentence_view import OBJECT, SUBJECT, End, Line, SentenceView, sentence_views
from kg_builder.schema import RelationType, Schema
from kg_builder.text.phrases import Found, Words, split_words
from kg_builder.text.sentences import split_sentences

_PREDICATES = ("INDUCES", "TREATS")
_NEAR = 3
"""Words before a phrase in which a negation or doubt counts."""
_BEFORE = 80
"""Words before a statement in which a question ("whether") counts."""
_FIRM = 0.5
"""A relation below this confidence gives way to one that says the opposite of the same two names."""

_ALLOWED = frozenset([Assertion.PRESENT, Assertion.POSSIBLE, Assertion.HISTORICAL])


class _Statement(NamedTuple):
    """A reading of a phrase that fits two mentions."""

    subject: End
    object: End
    reading: Reading
    gap: int
    first: int
    last: int


class CueRelationExtractor:
    """States ``INDUCES`` and ``TREATS`` where a cue word does, for the types that the schema allows."""

    name = "cooccurrence"
    model: str | None = None
    deterministic = True

    def relate(self, request: RelationRequest) -> RelationExtraction:
        """At most one relation for two mentions of a sentence: the one with the most reliable cue."""
        types = [found for name in _PREDICATES if (found := request.schema.relation(name)) is not None]
        words = split_words(request.text) if types and len(request.mentions) > 1 else Words([], [], [])
        ends = _ends(words, request.mentions, types)
        if len({end.role for end in ends}) < 2:
            return RelationExtraction()
        line, cues = Line(words, ends), relation_cues(request.language)
        phrases, hedges = list(cues.phrases.find(line.keys)), list(cues.hedges.find(line.keys))
        relations = [
            _relation(request.text, view, statement, hedges)
            for view in sentence_views(line, ends, split_sentences(request.text))
            for statement in _best(_statements(view, phrases, cues), request.schema)
        ]
        return RelationExtraction(relations=_consistent([item for item in relations if item is not None]))


def _ends(words: Words, mentions: Iterable[Mention], types: Sequence[RelationType]) -> list[End]:
    """The mentions that may be subject or object, in order of place."""
    subjects = {name for relation in types for name in relation.subject}
    objects = {name for relation in types for name in relation.object}
    ends = []
    for mention in mentions:
        if mention.type in subjects or mention.type in objects:
            first, last = bisect_right(words.ends, mention.start), bisect_left(words.starts, mention.end)
            if first < last:
                ends.append(End(first, last, SUBJECT if mention.type in subjects else OBJECT, mention))
    return sorted(ends, key=lambda end: (end.first, end.last, end.role))


def _statements(
    view: SentenceView, phrases: Sequence[Found[tuple[Reading, ...]]], cues: RelationCues
) -> Iterator[_Statement]:
    begin = bisect_left(phrases, view.first, key=lambda phrase: phrase.first)
    end = bisect_left(phrases, view.last, key=lambda phrase: phrase.first)
    spots = [(first, last, reading) for first, last, readings in phrases[begin:end] for reading in readings]
    if cues.adjacent is not None:
        spots += [(end.last, end.last, cues.adjacent) for end in view.ends if end.role == SUBJECT]
    for first, last, reading in spots:
        if reading.confidence and last <= view.last:
            for subject, object_, gap in view.pairs(reading.order, reading.reach, first, last):
                yield _Statement(subject, object_, reading, gap, first, last)


def _best(statements: Iterable[_Statement], schema: Schema) -> Iterator[_Statement]:
    """For each two mentions the statement with the highest confidence, then the shortest gap."""
    best: dict[tuple[End, End], _Statement] = {}
    for statement in statements:
        pair = (statement.subject, statement.object)
        known = best.get(pair)
        if _allowed(statement, schema) and (known is None or _rank(statement) > _rank(known)):
            best[pair] = statement
    yield from best.values()


def _rank(statement: _Statement) -> tuple[float, int]:
    return statement.reading.confidence, -statement.gap


def _allowed(statement: _Statement, schema: Schema) -> bool:
    relation = schema.relation(statement.reading.predicate)
    return (
        relation is not None
        and statement.subject.mention.type in relation.subject
        and statement.object.mention.type in relation.object
    )


def _relation(
    text: str, view: SentenceView, statement: _Statement, hedges: Sequence[Found[Hedge]]
) -> RelationMention | None:
    hedges = _around(view, statement, hedges)
    assertion = _assertion(statement, _hedged(statement, hedges))
    if assertion is None or _not_acting(statement, hedges):
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


def _around(view: SentenceView, statement: _Statement, hedges: Sequence[Found[Hedge]]) -> Sequence[Found[Hedge]]:
    """The hedges of the sentence, as far as they can concern the statement."""
    subject, object_, phrase = statement.subject, statement.object, statement
    first = max(view.first, min(subject.first, object_.first, phrase.first) - _BEFORE)
    last = max(subject.last, object_.last, phrase.last)
    begin = bisect_left(hedges, first, key=lambda hedge: hedge.first)
    return hedges[begin : bisect_right(hedges, last, key=lambda hedge: hedge.first)]


def _not_acting(statement: _Statement, hedges: Iterable[Found[Hedge]]) -> bool:
    """Whether it is not the subject that acts (NO synthase), or it is taken away from those it is to treat."""
    subject, treats = statement.subject, statement.reading.predicate == "TREATS"
    for first, last, hedge in hedges:
        if first == subject.last and (hedge.where == "after subject" or (treats and hedge.where == "after treating")):
            return True
        if treats and last == subject.first and hedge.where == "before subject":
            return True
    return False


def _hedged(statement: _Statement, hedges: Iterable[Found[Hedge]]) -> Assertion | None:
    """What the words around the phrase make of it; a negation outweighs a doubt."""
    nearest = min(statement.subject.last, statement.object.last, statement.first - _NEAR)
    last = max(statement.subject.first, statement.object.first, statement.last)
    said = set()
    for place, _, hedge in hedges:
        if place >= last:
            break
        if hedge.where == "before" or (hedge.where == "near" and place >= nearest):
            said.add(hedge.assertion)
    order = (Assertion.NEGATED, Assertion.HYPOTHETICAL, Assertion.POSSIBLE)
    return next((assertion for assertion in order if assertion in said), None)


def _assertion(statement: _Statement, hedged: Assertion | None) -> Assertion | None:
    """The relation's assertion from the words beside it and from what is said of its ends; None: not stated.

    A treatment holds whatever is said of the disease, but is not stated for those who don't have it.
    """
    subject, object_ = statement.subject.mention.assertion, statement.object.mention.assertion
    if statement.reading.predicate == "TREATS":
        if object_ is Assertion.NEGATED:
            return None
        object_ = Assertion.PRESENT
    if Assertion.NEGATED in (subject, object_, hedged):
        return Assertion.NEGATED
    if hedged is not None:
        return hedged
    if object_ is not Assertion.PRESENT:
        return object_
    return subject if subject is Assertion.HYPOTHETICAL else Assertion.PRESENT


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
