"""The hierarchy, as the database has it."""

from __future__ import annotations

from kg_builder.stores.hierarchy import Rows
from kg_builder.stores.neo4j.asking import Transaction, rows

_ROLLED_UP = "RETURN EXISTS { (:KgBuilderState {name: 'rolled_up'}) }"
_EDGES = "MATCH (child:Concept)-[:IS_A]->(parent:Concept) RETURN child.id, parent.id"
_UPPER = "MATCH (parent:Concept) WHERE parent.upper IS NOT NULL RETURN parent.id, parent.upper"
_DESCENDANTS = """
MATCH (c:Concept {id: $concept}) MATCH (c)<-[:IS_A*1..]-(below:Concept)
RETURN DISTINCT below.id ORDER BY below.id
"""


def rolled_up(tx: Transaction) -> bool:
    """Whether there is a hierarchy, which may be empty."""
    return bool(rows(tx, _ROLLED_UP)[0][0])


def hierarchy_rows(tx: Transaction) -> Rows:
    """All of it."""
    edges = [(child, parent) for child, parent in rows(tx, _EDGES)]
    return Rows(sorted(edges), sorted((concept, described) for concept, described in rows(tx, _UPPER)))


def descendants(tx: Transaction, concept_id: str) -> list[str]:
    """Ids of all concepts below one, sorted."""
    return [row[0] for row in rows(tx, _DESCENDANTS, concept=concept_id)]
