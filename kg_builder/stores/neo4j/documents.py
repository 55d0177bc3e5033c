"""What documents added, from the bodies that keep it as it was written, a page of documents at a time."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from typing import Any, NamedTuple

from kg_builder.records import Attribute, DocumentGraph, Mention, Metadata, Reject, Selection
from kg_builder.stores.neo4j.asking import Conditions, Transaction, rows
from kg_builder.stores.neo4j.bodies import unpacked_part
from kg_builder.stores.rows import mention_place, mention_views
from kg_builder.stores.views import DocumentView, MentionView

DOCUMENTS_A_PAGE = 50

_PAGE = """
MATCH (d:Document) WHERE d.id > $after AND {passes}
WITH d ORDER BY d.id LIMIT $limit
OPTIONAL MATCH (p:KgBuilderPart {{document: d.id}})
RETURN d.id, d.sha256, d.fingerprint, p.body, p.unreviewed ORDER BY d.id
"""
_BODIES = "UNWIND $ids AS id MATCH (p:KgBuilderPart {document: id}) RETURN id, p.body"
_FINGERPRINTS = "UNWIND $ids AS id MATCH (d:Document {id: id}) RETURN d.id, d.fingerprint ORDER BY d.id"


class Stored(NamedTuple):
    """A document as the database has it."""

    id: str
    sha256: str
    fingerprint: str
    body: bytes
    unreviewed: bytes | None
    """As it was read, where decisions of people changed it."""


def document_page(
    tx: Transaction, after: str, passing: Conditions, limit: int = DOCUMENTS_A_PAGE
) -> tuple[list[Stored], str | None]:
    """Documents in order of id, and where the next page starts (None: there is none)."""
    query = _PAGE.format(passes=passing.on_document)
    found = rows(tx, query, passing.parameters, after=after, limit=limit)
    return [Stored(*row) for row in found if row[3] is not None], found[-1][0] if len(found) == limit else None


def document_fields(tx: Transaction, document_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What parts have by the names of their fields, as JSON gives it; those that aren't there are left out."""
    found = rows(tx, _BODIES, ids=sorted(set(document_ids)))
    return {document_id: fields(body) for document_id, body in found}


def fingerprints(tx: Transaction, document_ids: Iterable[str]) -> dict[str, str]:
    """Of those of the documents that are there."""
    return dict(rows(tx, _FINGERPRINTS, ids=list(set(document_ids))))


def fields(body: bytes) -> dict[str, Any]:
    """A part's fields, not validated again: that takes most of the time where only some are asked for."""
    found: dict[str, Any] = json.loads(zlib.decompress(body))
    return found


def document_view(stored: Stored, _: Conditions) -> list[DocumentView]:
    """A document without its text."""
    part = fields(stored.body)
    view = DocumentView(
        id=stored.id,
        sha256=stored.sha256,
        fingerprint=stored.fingerprint,
        metadata=Metadata.model_validate(part["document"]["metadata"]),
        selection=Selection.model_validate(part["selection"]),
        attributes=tuple(Attribute.model_validate(item) for item in part["attributes"]),
    )
    return [view]


def document_rejects(stored: Stored, _: Conditions) -> list[tuple[str, Reject]]:
    """What was rejected in a document, in order, with the document's id."""
    return [(stored.id, Reject.model_validate(item)) for item in fields(stored.body)["rejects"]]


def document_mentions(stored: Stored, passing: Conditions) -> list[MentionView]:
    """A document's mentions, in order of start, end, type and concept."""
    mentions = [Mention.model_validate(item) for item in fields(stored.body)["mentions"]]
    views = [view for mention in mentions if _passes(mention, passing) for view in mention_views(stored.id, mention)]
    return sorted(views, key=mention_place)


def document_part(stored: Stored, _: Conditions) -> list[DocumentGraph]:
    """All that one document added, as it was written."""
    return [unpacked_part(stored.body if stored.unreviewed is None else stored.unreviewed)]


def _passes(mention: Mention, passing: Conditions) -> bool:
    where = passing.where
    if where.assertions is not None and mention.assertion not in where.assertions:
        return False
    if where.reviews is not None and mention.review not in where.reviews:
        return False
    return where.min_confidence is None or mention.confidence is None or mention.confidence >= where.min_confidence
