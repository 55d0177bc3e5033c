"""KGX nodes and edges as TSV, with Biolink categories and predicates.

Only concepts, relations and the hierarchy: a document is an edge's publication if its id is a CURIE or looks like a
PubMed id, else it stands in a column of our own, `source_documents`. KGX has no quoting, so tabs and
line breaks become blanks, and a bar inside a list's item too. Biolink has a word for negated but none
for family and hypothetical, so statements of these two are left out: an edge would read as a fact.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

from kg_builder.records import Assertion, ReviewStatus
from kg_builder.stores.export_content import SUBCLASS_OF, Content, assertion, category, relation_uuid
from kg_builder.stores.graph import IS_A
from kg_builder.stores.views import ConceptView, RelationView

PARTS = ("_nodes.tsv", "_edges.tsv")
"""What the names of the two files end in."""

GOLD = "gold"
"""Extractor named by annotations that came with a corpus."""

SOURCE = "infores:clinical-kg-builder"
"""What edges name as their knowledge source and nodes as their provider."""

NODE_COLUMNS = ("id", "category", "name", "xref", "synonym", "provided_by", "linked", "ancestor_only")
EDGE_COLUMNS = (
    *("id", "subject", "predicate", "object", "category", "knowledge_level", "agent_type"),
    *(
        "primary_knowledge_source",
        "negated",
        "publications",
        "source_documents",
        "original_predicate",
        "has_confidence_score",
    ),
    *("supporting_text", "assertion", "review_status", "extractor", "model"),
)
SAYABLE = frozenset(Assertion) - {Assertion.FAMILY, Assertion.HYPOTHETICAL}
"""Assertions that an edge can carry."""

_ASSOCIATIONS = {
    ("biolink:ChemicalEntity", "biolink:DiseaseOrPhenotypicFeature"): (
        "biolink:ChemicalToDiseaseOrPhenotypicFeatureAssociation"
    ),
    ("biolink:ChemicalEntity", "biolink:ChemicalEntity"): "biolink:ChemicalToChemicalAssociation",
}
_PUBMED_ID = re.compile(r"[1-9][0-9]{0,7}")
_CURIE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]+:[^\s|/\\][^\s|]*")
"""With a prefix longer than a drive's letter, and not a URL."""
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def write_kgx(content: Content, files: Sequence[TextIO]) -> None:
    """Two files, in the order of `PARTS`."""
    nodes, edges = files
    for _ in content.documents():  # their schemas tell what predicates mean
        pass
    categories: dict[str, str] = {}
    _write(nodes, NODE_COLUMNS, _nodes(content, categories))
    _write(edges, EDGE_COLUMNS, _edges(content, categories))


def _nodes(content: Content, categories: dict[str, str]) -> Iterator[Mapping[str, Any]]:
    for view in content.concepts():
        categories[view.id] = category(view.type)
        yield _node(view)


def _node(view: ConceptView) -> Mapping[str, Any]:
    return {
        "id": view.id,
        "category": category(view.type),
        "name": view.name,
        "xref": view.xrefs,
        "synonym": view.synonyms_seen,
        "provided_by": SOURCE,
        "linked": _said(view.linked),
        "ancestor_only": _said(view.ancestor_only),
    }


def _edges(content: Content, categories: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    for view in content.relations():
        if assertion(view) in SAYABLE:
            yield _edge(view, content, categories)
    for child, parent in content.broader():
        yield _broader(child, parent)


def _broader(child: str, parent: str) -> Mapping[str, Any]:
    """An IS_A edge: its terminology says so, no document does."""
    stated = {
        "id": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, chr(10).join((child, IS_A, parent)))}",
        "subject": child,
        "predicate": SUBCLASS_OF,
        "object": parent,
        "category": "biolink:Association",
        "knowledge_level": "knowledge_assertion",
        "agent_type": "manual_agent",
        "primary_knowledge_source": SOURCE,
        "negated": "false",
        "original_predicate": IS_A,
    }
    return dict.fromkeys(EDGE_COLUMNS) | stated


def _edge(view: RelationView, content: Content, categories: Mapping[str, str]) -> Mapping[str, Any]:
    first = view.evidence[0]
    level, agent = _authority(view)
    ends = (categories.get(view.subject, ""), categories.get(view.object, ""))
    publications = {document: _publication(document) for document in view.documents}
    return {
        "id": f"urn:uuid:{relation_uuid(view)}",
        "subject": view.subject,
        "predicate": content.predicate(view),
        "object": view.object,
        "category": _ASSOCIATIONS.get(ends, "biolink:Association"),
        "knowledge_level": level,
        "agent_type": agent,
        "primary_knowledge_source": SOURCE,
        "negated": _said(assertion(view) is Assertion.NEGATED),
        "publications": tuple(found for found in publications.values() if found),
        "source_documents": tuple(document for document, found in publications.items() if not found),
        "original_predicate": view.predicate,
        "has_confidence_score": view.confidence,
        "supporting_text": tuple(dict.fromkeys(item.sentence_text for item in view.evidence)),
        "assertion": assertion(view).value,
        "review_status": first.review.value,
        "extractor": first.provenance.extractor,
        "model": first.provenance.model,
    }


def _publication(document_id: str) -> str | None:
    """The CURIE of a document, if it has one."""
    if _PUBMED_ID.fullmatch(document_id):
        return f"PMID:{document_id}"
    return document_id if _CURIE.fullmatch(document_id) else None


def _authority(view: RelationView) -> tuple[str, str]:
    """Biolink knowledge level and agent type: people's annotations, people's reviews, or a machine alone."""
    if all(item.provenance.extractor == GOLD for item in view.evidence):
        return "knowledge_assertion", "manual_agent"
    if view.evidence[0].review is ReviewStatus.ACCEPTED:
        return "not_provided", "manual_validation_of_automated_agent"
    return "not_provided", "text_mining_agent"


def _write(file: TextIO, columns: Sequence[str], rows: Iterator[Mapping[str, Any]]) -> None:
    file.write("\t".join(columns) + "\n")
    for row in rows:
        file.write("\t".join(_cell(row[name]) for name in columns) + "\n")


def _said(truth: bool) -> str:  # noqa: FBT001 - a word for a value
    return "true" if truth else "false"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "|".join(_BREAKS.sub(" ", item.replace("|", " ")) for item in value)
    return _BREAKS.sub(" ", str(value))
