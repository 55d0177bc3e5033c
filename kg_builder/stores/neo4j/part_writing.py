"""One document's part into the graph and out of it. The caller holds the transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import neo4j

from kg_builder.protocols import WriteResult
from kg_builder.records import DocumentGraph
from kg_builder.stores.neo4j import statements
from kg_builder.stores.neo4j.bodies import unpacked_part
from kg_builder.stores.neo4j.names import Names
from kg_builder.stores.neo4j.part_rows import PartRows, described, traces_of, union_of_ids
from kg_builder.stores.neo4j.relinking_lock import RelinkingLock
from kg_builder.stores.neo4j.statements import Statements, statements_of


class PartWriter:
    """Writes parts with the names of one store."""

    def __init__(self, names: Names, lock: RelinkingLock, *, dynamic: bool) -> None:
        self.names = names
        self._statements: Statements = statements_of(names, dynamic=dynamic)
        self._lock = lock

    def write(self, tx: neo4j.ManagedTransaction, rows: PartRows) -> WriteResult:
        """Make the graph hold exactly this part of its document. Raises StoreLockedError while another relinks."""
        found = tx.run(statements.LOOK, id=rows.document_id, fingerprint=rows.fingerprint).single(strict=True)
        self._lock.check(found["lock"])
        if found["fingerprint"] == rows.fingerprint:
            return WriteResult(written=False)
        if found["body"] is None:
            self._insert(tx, rows)
            return WriteResult(written=True)
        self.replace(tx, unpacked_part(found["body"]), rows)
        return WriteResult(written=True, replaced=True)

    def replace(self, tx: neo4j.ManagedTransaction, present: DocumentGraph, rows: PartRows) -> None:
        """Put a part in the place of the present one. The document is locked."""
        traces = traces_of(present)
        ids = union_of_ids(traces.ids, [row["id"] for row in rows.concepts])
        tx.run(statements.DETACH_PART, id=rows.document_id, ids=ids, subjects=traces.subjects).consume()
        self._insert(tx, rows)
        self._settle(tx, traces.concepts)

    def forget(self, tx: neo4j.ManagedTransaction, document_id: str) -> bool:
        """Take out all there is of a document. Answers whether there was anything."""
        found = tx.run(statements.FIND, id=document_id).single(strict=True)
        self._lock.check(found["lock"])
        if found["found"]:
            if found["body"] is not None:
                traces = traces_of(unpacked_part(found["body"]))
                tx.run(statements.DETACH_PART, id=document_id, ids=traces.ids, subjects=traces.subjects).consume()
                self._settle(tx, traces.concepts)
            tx.run(statements.FORGET, id=document_id).consume()
        return bool(found["found"] or found["failed"])

    def refresh(self, tx: neo4j.ManagedTransaction, changed: Iterable[Mapping[str, Any]]) -> None:
        """Give concepts the properties that their descriptions come to."""
        rows = []
        for concept in changed:
            merged = described(concept["descriptions"], self.names, upper=concept["upper"])
            rows.append({"id": concept["id"], "properties": merged.properties, "label": merged.label})
        if rows:
            tx.run(self._statements.refresh, rows=rows).consume()

    def _insert(self, tx: neo4j.ManagedTransaction, rows: PartRows) -> None:
        found = tx.run(self._statements.insert, rows.parameters()).single()
        if found is not None:
            self.refresh(tx, found["changed"])

    def _settle(self, tx: neo4j.ManagedTransaction, rows: list[dict[str, Any]]) -> None:
        """Take out of the concepts what only the part that went had given them, and those that only it had."""
        changed = list(tx.run(statements.SETTLE, rows=rows)) if rows else []
        prune(tx, [concept["id"] for concept in changed if not concept["descriptions"]])
        self.refresh(tx, [concept for concept in changed if concept["descriptions"] or concept["upper"] is not None])


def prune(tx: neo4j.ManagedTransaction, ids: Iterable[str]) -> None:
    """Take out those concepts that nothing needs, and what only they held up in the hierarchy."""
    waiting = sorted(ids)
    while waiting:
        parents = [record["parents"] for record in tx.run(statements.PRUNE, ids=waiting)]
        waiting = union_of_ids(*parents)
