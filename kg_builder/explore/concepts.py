"""Concepts as the page draws and describes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kg_builder.explore.edges import Edge, relation_line
from kg_builder.explore.json_answers import Answer
from kg_builder.explore.sightings import sighting
from kg_builder.explore.vocabularies import link
from kg_builder.graph_store import GraphStore
from kg_builder.stores.views import UNREJECTED, ConceptOutline, ConceptView, MentionView

DOCUMENTS_SHOWN = 100
RELATIONS_SHOWN = 2000
NARROWER_SHOWN = 200


def node(outline: ConceptOutline) -> Answer:
    """A concept as the graph draws it."""
    return {**outline._asdict(), "link": link(outline.id) if outline.linked else None}


def nodes(outlines: Mapping[str, ConceptOutline], ids: Iterable[str]) -> list[Answer]:
    """Those of these that are there, each once, in the order given."""
    return [node(outlines[concept_id]) for concept_id in dict.fromkeys(ids) if concept_id in outlines]


def named(outlines: Mapping[str, ConceptOutline], ids: Iterable[str]) -> list[Answer]:
    """Ids with names."""
    return [{"id": concept_id, "name": outlines[concept_id].name} for concept_id in ids if concept_id in outlines]


def concept_answer(
    view: ConceptView,
    outlines: Mapping[str, ConceptOutline],
    *,
    narrower: Sequence[str],
    documents: Answer,
    edges: Sequence[Edge],
) -> Answer:
    """All that the page says of one concept. `outlines`: of itself, of what it is related to, and of what stands next
    to it in the hierarchy.
    """
    return {
        **node(outlines[view.id]),
        "xrefs": [{"id": one, "link": link(one)} for one in view.xrefs],
        "synonyms_seen": list(view.synonyms_seen),
        "broader": named(outlines, view.broader),
        "narrower": named(outlines, narrower),
        "documents": documents,
        "relations": [relation_line(edge, outlines) for edge in edges[:RELATIONS_SHOWN]],
    }


def read_documents_of(store: GraphStore, concept_id: str) -> Answer:
    """Where documents mention a concept: those that do so most often."""
    found = store.documents_of(concept_id, where=UNREJECTED)
    shown = [document for document, _ in found[:DOCUMENTS_SHOWN]]
    mentions: dict[str, list[MentionView]] = {document: [] for document in shown}
    if shown:
        for view in store.mentions(UNREJECTED.model_copy(update={"documents": frozenset(shown)})):
            if view.concept == concept_id and view.document in mentions:
                mentions[view.document].append(view)
    items = [sighting(name, views, store.document_text(name)) for name, views in mentions.items() if views]
    return {"total": len(found), "items": items}
