"""The graph in memory, loaded from the tables and kept in step with them."""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from kg_builder.records import DocumentGraph
from kg_builder.stores import graph as graphs
from kg_builder.stores import hierarchy, sql
from kg_builder.stores.rows import (
    Description,
    mention_from_row,
    merged_description,
    merged_relations,
    metadata_from_json,
    provenances_from_json,
    relation_from_row,
    unpacked,
)

if TYPE_CHECKING:
    from kg_builder.stores.graph import Graph


def load_graph(connection: sqlite3.Connection) -> Graph:
    """All of it. Nodes and edges come in an order that doesn't depend on when they were written."""
    collecting = gc.isenabled()
    gc.disable()  # looking again and again through edges that all stay takes a third of the time
    try:
        return _load(connection)
    finally:
        if collecting:
            gc.enable()


def _load(connection: sqlite3.Connection) -> Graph:
    from kg_builder.stores.knowledge_graph import KnowledgeGraph

    graph: Graph = KnowledgeGraph()
    for concept_id, rows in groupby(connection.execute(sql.ALL_DESCRIPTIONS), key=lambda row: row[0]):
        graphs.set_concept(graph, concept_id, merged_description(row[1] for row in rows), ())
    for key, document_id, sha256, language, metadata, provenances in connection.execute(sql.GRAPH_DOCUMENTS):
        node = graphs.document_node(document_id)
        attributes = graphs.document_attributes(
            document_id=document_id,
            sha256=sha256,
            language=unpacked(language),
            metadata=metadata_from_json(metadata),
        )
        graph.add_node(node, **attributes)
        sources = provenances_from_json(provenances)
        for row in connection.execute("SELECT * FROM mentions WHERE document = ? ORDER BY ordinal", (key,)):
            graphs.add_mention(graph, node, mention_from_row(row, sources))
        rows = connection.execute("SELECT * FROM relations WHERE document = ? ORDER BY ordinal", (key,))
        for relation in merged_relations([relation_from_row(row, sources) for row in rows]):
            graphs.add_relation(graph, document_id, relation)
    for concept_id, attributes in graph.nodes(data=True):
        if attributes["kind"] == "concept":
            attributes["synonyms_seen"] = tuple(sorted(graphs.forms_seen(graph, concept_id)))
    load_hierarchy(graph, connection)
    return graph


def load_hierarchy(graph: Graph, connection: sqlite3.Connection) -> None:
    """Put the hierarchy of the tables in the place of what the graph has."""
    graphs.remove_hierarchy(graph)
    present = hierarchy.rows(connection)
    for concept_id, body in present.concepts:
        if concept_id not in graph:
            graphs.set_ancestor(graph, concept_id, merged_description([body]))
    for child, parent in present.edges:
        graphs.add_broader(graph, child, parent)


class Change(NamedTuple):
    """What was done to one document in the tables."""

    document_id: str
    before: frozenset[str]
    """Ids of the concepts of its earlier part, and of those that went from the hierarchy with them."""
    part: DocumentGraph | None
    """None: forgotten."""


def follow(graph: Graph, connection: sqlite3.Connection, change: Change) -> None:
    """Bring the graph to what the tables hold after the change."""
    document_id, before, part = change
    graphs.remove_document(graph, document_id, before)
    touched = before.union(concept.id for concept in part.concepts) if part else before
    described = descriptions(connection, touched)
    for concept_id in touched - described.keys():
        _demote(graph, connection, concept_id)
    for concept_id in sorted(described):
        graphs.set_concept(graph, concept_id, described[concept_id], ())
    if part is not None:
        graphs.add_part(graph, part)
    for concept_id, description in described.items():
        graphs.set_concept(graph, concept_id, description, graphs.forms_seen(graph, concept_id))


def _demote(graph: Graph, connection: sqlite3.Connection, concept_id: str) -> None:
    """What no document supports stays where something of a document stands below it, and goes otherwise."""
    row = connection.execute("SELECT description FROM upper_concepts WHERE id = ?", (concept_id,)).fetchone()
    if row is None:
        graph.remove_nodes_from([concept_id])
    elif concept_id in graph:
        graphs.set_ancestor(graph, concept_id, merged_description([row[0]]))


def descriptions(connection: sqlite3.Connection, concept_ids: Iterable[str]) -> dict[str, Description]:
    """What the concepts are, by id; those that no document supports are left out."""
    found = {}
    for concept_id in concept_ids:
        rows = connection.execute("SELECT description FROM concepts WHERE id = ?", (concept_id,)).fetchall()
        if rows:
            found[concept_id] = merged_description(row[0] for row in rows)
    return found
