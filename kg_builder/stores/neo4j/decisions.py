"""Decisions of people, and documents as they leave them. The caller holds the transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import neo4j

from kg_builder.review.applying import review
from kg_builder.review.decisions import Decision, in_order
from kg_builder.review.json_lines import decision_from_json, decision_json
from kg_builder.stores.neo4j.bodies import unpacked_part
from kg_builder.stores.neo4j.names import Names
from kg_builder.stores.neo4j.part_rows import PartRows, part_rows

_ADD = """
UNWIND $rows AS row
MERGE (x:KgBuilderDecision {id: row.id})
ON CREATE SET x.document = row.document, x.body = row.body
"""
_ANY = "RETURN EXISTS { (:KgBuilderDecision) } AS found"
_DOCUMENTS = "MATCH (x:KgBuilderDecision) RETURN DISTINCT x.document AS document ORDER BY document"
_OF_DOCUMENT = "MATCH (x:KgBuilderDecision {document: $id}) RETURN x.body AS body"
_FORGET = "MATCH (x:KgBuilderDecision {document: $id}) DELETE x RETURN count(x) AS gone"


def add(tx: neo4j.ManagedTransaction, decisions: Iterable[Decision]) -> None:
    """Keep these; what is known by its id stays as it is."""
    rows = [{"id": one.id, "document": one.document, "body": decision_json(one)} for one in decisions]
    tx.run(_ADD, rows=sorted(rows, key=lambda row: row["id"])).consume()


def any_kept(tx: neo4j.ManagedTransaction) -> bool:
    """Whether there are decisions at all."""
    return bool(tx.run(_ANY).single(strict=True)["found"])


def documents(tx: neo4j.ManagedTransaction) -> list[str]:
    """Ids of the documents that decisions are about, in order."""
    return [record["document"] for record in tx.run(_DOCUMENTS)]


def of_document(tx: neo4j.ManagedTransaction, document_id: str) -> list[Decision]:
    """In the order in which they were taken."""
    return _read(record["body"] for record in tx.run(_OF_DOCUMENT, id=document_id))


def forget(tx: neo4j.ManagedTransaction, document_id: str) -> bool:
    """Take out the decisions about a document, which quote it; answers whether there were any."""
    return bool(tx.run(_FORGET, id=document_id).single(strict=True)["gone"])


def decided_rows(rows: PartRows, decisions: Sequence[str], names: Names) -> PartRows:
    """What is written of a part as it was read, where there are decisions (their bodies) about its document."""
    if not decisions:
        return rows
    read = unpacked_part(rows.body)
    decided = review(read, _read(decisions)).part
    return rows if decided == read else part_rows(decided, names)._replace(unreviewed=rows.body)


def _read(bodies: Iterable[str]) -> list[Decision]:
    return in_order(map(decision_from_json, bodies))
