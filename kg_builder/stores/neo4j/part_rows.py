"""A part as the parameters of the statements that write it, and what must be known of it to take it out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from kg_builder.records import DocumentGraph, Mention, Provenance, Relation
from kg_builder.stores.evidence_search import indexed_words
from kg_builder.stores.neo4j.bodies import carried, packed_part
from kg_builder.stores.neo4j.names import Names
from kg_builder.stores.rows import description, dumps, evidence_json, facets, merged_description, merged_relations

FACET_SEPARATOR = "\x1f"
"""Between name and value in `Document.facets`."""

LONGEST_INDEXED = 2000
"""Characters of a property with an index: Neo4j refuses values of 8 KB. The facets have all of it."""

Row = dict[str, Any]


class PartRows(NamedTuple):
    """What is written of a part. Concepts are named by their place among `concepts`, which are in order of id."""

    document_id: str
    fingerprint: str
    document: Row
    body: bytes
    rejects: int
    concepts: list[Row]
    descriptions: list[Row]
    """Those that no mention carries: the first mention of a concept carries the first description of it."""
    mentions: list[Row]
    relations: list[Row]
    unreviewed: bytes | None = None
    """The part as it was read, where decisions of people made something else of it."""


class Traces(NamedTuple):
    """What a part has left in the graph."""

    concepts: list[Row]
    """``id``, ``descriptions`` and ``forms`` of each, in order of id."""
    subjects: list[str]
    """Ids of the concepts that its relations start from."""


def part_rows(part: DocumentGraph, names: Names) -> PartRows:
    """All that is written of a part."""
    concepts = _described(part)
    place = {row["id"]: number for number, row in enumerate(concepts)}
    merged = merged_relations(part.relations)
    relations = [
        {
            "s": place[relation.subject],
            "type": names.relationship_type(relation.predicate),
            "o": place[relation.object],
            "p": {**_relation(part, relation), "words": words},
        }
        for relation, words in zip(merged, indexed_words(part.document.text, merged), strict=True)
    ]
    mentions: list[Row] = [
        {"c": place[concept], "p": _mention(number, mention)}
        for number, mention in enumerate(part.mentions)
        for concept in dict.fromkeys(mention.concepts)
    ]
    rejects = [reject.kind for reject in part.rejects]  # raises for what is none: a copied part isn't validated
    return PartRows(
        document_id=part.document.id,
        fingerprint=part.fingerprint,
        document=_document(part),
        rejects=len(rejects),
        body=packed_part(part),
        concepts=concepts,
        descriptions=_give_descriptions(concepts, mentions),
        mentions=mentions,
        relations=relations,
    )


def _give_descriptions(concepts: Sequence[Row], mentions: Sequence[Row]) -> list[Row]:
    """Have the first mention of each concept carry what the part says of it. Answers what is left."""
    first: dict[int, Row] = {row["c"]: row["p"] for row in reversed(mentions)}
    left = []
    for number, row in enumerate(concepts):
        for text in row["descriptions"]:
            carrier = first.pop(number, None)
            if carrier is None:
                left.append({"c": number, "description": text})
            else:
                carrier["description"] = text
    return left


def traces_of(part: DocumentGraph) -> Traces:
    """What taking the part out has to look at."""
    return Traces(_described(part), sorted({relation.subject for relation in part.relations}))


class Described(NamedTuple):
    """What several descriptions of a concept together come to."""

    properties: Row
    label: str | None


def described(descriptions: Iterable[str], names: Names, *, upper: str | None = None) -> Described:
    """Of what documents say of a concept; of one that none describes, what the hierarchy says."""
    texts = sorted(set(descriptions))
    merged = merged_description(texts or [upper or ""])
    properties = {
        "name": carried(merged.name),
        "type": carried(merged.type),
        "linked": merged.linked,
        "xrefs": list(map(carried, merged.xrefs)),
        "descriptions": texts or None,
        "ancestor_only": None if texts else True,
    }
    return Described(properties, names.label(merged.type))


def _described(part: DocumentGraph) -> list[Row]:
    """Each concept with its descriptions and with its forms in the text, in order of id."""
    descriptions, forms = defaultdict(list), defaultdict(set)
    for concept in part.concepts:
        descriptions[concept.id].append(description(concept))
    for mention in part.mentions:
        for concept_id in mention.concepts:
            forms[concept_id].add(carried(mention.text if mention.clean_text is None else mention.clean_text))
    return [
        {"id": concept_id, "descriptions": descriptions[concept_id], "forms": sorted(forms[concept_id])}
        for concept_id in sorted(descriptions)
    ]


def _document(part: DocumentGraph) -> Row:
    metadata = part.document.metadata
    return {
        "id": part.document.id,
        "sha256": part.document.sha256,
        "fingerprint": part.fingerprint,
        "settings_hash": part.settings_hash,
        "schema": part.selection.schema_name,
        "language": _short(part.selection.language),
        "patient": _short(metadata.patient),
        "encounter": _short(metadata.encounter),
        "date": metadata.date,
        "kind": _short(metadata.kind),
        "source": None if metadata.source is None else carried(metadata.source),
        "tags": list(map(carried, metadata.tags)) or None,
        "facets": sorted(f"{name}{FACET_SEPARATOR}{value}" for name, value in facets(metadata)),
    }


def _mention(number: int, mention: Mention) -> Row:
    return {
        "ordinal": number,
        "start": mention.start,
        "end": mention.end,
        "text": carried(mention.text),
        "clean_text": _carried(mention.clean_text),
        "type": carried(mention.type),
        "assertion": mention.assertion.value,
        "confidence": mention.confidence,
        "section": _carried(mention.section),
        "fragments": dumps(mention.fragments) if mention.fragments else None,
        **_provenance(mention.provenance),
        "review": mention.review.value,
    }


def _relation(part: DocumentGraph, relation: Relation) -> Row:
    return {
        "predicate": carried(relation.predicate),
        "document": part.document.id,
        "assertion": relation.assertion.value,
        "confidence": relation.confidence,
        "evidence": evidence_json(relation.evidence),
        "sentences": [carried(part.document.text[slice(*item.sentence)]) for item in relation.evidence],
        **_provenance(relation.provenance),
        "settings_hash": carried(relation.provenance.settings_hash),
        "review": relation.review.value,
    }


def _provenance(provenance: Provenance) -> Mapping[str, str | None]:
    return {
        "extractor": carried(provenance.extractor),
        "model": _carried(provenance.model),
    }


def _carried(text: str | None) -> str | None:
    return None if text is None else carried(text)


def indexed(text: str) -> str:
    """As a property with an index has it."""
    return carried(text)[:LONGEST_INDEXED]


def _short(text: str | None) -> str | None:
    return None if text is None else indexed(text)


def union_of_ids(*groups: Sequence[str]) -> list[str]:
    """All ids, in order: the order in which every writer locks them."""
    return sorted(set().union(*groups))
