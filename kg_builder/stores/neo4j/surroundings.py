"""What relations join concepts to: paths between two of them, and everything near some."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from kg_builder.stores import graph as graphs
from kg_builder.stores.neo4j.asking import Conditions, Transaction, conditions, relations, rows
from kg_builder.stores.neo4j.concepts import CHANGED, exact_forms
from kg_builder.stores.neo4j.relations import paths, relations_among
from kg_builder.stores.paths import shortest_paths
from kg_builder.stores.rows import merged_description
from kg_builder.stores.views import EVERYTHING, Path

if TYPE_CHECKING:
    from kg_builder.stores.graph import Graph

_EVERYTHING = conditions(EVERYTHING)
_NEIGHBOURS = """
UNWIND $concepts AS id
MATCH (c:Concept {{id: id}})-[r:{types}]-(other:Concept) WHERE {passes}
RETURN id, collect(DISTINCT other.id)
"""
_PRESENT = "UNWIND $concepts AS id MATCH (c:Concept {id: id}) RETURN DISTINCT id"
_NODES = """
UNWIND $concepts AS id
MATCH (c:Concept {id: id}) RETURN id, c.descriptions, c.upper, c.synonyms_seen ORDER BY id
"""


def paths_between(
    tx: Transaction, source: str, target: str, *, max_length: int, limit: int, passing: Conditions
) -> list[Path]:
    """Simple paths of at most `max_length` relations in either direction, shortest first, then by ids."""
    if source == target or len(_present(tx, [source, target])) < 2:
        return []
    query = _neighbours_query(tx, passing)

    def neighbours_of(concepts: Collection[str]) -> dict[str, Sequence[str]]:
        return _neighbours_of(tx, query, concepts, passing)

    return paths(tx, shortest_paths(neighbours_of, source, target, max_length=max_length, limit=limit), passing)


def subgraph(tx: Transaction, concept_ids: Sequence[str], hops: int, passing: Conditions) -> Graph:
    """The concepts within so many hops, with the relations among them."""
    from kg_builder.stores.knowledge_graph import KnowledgeGraph

    query = _neighbours_query(tx, passing)
    reached = _present(tx, concept_ids)
    edge_of = set(reached)
    for _ in range(hops):
        joined = _neighbours_of(tx, query, edge_of, passing) if edge_of else {}
        edge_of = {other for others in joined.values() for other in others} - reached
        reached |= edge_of
    found: Graph = KnowledgeGraph()
    _add_nodes(tx, found, reached)
    for item in relations_among(tx, sorted(reached), passing):
        if item.relation.subject in found and item.relation.object in found:  # else it was written just now
            graphs.add_relation(found, item.document, item.relation)
    return found


def _add_nodes(tx: Transaction, found: Graph, concept_ids: Collection[str]) -> None:
    for concept_id, descriptions, upper, forms in rows(tx, _NODES, concepts=sorted(concept_ids)):
        if descriptions is None:
            graphs.set_ancestor(found, concept_id, merged_description([upper]))
            continue
        changed = any(CHANGED in form for form in forms)
        exact = exact_forms(tx, concept_id, forms, _EVERYTHING) if changed else forms
        graphs.set_concept(found, concept_id, merged_description(descriptions), exact)


def _present(tx: Transaction, concept_ids: Sequence[str]) -> set[str]:
    return {row[0] for row in rows(tx, _PRESENT, concepts=list(concept_ids))}


def _neighbours_query(tx: Transaction, passing: Conditions) -> str:
    return _NEIGHBOURS.format(types=relations(tx), passes=passing.on_relation("r"))


def _neighbours_of(
    tx: Transaction, query: str, concepts: Collection[str], passing: Conditions
) -> dict[str, Sequence[str]]:
    found = rows(tx, query, passing.parameters, concepts=sorted(concepts))
    return {concept_id: sorted(others) for concept_id, others in found}
