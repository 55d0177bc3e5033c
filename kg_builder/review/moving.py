"""Relations of a document whose mentions people linked otherwise, moved or rejected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from kg_builder.records import DocumentGraph, Evidence, Mention, Relation, ReviewStatus

Place = tuple[int, int, str]
"""Start and end of a mention, and an id it was linked to: what a relation's end rests on."""


class _Now(NamedTuple):
    """What has become of it."""

    span: tuple[int, int]
    concepts: tuple[str, ...]
    rejected: bool


def moved_relations(part: DocumentGraph, mentions: Sequence[Mention]) -> tuple[Relation, ...]:
    """A part's relations on its mentions as they are now, which come in the order of the part's.

    What rests on a rejected mention alone, or joins a concept with itself now, is rejected; of a relation that other
    sentences state too, only the evidence on rejected mentions is left out. Without a change, they are as they were.
    """
    places = _places(part.mentions, mentions)
    if not places:
        return part.relations
    found = [piece for relation in part.relations for piece in _pieces(relation, places)]
    return merged(found)


def merged(relations: Sequence[Relation]) -> tuple[Relation, ...]:
    """One relation for each key that comes more than once and has changed: what stands, if anything does."""
    groups: dict[object, list[Relation]] = {}
    for relation in relations:
        groups.setdefault(relation.key, []).append(relation)
    return tuple(one for group in groups.values() for one in _merged_group(group))


def _merged_group(group: list[Relation]) -> list[Relation]:
    if len({relation.review for relation in group}) > 1:
        group = [relation for relation in group if relation.review is not ReviewStatus.REJECTED]
    if len(group) == 1:
        return group
    confidences = [relation.confidence for relation in group if relation.confidence is not None]
    changes = {
        "evidence": tuple(dict.fromkeys(piece for relation in group for piece in relation.evidence)),
        "confidence": max(confidences, default=None),
        "review": max((relation.review for relation in group), key=_ORDER.index),
    }
    return [group[0].model_copy(update=changes)]


_ORDER = (ReviewStatus.REJECTED, ReviewStatus.UNREVIEWED, ReviewStatus.ACCEPTED)


def _places(before: Sequence[Mention], after: Sequence[Mention]) -> dict[Place, _Now]:
    """Where ends go that don't stay. Of several mentions at one place, the first that stands decides."""
    found: dict[Place, _Now] = {}
    for was, now in zip(before, after, strict=True):
        rejected = now.review is ReviewStatus.REJECTED
        for concept in dict.fromkeys(was.concepts):
            place = (was.start, was.end, concept)
            if place not in found or (found[place].rejected and not rejected):
                found[place] = _Now((now.start, now.end), _instead(concept, was, now), rejected)
    return {place: now for place, now in found.items() if now != (place[:2], place[2:], False)}


def _instead(concept: str, was: Mention, now: Mention) -> tuple[str, ...]:
    """What stands for one of a mention's concepts now: itself, else what it didn't have before, else all it has."""
    if concept in now.concepts:
        return (concept,)
    return tuple(other for other in now.concepts if other not in was.concepts) or now.concepts


def _pieces(relation: Relation, places: Mapping[Place, _Now]) -> Iterable[Relation]:
    """The relation as it was, or one for each sentence and pair of concepts that it is now."""
    ends = [
        (places.get((*item.subject, relation.subject)), places.get((*item.object, relation.object)))
        for item in relation.evidence
    ]
    if not any(one or other for one, other in ends):
        yield relation
        return
    for item, (one, other) in zip(relation.evidence, ends, strict=True):
        subject = one or _Now(item.subject, (relation.subject,), rejected=False)
        target = other or _Now(item.object, (relation.object,), rejected=False)
        evidence = item.model_copy(
            update={"subject": subject.span, "object": target.span, "sentence": _around(item, subject, target)}
        )
        for start, end in product(subject.concepts, target.concepts):
            rejected = subject.rejected or target.rejected or start == end
            changes: dict[str, object] = {"subject": start, "object": end, "evidence": (evidence,)}
            yield relation.model_copy(update=changes | ({"review": ReviewStatus.REJECTED} if rejected else {}))


def _around(item: Evidence, subject: _Now, target: _Now) -> tuple[int, int]:
    """The sentence, which a mention that was made longer may go beyond."""
    starts, ends = zip(item.sentence, subject.span, target.span, strict=True)
    return min(starts), max(ends)
