"""Linking the stored mentions of one document again: what its part of the graph becomes. Nothing is extracted."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from kg_builder.clean.alignment import CleanText
from kg_builder.corpora.records import GOLD
from kg_builder.graphs.moving_relations import Moves, moved_relations
from kg_builder.normalize.local import local_concept
from kg_builder.protocols import Link, Normalizer
from kg_builder.records import Concept, DocumentGraph, Mention
from kg_builder.schema import Role, Schema


class Vocabulary(Protocol):
    """What is asked of a terminology beside links."""

    def current(self, identifier: str) -> str:
        """The id that stands today for one that was retired; any other id as it is."""
        ...

    @property
    def concept(self) -> Callable[[str], Concept | None]:
        """A concept by its id."""
        ...


class Reason(StrEnum):
    """Why a mention has other concepts than before."""

    LINKED = "linked"
    """It was unknown."""
    UNLINKED = "unlinked"
    """It is unknown now."""
    RETIRED = "retired"
    """Its vocabulary has put another id in the place of the old one."""
    CHANGED = "changed"
    """It is linked to something else."""


@dataclass(frozen=True, slots=True)
class LinkChange:
    """A mention that has other concepts than before."""

    document: str
    start: int
    end: int
    type: str
    before: tuple[Concept, ...]
    after: tuple[Concept, ...]
    reason: Reason
    how: str = ""
    """The normalizer's own reason."""
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Relinked:
    """A part with its mentions linked again."""

    part: DocumentGraph
    """With the settings hash that it had."""
    changes: tuple[LinkChange, ...] = ()
    described_anew: int = 0
    """Concepts that kept their id and have another name, type, synonyms or cross-references now."""
    unplaced: int = 0
    """Mentions not found again in the cleaned text, which keep their links."""
    rejected: int = 0
    """Statements whose two ends have become one concept, or of types that the predicate doesn't take."""

    @property
    def changed(self) -> bool:
        """Whether anything is to be written."""
        return bool(self.changes or self.described_anew)


@dataclass(slots=True)
class _Linked:
    """One mention and what it is linked to now."""

    mention: Mention
    concepts: tuple[Concept, ...]
    link: Link = field(default_factory=Link)
    one_to_one: Mapping[str, tuple[str, ...]] | None = None
    """Old id to new, where they were only brought up to date."""


def relink_part(
    part: DocumentGraph, clean: CleanText, *, schema: Schema, normalizer: Normalizer, vocabulary: Vocabulary
) -> Relinked:
    """Link all mentions again and move the relations along; one relation an edge stays true.

    Links that came with a corpus and mentions that aren't found again in the cleaned text keep their
    concepts, retired ids made current; such a mention that was unknown may be linked.
    """
    known = {concept.id: concept for concept in part.concepts}
    placed = [in_clean(mention, clean) for mention in part.mentions]
    asked = [found for found in placed if found is not None]
    answers = iter(normalizer.normalize(clean.text, asked, schema)) if asked else iter(())
    links = [None if found is None else next(answers) for found in placed]
    linked = [
        _linked(mention, link, schema, known, vocabulary) for mention, link in zip(part.mentions, links, strict=True)
    ]
    mentions = tuple(_with_concepts(item) for item in linked)
    changes = tuple(_changes(part, linked, known, vocabulary))
    described = {concept.id: concept for item in linked for concept in item.concepts}
    anew = sum(known.get(concept_id, concept) != concept for concept_id, concept in described.items())
    unplaced = sum(found is None for found in placed)
    if not changes:
        concepts = tuple(described.get(concept.id, concept) for concept in part.concepts)
        return Relinked(part.model_copy(update={"concepts": concepts}), described_anew=anew, unplaced=unplaced)
    moves = _moves(linked)
    described = {**{name: known[name] for name in _unmentioned(part)}, **described}
    moved = moved_relations(part, mentions, moves, schema=schema, concepts=described)
    changed = part.model_copy(
        update={
            "mentions": mentions,
            "concepts": tuple(described[concept_id] for concept_id in sorted(described)),
            "relations": moved.relations,
            "rejects": (*part.rejects, *moved.rejects),
        }
    )
    return Relinked(changed, changes, anew, unplaced, len(moved.rejects))


