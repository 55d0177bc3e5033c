"""Decisions applied to a document's part as it was read. Pure: the same part and decisions give the same result.

Decisions about mentions come first, and relations move along with their mentions; decisions about relations are about
what has come of them then. Where several are about one item, each goes on from what the earlier ones made of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeVar

from kg_builder.records import Concept, Document, DocumentGraph, Mention, Record, Relation, ReviewStatus
from kg_builder.review.decisions import Decision, Edit, MentionTarget, RelationTarget, Verdict, standing
from kg_builder.review.matching import found_mentions, shift_of, states
from kg_builder.review.moving import merged, moved_relations

Key = tuple[object, ...]
R = TypeVar("R", bound=Record)


class Judged(NamedTuple):
    """A mention or relation: as decisions are about it, and what they made of it."""

    before: Mention | Relation
    """A mention as it was read; a relation on what its mentions stand for now."""
    after: Mention | Relation
    decisions: tuple[Decision, ...]
    """That made it so, in order."""


class Reviewed(NamedTuple):
    """What decisions make of a part."""

    part: DocumentGraph
    items: tuple[Judged, ...]
    """Mentions, then relations."""
    waiting: tuple[Decision, ...]
    """Those that count and are about nothing that is in the part now."""


def review(part: DocumentGraph, decisions: Iterable[Decision]) -> Reviewed:
    """Apply those decisions that count to a part as it was read."""
    counting = [decision for decision in standing(decisions) if decision.document == part.document.id]
    waiting: list[Decision] = []
    added: dict[str, Concept] = {}
    mentions = _judged_mentions(part, counting, added, waiting)
    after = tuple(item.after for item in mentions)
    relations = _judged_relations(part, moved_relations(part, after), counting, waiting)
    items = (*(Judged(*item) for item in mentions), *relations)
    if not any(item.decisions for item in items):
        return Reviewed(part, items, tuple(waiting))
    changed = _assembled(
        part, after, merged([item.after for item in relations if isinstance(item.after, Relation)]), added
    )
    return Reviewed(changed, items, tuple(waiting))


class _Mention(NamedTuple):
    before: Mention
    after: Mention
    decisions: tuple[Decision, ...] = ()


def _judged_mentions(
    part: DocumentGraph, decisions: Iterable[Decision], added: dict[str, Concept], waiting: list[Decision]
) -> list[_Mention]:
    items = [_Mention(mention, mention) for mention in part.mentions]
    for decision in decisions:
        if not isinstance(about := decision.about, MentionTarget):
            continue
        shift = shift_of(decision, about, part.document)
        places = [] if shift is None else found_mentions(part.mentions, about, shift)
        after = {place: _mention_after(items[place].after, decision, shift or 0, part.document) for place in places}
        if not any(after.values()):
            waiting.append(decision)
            continue
        added.update((concept.id, concept) for concept in decision.concepts)
        for place, mention in after.items():
            if mention is not None:
                items[place] = _Mention(items[place].before, mention, (*items[place].decisions, decision))
    return items


def _mention_after(mention: Mention, decision: Decision, shift: int, document: Document) -> Mention | None:
    """None: what was judged isn't what is read now."""
    match decision.verdict:
        case Verdict.REJECTED:
            return _with(mention, review=ReviewStatus.REJECTED)
        case Verdict.RELINKED:
            concepts = tuple(dict.fromkeys(concept.id for concept in decision.concepts))
            return _with(mention, concepts=concepts, review=ReviewStatus.ACCEPTED)
        case Verdict.EDITED if decision.edit is not None:
            return _edited(mention, decision.edit, shift, document)
    about = decision.about
    same = set(mention.concepts) == set(about.concepts) if isinstance(about, MentionTarget) else False
    return _with(mention, review=ReviewStatus.ACCEPTED) if same and mention.assertion is about.assertion else None


def _edited(mention: Mention, edit: Edit, shift: int, document: Document) -> Mention | None:
    changes: dict[str, object] = {"review": ReviewStatus.ACCEPTED}
    if edit.start is not None and edit.end is not None:
        start, end = edit.start + shift, edit.end + shift
        if start < 0 or document.text[start:end] != edit.text:
            return None
        changes |= {"start": start, "end": end, "text": edit.text, "clean_text": None, "fragments": ()}
    if edit.type is not None:
        changes["type"] = edit.type
    if edit.assertion is not None:
        changes["assertion"] = edit.assertion
    return _with(mention, **changes)


def _judged_relations(
    part: DocumentGraph, relations: Iterable[Relation], decisions: Iterable[Decision], waiting: list[Decision]
) -> list[Judged]:
    items = [Judged(relation, relation, ()) for relation in relations]
    places: dict[Key, list[int]] = {}
    for place, item in enumerate(items):
        places.setdefault(item.before.key, []).append(place)
    for decision in decisions:
        if not isinstance(about := decision.about, RelationTarget):
            continue
        key = (about.subject, about.predicate, about.object, about.assertion)
        found = [place for place in places.get(key, ()) if _still_said(items[place].before, about, decision, part)]
        if not found:
            waiting.append(decision)
        for place in found:
            after = _relation_after(items[place].after, decision)
            items[place] = Judged(items[place].before, after, (*items[place].decisions, decision))
    return items


def _still_said(relation: Mention | Relation, about: RelationTarget, decision: Decision, part: DocumentGraph) -> bool:
    assert isinstance(relation, Relation), "relations are found by their keys"
    return decision.sha256 == part.document.sha256 or states(relation, about, part.document)


def _relation_after(relation: Mention | Relation, decision: Decision) -> Relation:
    assert isinstance(relation, Relation), "relations are found by their keys"
    changes: dict[str, object] = {"review": ReviewStatus.ACCEPTED}
    if decision.verdict is Verdict.REJECTED:
        changes["review"] = ReviewStatus.REJECTED
    elif (edit := decision.edit) is not None:
        changes["predicate"] = edit.predicate or relation.predicate
        changes["assertion"] = edit.assertion or relation.assertion
    return _with(relation, **changes)


def _assembled(
    part: DocumentGraph, mentions: tuple[Mention, ...], relations: tuple[Relation, ...], added: Mapping[str, Concept]
) -> DocumentGraph:
    """The part with these, and with the concepts that they name; those that nothing named before stay too."""
    named = _named(mentions, relations)
    gone = _named(part.mentions, part.relations) - named
    known = {concept.id for concept in part.concepts}
    concepts = [concept for concept in part.concepts if concept.id not in gone]
    concepts += [added[concept_id] for concept_id in sorted(named - known)]
    fields = {name: getattr(part, name) for name in DocumentGraph.model_fields}
    fields |= {"mentions": mentions, "relations": relations, "concepts": tuple(concepts)}
    return DocumentGraph(**fields)


def _named(mentions: Iterable[Mention], relations: Iterable[Relation]) -> set[str]:
    ends = {end for relation in relations for end in (relation.subject, relation.object)}
    return ends.union(*(mention.concepts for mention in mentions))


def _with(record: R, **changes: object) -> R:
    return record.model_copy(update=changes)
