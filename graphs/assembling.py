"""From judged mentions and relations to the part of the graph that is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kg_builder.clean.alignment import CleanText
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
    Reject,
    Relation,
    RelationMention,
    Selection,
)
from kg_builder.schema import Role, Schema


def linked_mentions(
    clean: CleanText, mentions: Sequence[Mention], *, normalizer: Normalizer, schema: Schema, settings_hash: str
) -> tuple[tuple[Mention | None, ...], tuple[Concept, ...]]:
    """Each mention in the original text with its concepts' ids (None where it isn't there), and the concepts.

    What no vocabulary knows gets a typed local concept; attributes and identifiers get none.
    """
    links = normalizer.normalize(clean.text, mentions, schema)
    grounded: list[Mention | None] = []
    concepts: dict[str, Concept] = {}
    for mention, link in zip(mentions, links, strict=True):
        found = ground(mention, clean)
        if found is not None:
            entity = schema.entity(mention.type)
            own: tuple[Concept, ...] = ()
            if entity is not None and entity.role is Role.CONCEPT:
                own = link.concepts or (local_concept(entity.concept_type, mention.clean_text or mention.text),)
            concepts.update((concept.id, concept) for concept in own)
            provenance = found.provenance.model_copy(update={"settings_hash": settings_hash})
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
) -> DocumentGraph:
    """The part of the graph: in order of offset, so that equal input gives equal parts."""
    nodes = [mention for mention in mentions if mention.concepts]
    values = [mention for mention in mentions if not mention.concepts]
    edges = merge_relations(relations, settings_hash)
    used = {concept_id for mention in nodes for concept_id in mention.concepts}
    return DocumentGraph(
        document=document,
        selection=selection,
        settings_hash=settings_hash,
        mentions=tuple(sorted(nodes, key=lambda mention: mention.key)),
        attributes=tuple(_attribute(value) for value in sorted(values, key=lambda mention: mention.key)),
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


def _attribute(mention: Mention) -> Attribute:
    return Attribute(
        start=mention.start,
        end=mention.end,
        text=mention.text,
        type=mention.type,
        confidence=mention.confidence,
        provenance=mention.provenance,
    )