def in_clean(mention: Mention, clean: CleanText) -> Mention | None:
    """A stored mention where it stands in the cleaned text, as an extractor gave it; None if it isn't there."""
    surface = mention.clean_text or mention.text
    first, last = bisect_left(clean.ends, mention.start), bisect_right(clean.starts, mention.start)
    for start in range(first, last):
        end = start + len(surface)
        if clean.text.startswith(surface, start) and clean.to_original(start, end) == (mention.start, mention.end):
            fragments = tuple(filter(None, (_clean_stretch(place, clean) for place in mention.fragments)))
            update = {"start": start, "end": end, "text": surface, "clean_text": None, "concepts": ()}
            whole = len(fragments) == len(mention.fragments)
            return mention.model_copy(update={**update, "fragments": fragments if whole else ()})
    return None


def _clean_stretch(place: tuple[int, int], clean: CleanText) -> tuple[int, int] | None:
    start, end = bisect_right(clean.ends, place[0]), bisect_left(clean.starts, place[1])
    return (start, end) if start < end and clean.to_original(start, end) == place else None


def _linked(
    mention: Mention, link: Link | None, schema: Schema, known: Mapping[str, Concept], vocabulary: Vocabulary
) -> _Linked:
    entity = schema.entity(mention.type)
    was_linked = any(known[concept_id].linked for concept_id in mention.concepts)
    if entity is None or entity.role is not Role.CONCEPT or link is None or (_given(mention) and was_linked):
        return _up_to_date(mention, known, vocabulary)
    # a normalizer of the user's own may answer with another type, which a build would reject: it stays unknown
    fitting = all(concept.type == entity.concept_type or not concept.linked for concept in link.concepts)
    concepts = link.concepts if fitting else ()
    if not concepts:
        concepts = (local_concept(entity.concept_type, mention.clean_text or mention.text),)
    return _Linked(mention, tuple({concept.id: concept for concept in concepts}.values()), link)


def _given(mention: Mention) -> bool:
    """Whether people linked it."""
    return mention.provenance.extractor == GOLD.extractor


def _up_to_date(mention: Mention, known: Mapping[str, Concept], vocabulary: Vocabulary) -> _Linked:
    """The concepts it has, under their current ids."""
    current = {concept_id: _current(known[concept_id], vocabulary) for concept_id in mention.concepts}
    concepts = {concept.id: concept for concept in current.values()}
    return _Linked(
        mention,
        tuple(concepts.values()),
        Link(reason="same concept under its current id"),
        {concept_id: (concept.id,) for concept_id, concept in current.items()},
    )


def _current(concept: Concept, vocabulary: Vocabulary) -> Concept:
    return (vocabulary.concept(vocabulary.current(concept.id)) if concept.linked else None) or concept


def _with_concepts(item: _Linked) -> Mention:
    ids = tuple(concept.id for concept in item.concepts)
    return item.mention if set(ids) == set(item.mention.concepts) else item.mention.model_copy(update={"concepts": ids})


def _changes(
    part: DocumentGraph, linked: Sequence[_Linked], known: Mapping[str, Concept], vocabulary: Vocabulary
) -> Iterator[LinkChange]:
    for item in linked:
        before = tuple(known[concept_id] for concept_id in dict.fromkeys(item.mention.concepts))
        if {concept.id for concept in before} != {concept.id for concept in item.concepts}:
            yield LinkChange(
                document=part.document.id,
                start=item.mention.start,
                end=item.mention.end,
                type=item.mention.type,
                before=before,
                after=item.concepts,
                reason=_reason(before, item.concepts, vocabulary),
                how=item.link.reason,
                score=item.link.score,
            )


def _reason(before: Sequence[Concept], after: Sequence[Concept], vocabulary: Vocabulary) -> Reason:
    was, now = any(concept.linked for concept in before), any(concept.linked for concept in after)
    if was != now:
        return Reason.LINKED if now else Reason.UNLINKED
    if {vocabulary.current(concept.id) for concept in before} == {concept.id for concept in after}:
        return Reason.RETIRED
    return Reason.CHANGED


def _moves(linked: Sequence[_Linked]) -> Moves:
    """Where a relation's end goes: by the mention it stands on and the concept it named."""
    moves: dict[tuple[int, int, str], tuple[str, ...]] = {}
    for item in linked:
        ids = tuple(concept.id for concept in item.concepts)
        stays = set(ids) == set(item.mention.concepts)
        for concept_id in item.mention.concepts:
            place = (item.mention.start, item.mention.end, concept_id)
            moves.setdefault(place, (concept_id,) if stays else (item.one_to_one or {}).get(concept_id, ids))
    return moves


def _unmentioned(part: DocumentGraph) -> set[str]:
    """Concepts that only relations name, or nothing."""
    return {concept.id for concept in part.concepts} - {name for mention in part.mentions for name in mention.concepts}
