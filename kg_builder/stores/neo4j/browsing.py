"""What a page that shows a graph asks of the database: little about much, and no sentences."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from kg_builder.records import Metadata, Relation
from kg_builder.stores.neo4j.asking import Conditions, Transaction, relations, rows
from kg_builder.stores.neo4j.concepts import CHANGED
from kg_builder.stores.neo4j.documents import document_fields
from kg_builder.stores.neo4j.part_rows import FACET_SEPARATOR
from kg_builder.stores.neo4j.relations import changed_relations
from kg_builder.stores.rows import merged_description, merged_relations
from kg_builder.stores.strengths import Ends
from kg_builder.stores.views import ConceptOutline, DocumentLine, StatementView, merged_statements, names_document

_OUTLINES = """
UNWIND $concepts AS id
MATCH (c:Concept {{id: id}})
OPTIONAL MATCH (c)<-[m:MENTIONS]-(d:Document) WHERE {mention}
WITH c, count(m) AS mentions, count(DISTINCT d) AS documents
RETURN c.id, c.descriptions, c.upper, documents, mentions,
    COUNT {{ MATCH (c)-[r:{types}]-(other:Concept) WHERE other <> c AND {relation} RETURN DISTINCT other }}
"""
_BEST = """
MATCH (s:Concept)-[r:{types}]->(o:Concept) WHERE {relation} AND NOT r.predicate CONTAINS $changed
RETURN s.id, r.predicate, o.id, count(DISTINCT r.document) AS support, max(coalesce(r.confidence, 0.0)) AS surest
ORDER BY support DESC, surest DESC, s.id, r.predicate, o.id LIMIT $limit
"""
_STATEMENTS = """
UNWIND $concepts AS id
MATCH (c:Concept {{id: id}})-[r:{types}]-(other:Concept) WHERE {relation} AND ($among = false OR other.id IN $concepts)
WITH DISTINCT r, startNode(r) AS s, endNode(r) AS o
RETURN s.id, r.predicate, o.id, r.document, r.assertion, r.confidence, r.review
"""
_DOCUMENTS_OF = """
MATCH (c:Concept {{id: $concept}})<-[m:MENTIONS]-(d:Document) WHERE {mention}
RETURN d.id, count(m) AS times ORDER BY times DESC, d.id
"""
_NAMED = "MATCH (d:Document) RETURN d.id, d.facets, d.date ORDER BY d.id"
_PAGE = "MATCH (d:Document) WITH d ORDER BY d.id SKIP $offset LIMIT $limit RETURN d.id"
_COUNT = "MATCH (d:Document) RETURN count(d)"


def outlines(tx: Transaction, concepts: Sequence[str], passing: Conditions) -> dict[str, ConceptOutline]:
    """Those of these concepts that are there, by id."""
    found = {}
    for row in _run(tx, _OUTLINES, passing, concepts=list(concepts)):
        id_, descriptions, upper, documents, mentions, neighbours = row
        name, type_, linked, _ = merged_description(descriptions or [upper])
        counts = (documents, mentions, neighbours, descriptions is None)
        found[id_] = ConceptOutline(id_, name, type_, linked, *counts)
    return found


def best_supported(tx: Transaction, limit: int, passing: Conditions) -> list[Ends]:
    """Relations that most documents state, then with the highest confidence, then in order of ends."""
    found = _run(tx, _BEST, passing, changed=CHANGED, limit=limit)
    ranked = [(-support, -surest, (subject, name, object_)) for subject, name, object_, support, surest in found]
    documents: defaultdict[Ends, set[str]] = defaultdict(set)
    surest_of: defaultdict[Ends, float] = defaultdict(float)
    for item in changed_relations(tx, passing):
        documents[item.ends].add(item.document)
        surest_of[item.ends] = max(surest_of[item.ends], item.relation.confidence or 0.0)
    ranked += [(-len(stating), -surest_of[ends], ends) for ends, stating in documents.items()]
    return [ends for _, _, ends in sorted(ranked)[:limit]]


def statements(tx: Transaction, concepts: Sequence[str], passing: Conditions, *, among: bool) -> list[StatementView]:
    """What documents state of these concepts, or of two of them, in order."""
    found = [StatementView(*row) for row in _run(tx, _STATEMENTS, passing, concepts=list(concepts), among=among)]
    if any(CHANGED in one.predicate for one in found):
        wanted = {(one.subject, one.object) for one in found}
        changed = [item for item in changed_relations(tx, passing) if item.ends[::2] in wanted]
        found = [one for one in found if CHANGED not in one.predicate]
        found += [
            StatementView(
                *item.ends, item.document, item.relation.assertion, item.relation.confidence, item.relation.review
            )
            for item in changed
        ]
    return merged_statements(found)


def documents_of(tx: Transaction, concept_id: str, passing: Conditions) -> list[tuple[str, int]]:
    """Documents that mention a concept and how often, most often first."""
    return [(id_, times) for id_, times in _run(tx, _DOCUMENTS_OF, passing, concept=concept_id)]


def document_lines(tx: Transaction, text: str, offset: int, limit: int) -> tuple[int, list[DocumentLine]]:
    """How many documents have the text in their id or metadata, and some of them, in order of id."""
    if text:
        ids = [id_ for id_, facets, day in rows(tx, _NAMED) if names_document(text, (id_, *_said(facets, day)))]
        total, ids = len(ids), ids[offset : offset + limit]
    else:
        [[total]] = rows(tx, _COUNT)
        ids = [row[0] for row in rows(tx, _PAGE, offset=offset, limit=limit)]
    parts = document_fields(tx, ids)
    return total, [_line(id_, parts[id_]) for id_ in ids if id_ in parts]


def _said(facets: Iterable[str], day: Any) -> Iterable[Any]:
    said = (json.loads(facet.partition(FACET_SEPARATOR)[2]) for facet in facets)
    return said if day is None else (day.iso_format(), *said)


def _line(document_id: str, part: dict[str, Any]) -> DocumentLine:
    return DocumentLine(
        document_id,
        part["selection"]["language"],
        Metadata.model_validate(part["document"]["metadata"]),
        len(part["mentions"]),
        len(merged_relations([Relation.model_validate(item) for item in part["relations"]])),
        len(part["rejects"]),
    )


def _run(tx: Transaction, query: str, passing: Conditions, **parameters: Any) -> list[list[Any]]:
    text = query.format(types=relations(tx), mention=passing.on_mention("m"), relation=passing.on_relation("r"))
    return rows(tx, text, passing.parameters, **parameters)
