"""The hierarchy in the graph: IS_A edges, and the concepts that are broader than another. The caller holds the
transaction."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import islice

import neo4j

from kg_builder.stores.hierarchy import Rows, leading_up, unpacked_state
from kg_builder.stores.neo4j.broader import hierarchy_rows, rolled_up
from kg_builder.stores.neo4j.part_writing import PartWriter, prune
from kg_builder.stores.rows import dumps

ROWS_A_STATEMENT = 5_000

_LOCK = "MATCH (s:KgBuilderState {name: 'store'}) SET s.name = s.name"
_MARK = "MERGE (:KgBuilderState {name: 'rolled_up'})"
_UNMARK = "MATCH (s:KgBuilderState {name: 'rolled_up'}) DELETE s"
_DESCRIBED = "MATCH (c:Concept) WHERE c.descriptions IS NOT NULL RETURN c.id"
_TAKE_EDGES = """
UNWIND $rows AS row
MATCH (:Concept {id: row[0]})-[r:IS_A]->(:Concept {id: row[1]})
DELETE r
"""
_ADD_EDGES = """
UNWIND $rows AS row
MATCH (child:Concept {id: row[0]})
MATCH (parent:Concept {id: row[1]})
CREATE (child)-[:IS_A]->(parent)
"""
_ADD_UPPER = """
UNWIND $rows AS row
MERGE (c:Concept {id: row[0]})
SET c.upper = row[1], c.synonyms_seen = coalesce(c.synonyms_seen, [])
WITH c
WHERE c.descriptions IS NULL
RETURN c.id AS id, [] AS descriptions, c.upper AS upper
"""


def replace(tx: neo4j.ManagedTransaction, writer: PartWriter, wanted: Rows | None) -> bool:
    """Make this the hierarchy, less what leads up from no concept of a document; None: there is to be none.

    Answers whether anything changed.
    """
    lock(tx)
    marked = rolled_up(tx) != (wanted is not None)
    tx.run(_UNMARK if wanted is None else _MARK).consume()
    return _replace_rows(tx, writer, wanted or Rows([], [])) or marked


def lock(tx: neo4j.ManagedTransaction) -> None:
    """Keep others from changing the hierarchy until the end of the transaction."""
    tx.run(_LOCK).consume()


def packed_hierarchy(tx: neo4j.ManagedTransaction) -> bytes:
    """All of it, to be kept."""
    return zlib.compress(dumps(hierarchy_rows(tx) if rolled_up(tx) else None).encode())


def unpacked_hierarchy(body: bytes) -> Rows | None:
    """Back from `packed_hierarchy`."""
    return unpacked_state(zlib.decompress(body).decode())


def _replace_rows(tx: neo4j.ManagedTransaction, writer: PartWriter, wanted: Rows) -> bool:
    wanted = leading_up(wanted, {record[0] for record in tx.run(_DESCRIBED)})
    present = hierarchy_rows(tx)
    if wanted == present:
        return False
    _run(tx, _TAKE_EDGES, sorted(set(present.edges) - set(wanted.edges)))
    for chunk in _chunks(sorted(set(wanted.concepts) - set(present.concepts))):
        writer.refresh(tx, list(tx.run(_ADD_UPPER, rows=chunk)))
    _run(tx, _ADD_EDGES, sorted(set(wanted.edges) - set(present.edges)))
    prune(tx, {concept for concept, _ in (*present.concepts, *wanted.concepts)})
    return True


def _run(tx: neo4j.ManagedTransaction, statement: str, rows: Sequence[tuple[str, str]]) -> None:
    for chunk in _chunks(rows):
        tx.run(statement, rows=chunk).consume()


def _chunks(rows: Sequence[tuple[str, str]]) -> Sequence[list[list[str]]]:
    remaining = iter(rows)
    chunks = []
    while chunk := [list(row) for row in islice(remaining, ROWS_A_STATEMENT)]:
        chunks.append(chunk)
    return chunks
