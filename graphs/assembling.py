"""From judged mentions and relations to the part of the graph that is written."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from kg_builder.clean.alignment import CleanText, Edit
from kg_builder.clean.grounding import ground, ground_stretch
from kg_builder.normalize.local import local_concept
from kg_builder.protocols import Normalizer
from kg_builder.records import (
    Assertion,
    Attribute,
    Concept,
    Document,
    DocumentGraph,
    Evidence,
    Mention,
    Provenance,
    Reject,
    Relation,
    RelationMention,
    Selection,
)
from kg_builder.schema import Role, Schema

_LONGEST_ATTRIBUTE = 200
"""Characters; a longer one is no value."""


def linked_mentions(
    clean: CleanText, mentions: Sequence[Mention], *, normalizer: Normalizer, schema: Schema, settings_hash: str
) -> tuple[tuple[Mention | None, ...], tuple[Concept, ...]]:
    """Each mention in the original text with its concepts' ids (None where it isn't there), and the concepts.

    What no vocabulary knows gets a typed local concept; attributes and identifiers get none.
    """
    links = normalizer.normalize(clean.text, mentions, schema)
    grounded: list[Mention | None] = []
    concepts: dict[str, Concept] = {}
    stamped: dict[int, Provenance] = {}  # by identity: mentions of one extractor share theirs
    for mention, link in zip(mentions, links, strict=True):
        found = ground(mention, clean)
        if found is not None:
            entity = schema.entity(mention.type)
            own: tuple[Concept, ...] = ()
            if entity is not None and entity.role is Role.CONCEPT:
                own = link.concepts or (local_concept(entity.concept_type, mention.clean_text or mention.text),)
            concepts.update((concept.id, concept) for concept in own)
            given = mention.provenance
            if (provenance := stamped.get(id(given))) is None:
                provenance = stamped[id(given)] = given.model_copy(update={"settings_hash": settings_hash})
            found = found.model_copy(
                update={"concepts": tuple(concept.id for concept in own), "provenance": provenance}
            )
        grounded.append(found)
    return tuple(grounded), tuple(concepts.values())


def on_grounded_ends(
    relations: Sequence[RelationMention],
    mentions: Sequence[Mention],
    grounded: Sequence[Mention | None],
    clean: CleanText,
) -> list[RelationMention]:
    """Relations with ends and sentence in the original; an end that isn't there stays as it was, to be rejected."""
    places = {mention.key: found for mention, found in zip(mentions, grounded, strict=True) if found is not None}
    moved = []
    for relation in relations:
        subject = places.get(relation.subject.key, relation.subject)
        object_ = places.get(relation.object.key, relation.object)
        ends = (min(subject.start, object_.start), max(subject.end, object_.end))
        sentence = ground_stretch(*relation.sentence, clean) or ends
        sentence = (min(sentence[0], ends[0]), max(sentence[1], ends[1]))
        moved.append(relation.model_copy(update={"subject": subject, "object": object_, "sentence": sentence}))
    return moved


def assemble(
    *,
    document: Document,
    selection: Selection,
    settings_hash: str,
    mentions: Sequence[Mention],
    concepts: Mapping[str, Concept],
    relations: Sequence[RelationMention],
    rejects: Iterable[Reject],
    attributes: Iterable[Attribute] = (),
    cleaning: Iterable[Edit] = (),
) -> DocumentGraph:
    """The part of the graph: in order of offset, so that equal input gives equal parts.

    `attributes`: what is known of mentions that become no nodes, as `attributes_of` gives it.
    """
    nodes = [mention for mention in mentions if mention.concepts]
    edges = merge_relations(relations, settings_hash)
    used = {concept_id for mention in nodes for concept_id in mention.concepts}
    return DocumentGraph(
        document=document,
        selection=selection,
        settings_hash=settings_hash,
        cleaning=tuple(tuple(edit) for edit in cleaning),
        mentions=tuple(sorted(nodes, key=lambda mention: mention.key)),
        attributes=tuple(attributes),
        concepts=tuple(concepts[concept_id] for concept_id in sorted(used)),
        relations=tuple(edges),
        rejects=tuple(rejects),
    )


