"""A document with all that was read in it, and what was rejected."""

from __future__ import annotations

from collections.abc import Mapping

from kg_builder.explore.json_answers import Answer
from kg_builder.explore.pieces import cleaned_segments, original_segments
from kg_builder.graph_store import GraphStore
from kg_builder.records import Attribute, DocumentGraph, Mention, Reject, Relation
from kg_builder.review.applying import review

Places = Mapping[tuple[int, int], int]
"""Number of the first mention at a span."""
Concepts = Mapping[str, Answer]
"""By id, as the page names them."""


def read_part(store: GraphStore, document_id: str) -> DocumentGraph:
    """A document's part as decisions of people leave it. Raises UnknownDocumentError."""
    part, decisions = store.part(document_id), list(store.decisions(document_id))
    return review(part, decisions).part if decisions else part


def document_answer(part: DocumentGraph) -> Answer:
    """All that the page shows of a document."""
    concepts = {concept.id: concept.model_dump(include={"id", "name", "type", "linked"}) for concept in part.concepts}
    places: dict[tuple[int, int], int] = {}
    for number, mention in enumerate(part.mentions):
        places.setdefault((mention.start, mention.end), number)
    return {
        "id": part.document.id,
        "metadata": part.document.metadata.model_dump(mode="json"),
        "language": part.selection.language,
        "selection": _selection(part),
        "original": original_segments(part),
        "cleaned": cleaned_segments(part),
        "mentions": [_mention(n, item, concepts) for n, item in enumerate(part.mentions)],
        "attributes": [_attribute(n, item, places) for n, item in enumerate(part.attributes)],
        "relations": [_relation(n, item, concepts, places) for n, item in enumerate(part.relations)],
        "rejects": [_reject(n, item) for n, item in enumerate(part.rejects)],
    }


def _selection(part: DocumentGraph) -> Answer:
    chosen = part.selection.model_dump(mode="json", include={"extractors", "reason", "unserved", "warnings"})
    return {"schema": part.selection.schema_name, **chosen}


def _mention(number: int, mention: Mention, concepts: Concepts) -> Answer:
    kept = {"start", "end", "text", "clean_text", "type", "assertion", "confidence", "section", "review"}
    return {
        "n": number,
        **mention.model_dump(mode="json", include=kept),
        "concepts": [concepts[one] for one in mention.concepts],
        "extractor": mention.provenance.extractor,
        "model": mention.provenance.model,
    }


def _attribute(number: int, attribute: Attribute, places: Places) -> Answer:
    kept = {"start", "end", "text", "type", "value"}
    mention = None if attribute.mention is None else places.get(attribute.mention)
    return {"n": number, **attribute.model_dump(mode="json", include=kept), "mention": mention}


def _relation(number: int, relation: Relation, concepts: Concepts, places: Places) -> Answer:
    return {
        "n": number,
        **relation.model_dump(mode="json", include={"predicate", "assertion", "confidence", "review"}),
        "subject": {"id": relation.subject, "name": concepts[relation.subject]["name"]},
        "object": {"id": relation.object, "name": concepts[relation.object]["name"]},
        "evidence": [
            {
                "start": item.sentence[0],
                "end": item.sentence[1],
                "subject": places.get(item.subject),
                "object": places.get(item.object),
                "cue": item.cue,
            }
            for item in relation.evidence
        ],
    }


def _reject(number: int, reject: Reject) -> Answer:
    return {"n": number, **reject.model_dump(mode="json")}
