"""Relations of a document whose mentions are linked to other concepts now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from kg_builder.graphs.assembling import merge_relations
from kg_builder.records import Concept, DocumentGraph, Evidence, Issue, Mention, Reject, Relation, RelationMention
from kg_builder.schema import Schema
from kg_builder.validate.checks import Setting, ends_allowed, two_ends
from kg_builder.validate.rules import Limits
from kg_builder.validate.validation import reject_relation

Moves = Mapping[tuple[int, int, str], tuple[str, ...]]
"""By start and end of a mention and an id it was linked to: the ids that stand for it now."""


class Moved(NamedTuple):
    """What became of the relations."""

    relations: tuple[Relation, ...]
    rejects: tuple[Reject, ...]


def moved_relations(
    part: DocumentGraph,
    mentions: Sequence[Mention],
    moves: Moves,
    *,
    schema: Schema,
    concepts: Mapping[str, Concept],
) -> Moved:
    """The relations of a part on its mentions' new concepts, those that have become equal merged.

    A relation keeps its confidence; of two that become one, the higher counts. Where one is divided, each
    gets what the whole had, so it may be too high for one of them.
    """
    setting = Setting(part.document, schema, part.selection.language, Limits({}, {}), concepts)
    kept, rejects = [], []
    for stated, as_before in _statements(part, mentions, moves).values():
        issue = None if as_before else _issue(stated, setting)
        if issue is None:
            kept.append(stated)
        else:
            rejects.append(reject_relation(stated, issue))
    hashes = [relation.provenance.settings_hash for relation in part.relations]
    return Moved(tuple(merge_relations(kept, hashes[0] if hashes else "")), tuple(rejects))


def _issue(stated: RelationMention, setting: Setting) -> Issue | None:
    if setting.schema.relation(stated.predicate) is None:
        return two_ends(stated, setting)
    return two_ends(stated, setting) or ends_allowed(stated, setting)


def _statements(
    part: DocumentGraph, mentions: Sequence[Mention], moves: Moves
) -> dict[object, tuple[RelationMention, bool]]:
    """What the text states between two mentions, once each, and whether both ends are what they were.

    A statement on a composite mention was written as several relations: none of them is surer than it.
    """
    places: dict[tuple[int, int], list[Mention]] = {}
    for mention in mentions:
        places.setdefault((mention.start, mention.end), []).append(mention)
    found: dict[object, tuple[RelationMention, bool]] = {}
    for relation, piece in _pieces(part):
        subject = _end(part, places, moves, piece.subject, relation.subject)
        target = _end(part, places, moves, piece.object, relation.object)
        as_before = (subject.concepts, target.concepts) == ((relation.subject,), (relation.object,))
        stated = RelationMention(
            subject=subject,
            predicate=relation.predicate,
            object=target,
            sentence=piece.sentence,
            cue=piece.cue,
            confidence=relation.confidence,
            assertion=relation.assertion,
            provenance=relation.provenance,
        )
        key = stated.model_copy(update={"confidence": None})
        earlier = found.get(key)
        if earlier is None or _surer(earlier[0], stated):
            found[key] = (stated, as_before)
    return found


def _pieces(part: DocumentGraph) -> Iterator[tuple[Relation, Evidence]]:
    return ((relation, piece) for relation in part.relations for piece in relation.evidence)


def _surer(one: RelationMention, other: RelationMention) -> bool:
    return one.confidence is not None and other.confidence is not None and one.confidence > other.confidence


def _end(
    part: DocumentGraph,
    places: Mapping[tuple[int, int], Sequence[Mention]],
    moves: Moves,
    place: tuple[int, int],
    concept_id: str,
) -> Mention:
    """The mention that an end stands on, with the concepts that the end names now; without one, it names what it did.

    A mention that stands for several concepts names them all in a relation that named all before.
    """
    ids = moves.get((*place, concept_id), (concept_id,))
    standing = [mention for mention in places.get(place, ()) if set(ids) <= set(mention.concepts)]
    if standing:
        return standing[0].model_copy(update={"concepts": ids})
    return Mention(start=place[0], end=place[1], text=part.document.text[slice(*place)], type="", concepts=ids)