def merge_relations(relations: Iterable[RelationMention], settings_hash: str) -> list[Relation]:
    """One relation a (subject, predicate, object, assertion), with all its evidence in order."""
    grouped: dict[tuple[str, str, str, Assertion], list[RelationMention]] = {}
    for relation in relations:
        for subject in relation.subject.concepts:
            for object_ in relation.object.concepts:
                grouped.setdefault((subject, relation.predicate, object_, relation.assertion), []).append(relation)
    return [_merged(key, grouped[key], settings_hash) for key in sorted(grouped)]


def _merged(key: tuple[str, str, str, Assertion], stated: list[RelationMention], settings_hash: str) -> Relation:
    evidence = {_evidence(relation) for relation in stated}
    confidences = [relation.confidence for relation in stated if relation.confidence is not None]
    provenance = min((relation.provenance for relation in stated), key=lambda item: (item.extractor, item.model or ""))
    return Relation(
        subject=key[0],
        predicate=key[1],
        object=key[2],
        evidence=tuple(sorted(evidence, key=lambda item: (item.sentence, item.subject, item.object, item.cue or ""))),
        confidence=max(confidences, default=None),
        assertion=key[3],
        provenance=provenance.model_copy(update={"settings_hash": settings_hash}),
    )


def _evidence(relation: RelationMention) -> Evidence:
    return Evidence(
        sentence=relation.sentence,
        subject=(relation.subject.start, relation.subject.end),
        object=(relation.object.start, relation.object.end),
        cue=relation.cue,
    )


def attributes_of(
    kept: Sequence[Mention], accepted: Sequence[Mention], known: Iterable[Attribute]
) -> tuple[Attribute, ...]:
    """Those accepted mentions that are no nodes, with value and owner, in order of offset.

    `kept` and `known` count in the cleaned text, `accepted` are the mentions of `kept` in the original. An owner that
    was rejected leaves its attribute to the document.
    """
    places = {
        (mention.start, mention.end): found for mention, found in zip(kept, accepted, strict=True) if found.concepts
    }
    details: dict[str, list[Attribute]] = {}
    for attribute in sorted(known, key=lambda item: item.start):
        details.setdefault(attribute.type, []).append(attribute)
    made: dict[tuple[int, int, str, tuple[int, int]], Attribute] = {}
    for mention, found in zip(kept, accepted, strict=True):
        if found.concepts:
            continue
        described: Sequence[Attribute | None] = _described(mention, details.get(mention.type, [])) or (None,)
        for detail in described:
            owner = places.get(detail.mention) if detail is not None and detail.mention else None
            one = _attribute(found, detail, owner)
            made.setdefault((found.start, found.end, found.type, one.mention or (-1, -1)), one)
    return tuple(made[key] for key in sorted(made))


def _described(mention: Mention, known: Sequence[Attribute]) -> list[Attribute]:
    """What is known (in order of offset) of just these characters, else of the nearest that share some with them."""
    last = bisect_left(known, mention.end, key=lambda item: item.start)
    first = bisect_left(known, mention.start - _LONGEST_ATTRIBUTE, key=lambda item: item.start)
    sharing = [attribute for attribute in known[first:last] if attribute.overlaps(mention)]
    same = [attribute for attribute in sharing if (attribute.start, attribute.end) == (mention.start, mention.end)]
    return same or sharing[:1]


def _attribute(found: Mention, known: Attribute | None, owner: Mention | None) -> Attribute:
    return Attribute(
        start=found.start,
        end=found.end,
        text=found.text,
        type=found.type,
        confidence=found.confidence,
        mention=(owner.start, owner.end) if owner is not None else None,
        value=known.value if known is not None else {},
        provenance=found.provenance,
    )
