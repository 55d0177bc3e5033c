"""What there is to review: mentions and relations with the words around them, and how a decision on one is made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping

from kg_builder.records import Concept, Confidence, DocumentGraph, Mention, Record, Relation, ReviewStatus
from kg_builder.review.applying import Judged, review
from kg_builder.review.decisions import (
    Decision,
    Edit,
    MentionTarget,
    RelationTarget,
    Target,
    Verdict,
    new_id,
    now,
)
from kg_builder.text.sentences import sentence_at, split_sentences


class Item(Record):
    """A mention or relation as it reads with the decisions that count."""

    document: str
    sha256: str
    """Of the document's text."""
    about: Target
    """What a decision on it is to be about."""
    reading: Mention | Relation
    sentence: tuple[int, int]
    """That it stands in: of a relation, the first that states it."""
    sentence_text: str
    marks: tuple[tuple[int, int], ...]
    """Where the mention, or the ends of the relation, stand in the document."""
    names: Mapping[str, str]
    """Of its concepts, by id."""
    decisions: tuple[Decision, ...] = ()
    """That made it what it is, in order."""

    @property
    def type(self) -> str:
        """Entity type, or predicate."""
        return self.reading.type if isinstance(self.reading, Mention) else self.reading.predicate

    @property
    def status(self) -> ReviewStatus:
        """What a person said of it."""
        return self.reading.review

    @property
    def confidence(self) -> float | None:
        """Of what read it."""
        return self.reading.confidence


def items_of(part: DocumentGraph, decisions: Iterable[Decision]) -> Iterator[Item]:
    """All mentions and relations of a part as it was read, in order of their places in the text."""
    reviewed = review(part, decisions)
    names = {concept.id: concept.name for concept in reviewed.part.concepts}
    items = [_item(part, judged, names) for judged in reviewed.items]
    return iter(sorted(items, key=lambda item: (item.sentence, item.about.kind, item.marks)))


def to_review(
    items: Iterable[Item],
    *,
    threshold: Confidence | None = None,
    types: Collection[str] = (),
    statuses: Collection[ReviewStatus] = (ReviewStatus.UNREVIEWED,),
) -> Iterator[Item]:
    """Those that a person should look at.

    `threshold`: only what was read with less confidence than this, which leaves out what has none. `types`: entity
    types and predicates, whatever their case.
    """
    wanted = {name.casefold() for name in types}
    for item in items:
        unsure = threshold is None or (item.confidence is not None and item.confidence < threshold)
        if unsure and item.status in statuses and (not wanted or item.type.casefold() in wanted):
            yield item


def decision_on(
    item: Item,
    verdict: Verdict,
    *,
    by: str,
    concepts: Iterable[Concept] = (),
    edit: Edit | None = None,
    at: dt.datetime | None = None,
    note: str = "",
) -> Decision:
    """A decision on an item, made now unless `at` says otherwise. Raises ValueError for one that makes no sense."""
    return Decision(
        id=new_id(),
        document=item.document,
        sha256=item.sha256,
        about=item.about,
        verdict=verdict,
        concepts=tuple(concepts),
        edit=edit,
        by=by,
        at=at or now(),
        note=note,
    )


def _item(part: DocumentGraph, judged: Judged, names: Mapping[str, str]) -> Item:
    before, after, text = judged.before, judged.after, part.document.text
    about: MentionTarget | RelationTarget
    marks: tuple[tuple[int, int], ...]
    if isinstance(before, Mention) and isinstance(after, Mention):
        sentence, marks = _sentence_of(part, before), ((after.start, after.end),)
        about = _about_mention(part, before, after, sentence)
        ids: tuple[str, ...] = after.concepts
    else:
        assert isinstance(before, Relation), "an item stays what it is"
        assert isinstance(after, Relation), "an item stays what it is"
        first = after.evidence[0]
        sentence, marks = first.sentence, tuple(sorted({first.subject, first.object}))
        sentences = dict.fromkeys(text[slice(*piece.sentence)] for piece in before.evidence)
        about = RelationTarget(
            subject=before.subject,
            predicate=before.predicate,
            object=before.object,
            assertion=before.assertion,
            sentences=tuple(sentences),
        )
        ids = (after.subject, after.object)
    return Item(
        document=part.document.id,
        sha256=part.document.sha256,
        about=about,
        reading=after,
        sentence=sentence,
        sentence_text=text[slice(*sentence)],
        marks=marks,
        names={concept_id: names[concept_id] for concept_id in ids},
        decisions=judged.decisions,
    )


def _about_mention(part: DocumentGraph, before: Mention, after: Mention, sentence: tuple[int, int]) -> MentionTarget:
    return MentionTarget(
        start=before.start,
        end=before.end,
        text=before.text,
        type=before.type,
        fragments=before.fragments,
        assertion=after.assertion,
        concepts=after.concepts,
        quote=part.document.text[slice(*sentence)],
        quote_start=sentence[0],
    )


def _sentence_of(part: DocumentGraph, mention: Mention) -> tuple[int, int]:
    return sentence_at(split_sentences(part.document.text), mention.start, mention.end)
