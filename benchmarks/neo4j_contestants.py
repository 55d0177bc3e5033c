"""Three ways to write the same documents' graphs into Neo4j: ours, langchain-neo4j's and neo4j-graphrag's.

Each gets what its own format has room for: the document, its concepts, an edge a mention and concept with the
mention's offsets, and the relations with their evidence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

from kg_builder.records import DocumentGraph, Mention, Relation


class Contestant(Protocol):
    """A writer on an open connection."""

    def write(self, parts: Sequence[DocumentGraph]) -> None:
        """Write them, as a program would that gets them one by one."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class Ours:
    """``write_many``, called once for so many documents, as a build does."""

    def __init__(self, uri: str, together: int = 1) -> None:
        from kg_builder.stores import open_store

        self._store = open_store(uri)
        self._together = together

    def write(self, parts: Sequence[DocumentGraph]) -> None:
        for start in range(0, len(parts), self._together):
            self._store.write_many(parts[start : start + self._together])

    def close(self) -> None:
        self._store.close()


class LangChain:
    """``Neo4jGraph.add_graph_documents`` with its fastest options: the indexed base label, and sources.

    It sends each document of a list by itself, so that more in one call are no quicker.
    """

    def __init__(self, uri: str) -> None:
        from langchain_neo4j import Neo4jGraph

        self._graph = Neo4jGraph(uri, username="", password="", database="neo4j")

    def write(self, parts: Sequence[DocumentGraph]) -> None:
        for part in parts:
            self._graph.add_graph_documents([self._document(part)], include_source=True, baseEntityLabel=True)

    def close(self) -> None:
        self._graph.close()

    def _document(self, part: DocumentGraph) -> Any:
        from langchain_core.documents import Document
        from langchain_neo4j.graphs.graph_document import GraphDocument, Node, Relationship

        text = Document(page_content=part.document.text, metadata={"id": part.document.id})
        of = {
            concept.id: Node(
                id=concept.id,
                type=concept.type,
                properties={"name": concept.name, "xrefs": list(concept.xrefs), "linked": concept.linked},
            )
            for concept in part.concepts
        }
        source = Node(id=f"document {part.document.id}", type="Source", properties={"sha256": part.document.sha256})
        edges = [
            Relationship(source=source, target=of[concept], type="MENTIONED", properties=mention_properties(n, mention))
            for n, mention in enumerate(part.mentions)
            for concept in mention.concepts
        ]
        edges += [
            Relationship(
                source=of[relation.subject],
                target=of[relation.object],
                type=relation.predicate,
                properties=relation_properties(part, relation),
            )
            for relation in part.relations
        ]
        return GraphDocument(nodes=[source, *of.values()], relationships=edges, source=text)


class GraphRag:
    """``Neo4jWriter.run`` of neo4j-graphrag, called once for so many documents."""

    def __init__(self, uri: str, together: int = 1) -> None:
        import neo4j
        from neo4j_graphrag.components.kg_writer import Neo4jWriter

        self._driver = neo4j.GraphDatabase.driver(uri)
        self._writer = Neo4jWriter(self._driver, neo4j_database="neo4j")
        self._together = together
        self._runs = 0

    def write(self, parts: Sequence[DocumentGraph]) -> None:
        for start in range(0, len(parts), self._together):
            done = asyncio.run(self._writer.run(self._graph(parts[start : start + self._together])))
            if done.status != "SUCCESS":
                raise RuntimeError(f"neo4j-graphrag: {done.metadata}")

    def close(self) -> None:
        self._driver.close()

    def _graph(self, parts: Sequence[DocumentGraph]) -> Any:
        from neo4j_graphrag.components.types import Neo4jGraph, Neo4jNode, Neo4jRelationship

        self._runs += 1
        nodes: dict[str, Neo4jNode] = {}
        edges: list[Neo4jRelationship] = []

        def add(name: str, label: str, properties: dict[str, Any]) -> str:
            key = f"{self._runs} {name}"  # as its extractor does: ids are of one run
            nodes.setdefault(key, Neo4jNode(id=key, label=label, properties=properties))
            return key

        for part in parts:
            document = part.document
            source = add(f"document {document.id}", "Document", {"id": document.id, "sha256": document.sha256})
            of = {
                concept.id: add(
                    concept.id,
                    concept.type,
                    {
                        "id": concept.id,
                        "name": concept.name,
                        "xrefs": list(concept.xrefs),
                        "linked": concept.linked,
                    },
                )
                for concept in part.concepts
            }
            edges += [
                Neo4jRelationship(
                    start_node_id=source,
                    end_node_id=of[concept],
                    type="MENTIONS",
                    properties=mention_properties(n, mention),
                )
                for n, mention in enumerate(part.mentions)
                for concept in mention.concepts
            ]
            edges += [
                Neo4jRelationship(
                    start_node_id=of[relation.subject],
                    end_node_id=of[relation.object],
                    type=relation.predicate,
                    properties=relation_properties(part, relation),
                )
                for relation in part.relations
            ]
        return Neo4jGraph(nodes=list(nodes.values()), relationships=edges)


def mention_properties(ordinal: int, mention: Mention) -> dict[str, Any]:
    """What the edge of a mention carries."""
    return {
        "ordinal": ordinal,
        "start": mention.start,
        "end": mention.end,
        "text": mention.text,
        "type": mention.type,
        "assertion": mention.assertion.value,
        "extractor": mention.provenance.extractor,
    }


def relation_properties(part: DocumentGraph, relation: Relation) -> dict[str, Any]:
    """What the edge of a relation carries."""
    sentences = [part.document.text[slice(*evidence.sentence)] for evidence in relation.evidence]
    return {
        "document": part.document.id,
        "assertion": relation.assertion.value,
        "sentences": sentences,
        "extractor": relation.provenance.extractor,
    }
