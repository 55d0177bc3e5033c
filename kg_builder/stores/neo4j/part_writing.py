"""Documents' parts into the graph and out of it. The caller holds the transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import neo4j

from kg_builder.graph_store import WriteResult
from kg_builder.records import DocumentGraph
from kg_builder.stores.neo4j import statements
from kg_builder.stores.neo4j.bodies import unpacked_part
from kg_builder.stores.neo4j.decisions import decided_rows
from kg_builder.stores.neo4j.decisions import forget as forget_decisions
from kg_builder.stores.neo4j.names import Names
from kg_builder.stores.neo4j.part_batches import insertion, removal
from kg_builder.stores.neo4j.part_rows import PartRows, described, union_of_ids
from kg_builder.stores.neo4j.relinking_lock import RelinkingLock
from kg_builder.stores.neo4j.statements import Statements, statements_of


class PartWriter:
    """Writes parts with the names of one store."""

    def __init__(self, names: Names, lock: RelinkingLock, *, dynamic: bool) -> None:
        self.names = names
        self._statements: Statements = statements_of(names, dynamic=dynamic)
        self._lock = lock

    def write(self, tx: neo4j.ManagedTransaction, batch: Sequence[PartRows]) -> list[WriteResult]:
        """Make the graph hold exactly these parts of their documents, which are different ones.

        Raises StoreLockedError while another relinks.
        """
        wanted = sorted(({"id": rows.document_id, "fingerprint": rows.fingerprint} for rows in batch), key=_by_id)
        found = {record["id"]: record for record in tx.run(statements.LOOK, documents=wanted)}
        for record in found.values():
            self._lock.check(record["lock"])
        changed = [rows for rows in batch if found[rows.document_id]["fingerprint"] != rows.fingerprint]
        bodies = {rows.document_id: found[rows.document_id]["body"] for rows in changed}
        if changed:
            decided = [decided_rows(rows, found[rows.document_id]["decisions"], self.names) for rows in changed]
            self.replace(tx, [unpacked_part(body) for body in bodies.values() if body is not None], decided)
        return [
            WriteResult(written=rows.document_id in bodies, replaced=bodies.get(rows.document_id) is not None)
            for rows in batch
        ]

    def replace(
        self, tx: neo4j.ManagedTransaction, present: Sequence[DocumentGraph], batch: Sequence[PartRows]
    ) -> None:
        """Put parts in the place of those that are present. The documents are locked."""
        parameters = insertion(batch, self.names)
        left, going = removal(present)
        if present:
            ids = union_of_ids([row["id"] for row in left], [row["id"] for row in parameters["concepts"]])
            tx.run(statements.DETACH, going, ids=ids).consume()
        self.refresh(tx, tx.run(self._statements.insert, parameters).single(strict=True)["changed"])
        self._settle(tx, left)

    def forget(self, tx: neo4j.ManagedTransaction, document_id: str) -> bool:
        """Take out all there is of a document. Answers whether there was anything."""
        found = tx.run(statements.FIND, id=document_id).single(strict=True)
        self._lock.check(found["lock"])
        judged = forget_decisions(tx, document_id)
        if found["found"]:
            if found["body"] is not None:
                left, going = removal([unpacked_part(found["body"])])
                tx.run(statements.DETACH, going, ids=[row["id"] for row in left]).consume()
                self._settle(tx, left)
            tx.run(statements.FORGET, id=document_id).consume()
        return bool(found["found"] or found["failed"] or judged)

    def refresh(self, tx: neo4j.ManagedTransaction, changed: Iterable[Mapping[str, Any]]) -> None:
        """Give concepts the properties that their descriptions come to."""
        rows = []
        for concept in changed:
            merged = described(concept["descriptions"], self.names, upper=concept["upper"])
            rows.append({"id": concept["id"], "properties": merged.properties, "label": merged.label})
        if rows:
            tx.run(self._statements.refresh, rows=rows).consume()

    def _settle(self, tx: neo4j.ManagedTransaction, rows: list[dict[str, Any]]) -> None:
        """Take out of the concepts what only parts that went had given them, and those that only they had."""
        changed = list(tx.run(statements.SETTLE, rows=rows)) if rows else []
        prune(tx, [concept["id"] for concept in changed if not concept["descriptions"]])
        self.refresh(tx, [concept for concept in changed if concept["descriptions"] or concept["upper"] is not None])


def prune(tx: neo4j.ManagedTransaction, ids: Iterable[str]) -> None:
    """Take out those concepts that nothing needs, and what only they held up in the hierarchy."""
    waiting = sorted(ids)
    while waiting:
        parents = [record["parents"] for record in tx.run(statements.PRUNE, ids=waiting)]
        waiting = union_of_ids(*parents)


def _by_id(row: Mapping[str, str]) -> str:
    return row["id"]
