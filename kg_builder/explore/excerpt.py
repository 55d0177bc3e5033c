"""The part of a graph that a file holds, in memory, and the page's answers from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from kg_builder.explore.concepts import NARROWER_SHOWN, concept_answer, nodes
from kg_builder.explore.edges import Edge, edge_answer
from kg_builder.explore.json_answers import Answer
from kg_builder.explore.relations import relation_answer
from kg_builder.explore.sightings import sighting
from kg_builder.records import DocumentGraph, Mention, ReviewStatus
from kg_builder.stores.rows import merged_relations
from kg_builder.stores.stated_relations import Stated, merged_views, stated
from kg_builder.stores.strengths import Ends
from kg_builder.stores.views import ConceptOutline, ConceptView, DocumentLine

SIGHTINGS = 25
"""Documents that mention a concept, of which a file shows the sentence."""


class Excerpt:
    """Concepts, the relations among them, and some documents."""

    def __init__(
        self,
        views: Sequence[ConceptView],
        outlines: Mapping[str, ConceptOutline],
        edges: Sequence[Edge],
        parts: Mapping[str, DocumentGraph],
    ) -> None:
        """`edges`: best supported first. `parts`: as people's decisions leave them, by id, in order."""
        self.views = views
        self.outlines = outlines
        self.edges = edges
        self.parts = parts
        self._edges_of = _by_end(edges)
        self._stated = _by_ends(parts)
        self._mentions = _by_concept(parts)
        self._narrower = _narrower(views)

    def drawn(self, ids: Sequence[str], edges: Sequence[Edge]) -> Answer:
        """Nodes and edges."""
        return {"nodes": nodes(self.outlines, ids), "edges": [edge_answer(edge) for edge in edges]}

    def concept(self, view: ConceptView) -> Answer:
        """All about a concept."""
        found = self._mentions.get(view.id, {})
        shown = sorted(found, key=lambda document: (-len(found[document]), document))[:SIGHTINGS]
        items = [sighting(name, found[name], self.parts[name].document.text) for name in shown]
        return concept_answer(
            view,
            self.outlines,
            narrower=self._narrower.get(view.id, [])[:NARROWER_SHOWN],
            documents={"total": self.outlines[view.id].documents, "items": items},
            edges=self._edges_of.get(view.id, []),
        )

    def relation(self, edge: Edge) -> Answer:
        """All about a relation; no sentences if no document here states it."""
        subject, predicate, object_ = edge.ends
        names = {end: self.outlines[end].name for end in (subject, object_)}
        views = merged_views(self._stated.get(edge.ends, []), names)
        evidence = views[0].evidence if views else ()
        ends = (self.outlines[subject], predicate, self.outlines[object_])
        return relation_answer(ends, evidence, self._edges_of[subject])

    def line(self, document_id: str) -> DocumentLine:
        """A document as the list shows it."""
        part = self.parts[document_id]
        counts = (len(part.mentions), len(merged_relations(part.relations)), len(part.rejects))
        return DocumentLine(document_id, part.selection.language, part.document.metadata, *counts)


def _by_end(edges: Sequence[Edge]) -> Mapping[str, list[Edge]]:
    found: defaultdict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        for end in {edge.ends[0], edge.ends[2]}:
            found[end].append(edge)
    return found


def _by_ends(parts: Mapping[str, DocumentGraph]) -> Mapping[Ends, list[Stated]]:
    """What documents state, less what people rejected."""
    found: defaultdict[Ends, list[Stated]] = defaultdict(list)
    for document_id, part in parts.items():
        text = part.document.text
        for relation in merged_relations(part.relations):
            if relation.review is not ReviewStatus.REJECTED:
                item = stated(document_id, relation, lambda _, span, text=text: text[slice(*span)])  # type: ignore[misc]
                found[item.ends].append(item)
    return found


def _by_concept(parts: Mapping[str, DocumentGraph]) -> Mapping[str, Mapping[str, list[Mention]]]:
    """Mentions by concept and document, in order, less those that people rejected."""
    found: defaultdict[str, defaultdict[str, list[Mention]]] = defaultdict(lambda: defaultdict(list))
    for document_id, part in parts.items():
        for mention in sorted(part.mentions, key=lambda one: (one.start, one.end, one.type)):
            if mention.review is not ReviewStatus.REJECTED:
                for concept_id in dict.fromkeys(mention.concepts):
                    found[concept_id][document_id].append(mention)
    return found


def _narrower(views: Sequence[ConceptView]) -> Mapping[str, list[str]]:
    """Of those that are here, what stands below each."""
    below: defaultdict[str, set[str]] = defaultdict(set)
    broader = {view.id: view.broader for view in views}
    for concept_id, parents in broader.items():
        waiting, above = list(parents), set[str]()
        while waiting:
            one = waiting.pop()
            if one not in above and one in broader:
                above.add(one)
                below[one].add(concept_id)
                waiting += broader[one]
    return {concept_id: sorted(found) for concept_id, found in below.items()}
