"""Records to the rows of the store's file and back.

Everything free-form goes in as JSON escaped to ASCII, or packed: SQLite takes no lone surrogates.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from kg_builder.records import (
    Attribute,
    Concept,
    Evidence,
    Mention,
    Metadata,
    Provenance,
    Reject,
    Relation,
    ReviewStatus,
    Scalar,
)
from kg_builder.stores.views import Filter, MentionView

Packed = str | bytes

_ENCODER = json.JSONEncoder(separators=(",", ":"))  # json.dumps would make one a call


def packed(text: str) -> Packed:
    """As SQLite can keep it: bytes where UTF-8 can't."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def unpacked(value: Packed) -> str:
    """What `packed` was given."""
    return value.decode("utf-8", "surrogatepass") if isinstance(value, bytes) else value


def dumps(value: object) -> str:
    """Compact ASCII JSON."""
    return _ENCODER.encode(value)


def facets(described: Metadata | Filter) -> set[tuple[str, str]]:
    """What a document is filtered by, as (name, value) pairs: a document passes if it has all of the filter's."""
    found = {("tag", dumps(tag)) for tag in described.tags}
    found |= {(f"extra {dumps(name)}", facet_value(value)) for name, value in described.extra.items()}
    for name in ("patient", "encounter", "kind", "source"):
        if (value := getattr(described, name)) is not None:
            found.add((name, dumps(value)))
    return found


def facet_value(value: Scalar) -> str:
    """Equal for equal values: 1 and 1.0 are, 1 and true aren't."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return dumps(value)


def wanted_facets(where: Filter) -> list[tuple[str, list[str]]]:
    """What a document must have to pass: each name with the values that will do."""
    return sorted((name, [value, *_same_reading(name, value)]) for name, value in facets(where))


def _same_reading(name: str, value: str) -> list[str]:
    """The value of an extra field that isn't a string but reads as this one: a command line gives only strings."""
    text = json.loads(value) if name.startswith("extra ") and value.startswith('"') else ""
    if text in {"true", "false"}:
        return [text]
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        if repr(number) == text:
            return [facet_value(number)]
    return []


def metadata_json(metadata: Metadata) -> str:
    """Metadata as JSON, without what isn't set."""
    fields: dict[str, Any] = {name: value for name, value in metadata if value not in (None, ())}
    if metadata.date is not None:
        fields["date"] = metadata.date.isoformat()
    fields["extra"] = dict(metadata.extra)
    return dumps(fields)


def metadata_from_json(body: str) -> Metadata:
    """Back from `metadata_json`."""
    return Metadata.model_validate(json.loads(body))


class Provenances:
    """The distinct provenances of one document, by position: mentions and relations share a few."""

    def __init__(self) -> None:
        self._positions: dict[Provenance, int] = {}

    def position(self, provenance: Provenance) -> int:
        """Where it stands in the list, at whose end it is put if it is new."""
        return self._positions.setdefault(provenance, len(self._positions))

    def json(self) -> str:
        """The list."""
        return dumps([[p.extractor, p.model, p.settings_hash] for p in self._positions])


def provenances_from_json(body: str) -> list[Provenance]:
    """Back from `Provenances.json`."""
    return [Provenance(extractor=e, model=m, settings_hash=h) for e, m, h in json.loads(body)]


def attributes_json(attributes: Sequence[Attribute]) -> str:
    """Attributes as JSON."""
    return dumps([attribute.model_dump() for attribute in attributes])


def attributes_from_json(body: str) -> tuple[Attribute, ...]:
    """Back from `attributes_json`."""
    return tuple(Attribute.model_validate(fields) for fields in json.loads(body))


def description(concept: Concept) -> str:
    """All of a concept but its id. Descriptions of one concept sort linked ones first, then by name."""
    return dumps([not concept.linked, concept.name, concept.type, concept.synonyms, concept.xrefs])


def concept_from(concept_id: str, body: str) -> Concept:
    """Back from `description`."""
    unlinked, name, type_, synonyms, xrefs = json.loads(body)
    return Concept(id=concept_id, name=name, type=type_, linked=not unlinked, synonyms=synonyms, xrefs=xrefs)


class Description(NamedTuple):
    """What all documents together say a concept is, whatever the order they came in."""

    name: str
    type: str
    linked: bool
    xrefs: tuple[str, ...]


def merged_description(bodies: Iterable[str]) -> Description:
    """The first description in sorting order, with the cross-references of all."""
    described = sorted(json.loads(body) for body in bodies)
    unlinked, name, type_, _, _ = described[0]
    return Description(name, type_, not unlinked, tuple(sorted({xref for item in described for xref in item[4]})))


