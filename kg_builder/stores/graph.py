"""The graph in memory: what a node and an edge carry, and how a document's part goes in and out.

Concept nodes are keyed by their id, documents by `document_node`. A node has `kind` ("concept" or
"document"), an edge `predicate`, "MENTIONS" for those that start at a document and "IS_A" for those from a
concept to the next broader one in a graph that was rolled up. Concepts that are there for the hierarchy
alone have `ancestor_only`. Attributes are plain values, lists are tuples of strings, and what isn't set
isn't there: a statement without `review` is unreviewed. Sentences stay in the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from sys import intern
from typing import TYPE_CHECKING, Any

from kg_builder.records import DocumentGraph, Mention, Metadata, Relation, ReviewStatus
from kg_builder.stores.rows import Description, evidence_json, merged_relations

if TYPE_CHECKING:
    import networkx

    Graph = networkx.MultiDiGraph[str]

MENTIONS = "MENTIONS"
IS_A = "IS_A"


def document_node(document_id: str) -> str:
    """Key of a document's node. It has a blank and a concept's id never does, so the two can't collide."""
    return f"document {document_id}"


def document_attributes(*, document_id: str, sha256: str, language: str, metadata: Metadata) -> dict[str, Any]:
    """What a document's node carries: metadata lie flat, the kind of document as `document_kind`."""
    fields = {
        "kind": "document",
        "id": document_id,
        "sha256": sha256,
        "language": language,
        "patient": metadata.patient,
        "encounter": metadata.encounter,
        "date": None if metadata.date is None else metadata.date.isoformat(),
        "document_kind": metadata.kind,
        "source": metadata.source,
        "tags": metadata.tags or None,
    }
    extra = {f"extra.{name}": metadata.extra[name] for name in sorted(metadata.extra)}
    return {name: value for name, value in fields.items() if value is not None} | extra


def set_concept(graph: Graph, concept_id: str, description: Description, forms: Iterable[str]) -> None:
    """Add a concept's node, or give it these attributes."""
    graph.nodes.get(concept_id, {}).pop("ancestor_only", None)
    graph.add_node(
        _shared(concept_id),
        kind="concept",
        id=concept_id,
        name=description.name,
        type=_shared(description.type),
        linked=description.linked,
        synonyms_seen=tuple(sorted(forms)),
        xrefs=description.xrefs,
    )


def set_ancestor(graph: Graph, concept_id: str, description: Description) -> None:
    """Add the node of a concept that is there for the hierarchy alone, or make it one."""
    set_concept(graph, concept_id, description, ())
    graph.nodes[concept_id]["ancestor_only"] = True


def add_broader(graph: Graph, child: str, parent: str) -> None:
    """Add the edge from a concept to the next broader one."""
    graph.add_edge(child, parent, IS_A, predicate=IS_A)


def remove_hierarchy(graph: Graph) -> None:
    """Take out all IS_A edges and the nodes that are there for them alone."""
    graph.remove_edges_from([edge for edge in graph.edges(keys=True) if edge[2] == IS_A])
    graph.remove_nodes_from([node for node, carried in graph.nodes(data=True) if carried.get("ancestor_only")])


def add_mention(graph: Graph, document: str, mention: Mention) -> None:
    """Add an edge for each concept of the mention. `document` is the key of the document's node."""
    key = f"{mention.start}-{mention.end} {mention.type}"
    if mention.fragments:
        key += " " + ",".join(f"{start}-{end}" for start, end in mention.fragments)
    for concept in dict.fromkeys(mention.concepts):
        _add_edge(graph, document, concept, key, mention_attributes(mention))


def mention_attributes(mention: Mention) -> dict[str, Any]:
    """What a MENTIONS edge carries."""
    attributes: dict[str, Any] = {
        "predicate": MENTIONS,
        "start": mention.start,
        "end": mention.end,
        "text": _shared(mention.text),
        "type": _shared(mention.type),
        "assertion": mention.assertion.value,
    }
    if mention.clean_text is not None:
        attributes["clean_text"] = _shared(mention.clean_text)
    if mention.section is not None:
        attributes["section"] = _shared(mention.section)
    return _with_source(attributes, mention)


def add_relation(graph: Graph, document_id: str, relation: Relation) -> None:
    """Add the edge of a relation as one document states it."""
    attributes: dict[str, Any] = {
        "predicate": _shared(relation.predicate),
        "document": _shared(document_id),
        "assertion": relation.assertion.value,
        "evidence": evidence_json(relation.evidence),
    }
    key = f"{relation.predicate.replace('|', '||')}|{relation.assertion}|{document_id}"
    complete = _with_source(attributes, relation)
    _add_edge(graph, relation.subject, relation.object, key, complete)


def add_part(graph: Graph, part: DocumentGraph) -> None:
    """Add a document's node and edges; its concepts are there already."""
    document = part.document
    node = _shared(document_node(document.id))
    graph.add_node(
        node,
        **document_attributes(
            document_id=document.id,
            sha256=document.sha256,
            language=part.selection.language,
            metadata=document.metadata,
        ),
    )
    for mention in part.mentions:
        add_mention(graph, node, mention)
    for relation in merged_relations(part.relations):
        add_relation(graph, document.id, relation)


def remove_document(graph: Graph, document_id: str, concept_ids: Iterable[str]) -> None:
    """Remove a document's node and all edges it supported. `concept_ids`: the concepts of its part."""
    node = document_node(document_id)
    if node in graph:
        graph.remove_node(node)
    concepts = {concept for concept in concept_ids if concept in graph}
    stated = [
        (subject, object_, key)
        for subject in concepts
        for object_ in concepts.intersection(graph.succ[subject])
        for key, edge in graph.succ[subject][object_].items()
        if edge.get("document") == document_id
    ]
    for subject, object_, key in stated:
        graph.remove_edge(subject, object_, key)


def forms_seen(graph: Graph, concept_id: str) -> set[str]:
    """How a concept reads in the documents that mention it."""
    return {
        edge.get("clean_text", edge["text"])
        for edges in graph.pred[concept_id].values()
        for edge in edges.values()
        if edge["predicate"] == MENTIONS and "document" not in edge
    }


def _with_source(attributes: dict[str, Any], stated: Mention | Relation) -> dict[str, Any]:
    if stated.confidence is not None:
        attributes["confidence"] = stated.confidence
    attributes["extractor"] = _shared(stated.provenance.extractor)
    if stated.provenance.model is not None:
        attributes["model"] = _shared(stated.provenance.model)
    if stated.review is not ReviewStatus.UNREVIEWED:
        attributes["review"] = stated.review.value
    return attributes


def _add_edge(graph: Graph, start: str, end: str, key: str, attributes: dict[str, Any]) -> None:
    while graph.has_edge(start, end, key):  # a part may list a mention twice
        key += "'"
    graph.add_edge(_shared(start), _shared(end), key, **attributes)


def _shared(text: str) -> str:
    """The one copy in memory of a string that many edges carry."""
    return intern(str(text))
