"""Node-link JSON, as `networkx.node_link_graph` reads it with ``edges="edges"``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO

from kg_builder.stores.export_content import (
    Content,
    Fields,
    broader_fields,
    concept_fields,
    document_fields,
    mention_fields,
    relation_fields,
    relation_key,
)
from kg_builder.stores.export_files import write_items
from kg_builder.stores.graph import IS_A, document_node


def write_node_link(content: Content, files: Sequence[TextIO]) -> None:
    """One file. Nodes and edges have the keys they have in memory."""
    [file] = files
    file.write('{"directed": true, "multigraph": true, "graph": {"name": "kg_builder"}, "nodes": [')
    write_items(file, _nodes(content))
    file.write('\n], "edges": [')
    write_items(file, _edges(content))
    file.write("\n]}\n")


def _nodes(content: Content) -> Iterator[Fields]:
    for document in content.documents():
        fields = document_fields(document)
        # "id" is the node's key in this format
        yield fields | {"id": document_node(document.id), "document_id": document.id}
    for concept in content.concepts():
        yield concept_fields(concept)


def _edges(content: Content) -> Iterator[Fields]:
    for key, mention in content.mentions():
        ends = {"source": document_node(mention.document), "target": mention.concept, "key": key}
        yield ends | mention_fields(mention)
    for relation in content.relations():
        ends = {"source": relation.subject, "target": relation.object, "key": relation_key(relation)}
        yield ends | relation_fields(relation, content.predicate(relation))
    for child, parent in content.broader():
        yield {"source": child, "target": parent, "key": IS_A} | broader_fields()