def concept_list(concepts: Sequence[str]) -> str:
    """Ids between blanks, which no id contains: a whole id is found by looking for it with its blanks."""
    return f" {' '.join(concepts)} "


def mention_row(ordinal: int, mention: Mention, provenances: Provenances) -> tuple[object, ...]:
    """Values of the columns of `mentions` after `document`, in their order."""
    return (
        ordinal,
        mention.start,
        mention.end,
        packed(mention.text),
        None if mention.clean_text is None else packed(mention.clean_text),
        packed(mention.type),
        concept_list(mention.concepts),
        mention.assertion.value,
        mention.confidence,
        None if mention.section is None else packed(mention.section),
        dumps(mention.fragments) if mention.fragments else None,
        provenances.position(mention.provenance),
        review_column(mention.review),
    )


def review_column(status: ReviewStatus) -> str | None:
    """As the tables have it: nothing where nobody said anything."""
    return None if status is ReviewStatus.UNREVIEWED else status.value


def mention_from_row(row: Sequence[Any], provenances: Sequence[Provenance]) -> Mention:
    """A mention from all columns of `mentions`."""
    start, end, text, clean, type_, concepts, assertion, confidence, section, fragments, provenance, review = row[2:]
    return Mention(
        start=start,
        end=end,
        text=unpacked(text),
        type=unpacked(type_),
        confidence=confidence,
        assertion=assertion,
        fragments=json.loads(fragments) if fragments else (),
        clean_text=None if clean is None else unpacked(clean),
        section=None if section is None else unpacked(section),
        concepts=tuple(concepts[1:-1].split(" ")),
        provenance=provenances[provenance],
        review=ReviewStatus(review) if review else ReviewStatus.UNREVIEWED,
    )


def mention_views(document: str, mention: Mention) -> list[MentionView]:
    """One view a concept of the mention."""
    return [
        MentionView(
            document=document,
            concept=concept,
            start=mention.start,
            end=mention.end,
            text=mention.text,
            type=mention.type,
            assertion=mention.assertion,
            confidence=mention.confidence,
            fragments=mention.fragments,
            section=mention.section,
            provenance=mention.provenance,
            review=mention.review,
        )
        for concept in dict.fromkeys(mention.concepts)
    ]


def mention_place(view: MentionView) -> tuple[object, ...]:
    """Sorting key within a document."""
    return (view.start, view.end, view.type, view.concept, view.fragments)


def relation_row(ordinal: int, relation: Relation, provenances: Provenances) -> tuple[object, ...]:
    """Values of the columns of `relations` after `document`, in their order."""
    return (
        ordinal,
        relation.subject,
        packed(relation.predicate),
        relation.object,
        relation.assertion.value,
        relation.confidence,
        evidence_json(relation.evidence),
        provenances.position(relation.provenance),
        review_column(relation.review),
    )


def relation_from_row(row: Sequence[Any], provenances: Sequence[Provenance]) -> Relation:
    """A relation from all columns of `relations`."""
    subject, predicate, object_, assertion, confidence, evidence, provenance, review = row[2:]
    return Relation(
        subject=subject,
        predicate=unpacked(predicate),
        object=object_,
        assertion=assertion,
        confidence=confidence,
        evidence=evidence_from_json(evidence),
        provenance=provenances[provenance],
        review=ReviewStatus(review) if review else ReviewStatus.UNREVIEWED,
    )


def merged_relations(relations: Sequence[Relation]) -> list[Relation]:
    """One relation a key: evidence of those that a part lists twice is put together."""
    merged: dict[object, Relation] = {}
    for relation in relations:
        known = merged.setdefault(relation.key, relation)
        if known is not relation:
            confidences = [c for c in (known.confidence, relation.confidence) if c is not None]
            changes = {
                "evidence": (*known.evidence, *relation.evidence),
                "confidence": max(confidences, default=None),
            }
            merged[relation.key] = known.model_copy(update=changes)
    return list(merged.values())


def evidence_json(evidence: Sequence[Evidence]) -> str:
    """Evidence as JSON: [sentence start, end, subject start, end, object start, end, cue] each."""
    return dumps([[*item.sentence, *item.subject, *item.object, item.cue] for item in evidence])


def evidence_from_json(body: str) -> tuple[Evidence, ...]:
    """Back from `evidence_json`."""
    return tuple(
        Evidence(sentence=(item[0], item[1]), subject=(item[2], item[3]), object=(item[4], item[5]), cue=item[6])
        for item in json.loads(body)
    )


def reject_json(reject: Reject) -> str:
    """A reject as JSON."""
    return dumps(reject.model_dump())


def reject_from_json(body: str) -> Reject:
    """Back from `reject_json`."""
    return Reject.model_validate(json.loads(body))
