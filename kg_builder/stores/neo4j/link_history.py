"""What documents were linked to before the last relinking, so that it can be undone.

The caller holds the transaction.
"""

from __future__ import annotations

import neo4j

from kg_builder.records import DocumentGraph
from kg_builder.stores.earlier_links import completed_links, differs, kept_links, restored_part
from kg_builder.stores.neo4j import hierarchy, statements
from kg_builder.stores.neo4j.bodies import unpacked_part
from kg_builder.stores.neo4j.decisions import decided_rows
from kg_builder.stores.neo4j.part_rows import part_rows
from kg_builder.stores.neo4j.part_writing import PartWriter

_STATE = "OPTIONAL MATCH (s:KgBuilderState {name: 'relinking'}) RETURN s {.purpose, .finished, .token, .hierarchy} AS s"
_COUNT = "MATCH (e:KgBuilderEarlierLinks) RETURN count(e) AS relinked"
_END = """
OPTIONAL MATCH (s:KgBuilderState {name: 'relinking'})
DELETE s
WITH count(*) AS states
MATCH (e:KgBuilderEarlierLinks)
DELETE e
"""
_BEGIN = """
CREATE (:KgBuilderState {name: 'relinking', purpose: $purpose, finished: false, token: $token, hierarchy: $hierarchy})
"""
_FINISH = "MATCH (s:KgBuilderState {name: 'relinking'}) SET s.finished = true"
_FIND = """
MATCH (d:Document {id: $id})
SET d.id = $id
WITH d
MATCH (p:KgBuilderPart {document: $id})
OPTIONAL MATCH (e:KgBuilderEarlierLinks {document: $id})
RETURN p.body AS body, coalesce(p.unreviewed, p.body) AS read, e.body AS earlier,
  COLLECT { MATCH (x:KgBuilderDecision {document: $id}) RETURN x.body } AS decisions
"""
_LOCK = "MERGE (d:Document {id: $id}) SET d.id = $id"
"""Waits also for who is about to write it for the first time, and may not have seen the decisions."""
_UNLOCK = "MATCH (d:Document {id: $id}) WHERE NOT EXISTS { (:KgBuilderPart {document: $id}) } DELETE d"
_KEEP = "MERGE (e:KgBuilderEarlierLinks {document: $id}) SET e.body = $body"
_DROP = "MATCH (e:KgBuilderEarlierLinks {document: $id}) DELETE e"


def interrupted(tx: neo4j.ManagedTransaction, purpose: str) -> int | None:
    """How many documents a relinking of this purpose had done when it was cut short; None: there was none."""
    state = tx.run(_STATE).single(strict=True)["s"]
    if state is None or state["purpose"] != purpose or state["finished"]:
        return None
    return int(tx.run(_COUNT).single(strict=True)["relinked"])


def begin(tx: neo4j.ManagedTransaction, purpose: str, token: str, earlier_hierarchy: bytes) -> None:
    """Start a relinking, which forgets how to undo the one before. Doing it again under one token changes nothing."""
    state = tx.run(_STATE).single(strict=True)["s"]
    if state is None or state["token"] != token:
        end(tx)
        tx.run(_BEGIN, purpose=purpose, token=token, hierarchy=earlier_hierarchy).consume()


def finish(tx: neo4j.ManagedTransaction) -> None:
    """Note that a relinking is complete: the next one starts afresh."""
    tx.run(_FINISH).consume()


def restore_hierarchy(tx: neo4j.ManagedTransaction, writer: PartWriter) -> None:
    """Bring back the hierarchy of before the relinking."""
    state = tx.run(_STATE).single(strict=True)["s"]
    if state is not None:
        hierarchy.replace(tx, writer, hierarchy.unpacked_hierarchy(state["hierarchy"]))


def end(tx: neo4j.ManagedTransaction) -> None:
    """Let go of what undoing needs."""
    tx.run(_END).consume()


def relink(tx: neo4j.ManagedTransaction, writer: PartWriter, part: DocumentGraph) -> None:
    """Replace a document's part and keep its links. Raises LookupError if there is no such document."""
    found = tx.run(_FIND, id=part.document.id).single()
    if found is None:
        raise LookupError(part.document.id)
    present, earlier = unpacked_part(found["read"]), found["earlier"]
    body = kept_links(present, part) if earlier is None else completed_links(earlier, present, part)
    _put(tx, writer, found, part)
    tx.run(_KEEP, id=part.document.id, body=body).consume()


def undo(tx: neo4j.ManagedTransaction, writer: PartWriter, document_id: str) -> None:
    """Give a document back its earlier links, if there are any."""
    found = tx.run(_FIND, id=document_id).single()
    if found is not None and found["earlier"] is not None:
        _put(tx, writer, found, restored_part(unpacked_part(found["read"]), found["earlier"]))
        tx.run(_DROP, id=document_id).consume()


def redecide(tx: neo4j.ManagedTransaction, writer: PartWriter, document_id: str) -> None:
    """Have a document as the decisions of people leave it now; its earlier links stay."""
    tx.run(_LOCK, id=document_id).consume()
    found = tx.run(_FIND, id=document_id).single()
    if found is None:
        tx.run(_UNLOCK, id=document_id).consume()
        return
    rows = part_rows(unpacked_part(found["read"]), writer.names)
    decided = decided_rows(rows, found["decisions"], writer.names)
    writer.replace(tx, [unpacked_part(found["body"])], [decided])
    if found["earlier"] is not None:
        tx.run(_KEEP, id=document_id, body=found["earlier"]).consume()


def _put(tx: neo4j.ManagedTransaction, writer: PartWriter, found: neo4j.Record, part: DocumentGraph) -> None:
    """Put a part in the place of the one found; where only the settings hash is another, nothing else is touched."""
    rows = decided_rows(part_rows(part, writer.names), found["decisions"], writer.names)
    if differs(unpacked_part(found["read"]), part):
        writer.replace(tx, [unpacked_part(found["body"])], [rows])
        return
    tx.run(
        statements.UPDATE_HASH,
        id=part.document.id,
        settings_hash=part.settings_hash,
        fingerprint=part.fingerprint,
        body=rows.body,
        unreviewed=rows.unreviewed,
    ).consume()
