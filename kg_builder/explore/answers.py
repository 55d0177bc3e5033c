"""What the page asks of a graph, answered as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from kg_builder.errors import UnknownDocumentError
from kg_builder.explore.concepts import NARROWER_SHOWN, concept_answer, node, nodes, read_documents_of
from kg_builder.explore.document_view import document_answer, read_part
from kg_builder.explore.edges import edge_answer, edges_of, joined
from kg_builder.explore.json_answers import Answer
from kg_builder.explore.ledger import ledger_answer
from kg_builder.explore.relations import relation_answer
from kg_builder.graph_store import GraphStore
from kg_builder.stores.views import EVERYTHING, UNREJECTED, DocumentLine, names_document

START_RELATIONS = 40
CONCEPTS_FOUND = 12
CONCEPTS_WEIGHED = 60
DOCUMENTS_FOUND = 8
MOST_EDGES = 2000
DOCUMENTS_A_PAGE = 50
REJECTS_A_PAGE = 100


class Answers:
    """The page's questions. What people rejected counts nowhere but in the view of a document.

    None: the graph has nothing of that id.
    """

    def __init__(self, store: GraphStore) -> None:
        self._store = store

    def overview(self) -> Answer:
        """Counts, and the best supported relations to begin with."""
        counts = self._store.statistics(EVERYTHING)
        best = self._store.best_supported(limit=START_RELATIONS) or self._store.best_supported(
            limit=START_RELATIONS, where=UNREJECTED
        )
        ids = list(dict.fromkeys(end for subject, _, object_ in best for end in (subject, object_)))
        edges = edges_of(self._store.statements(ids, among=True, where=UNREJECTED))
        outlines = self._store.outlines(ids, where=UNREJECTED)
        return {
            "name": graph_name(self._store.location),
            "mode": "whole",
            "part_of": None,
            "statistics": counts.model_dump(mode="json"),
            "start": {"nodes": nodes(outlines, ids), "edges": [edge_answer(edge) for edge in edges]},
            "documents": counts.documents,
        }

    def search(self, q: str) -> Answer:
        """Concepts with a name like the text, and documents with the text in their id or metadata.

        What has just that name comes first, then what documents mention, then what is only broader than that.
        """
        hits = self._store.search(q, limit=CONCEPTS_WEIGHED, where=UNREJECTED)
        outlines = self._store.outlines([hit.concept.id for hit in hits], where=UNREJECTED)
        concepts = [
            {**node(outlines[hit.concept.id]), "matched": hit.matched, "score": hit.score}
            for hit in hits
            if hit.concept.id in outlines
        ]
        concepts.sort(key=lambda one: one["ancestor_only"] and one["score"] < 1)
        lines = self._store.document_lines(q, limit=DOCUMENTS_FOUND)[1] if q.strip() else ()
        documents = [{"id": line.id, "matched": matched_metadata(line, q)} for line in lines]
        return {"concepts": concepts[:CONCEPTS_FOUND], "documents": documents}

    def neighbours(self, id: str) -> Answer | None:
        """What a concept is related to, best supported first."""
        edges = edges_of(self._store.statements([id], where=UNREJECTED))
        ids = [id, *joined(edges[:MOST_EDGES])]
        outlines = self._store.outlines(ids, where=UNREJECTED)
        if id not in outlines:
            return None
        shown = [edge_answer(edge) for edge in edges[:MOST_EDGES]]
        return {"nodes": nodes(outlines, ids), "edges": shown, "total": len(edges)}

    def edges(self, id: Sequence[str]) -> Answer:
        """The relations among these concepts, best supported first."""
        edges = edges_of(self._store.statements(id, among=True, where=UNREJECTED))
        return {"edges": [edge_answer(edge) for edge in edges[:MOST_EDGES]], "total": len(edges)}

    def concept(self, id: str) -> Answer | None:
        """All about one concept."""
        view = self._store.concept(id, where=UNREJECTED) or self._store.concept(id)
        if view is None:
            return None
        edges = edges_of(self._store.statements([id], where=UNREJECTED))
        narrower = self._store.descendants(id)[:NARROWER_SHOWN]
        outlines = self._store.outlines([id, *view.broader, *narrower, *joined(edges)], where=UNREJECTED)
        documents = read_documents_of(self._store, id)
        return concept_answer(view, outlines, narrower=narrower, documents=documents, edges=edges)

    def relation(self, s: str, p: str, o: str) -> Answer | None:
        """All about one relation, with its sentences."""
        view = self._store.relation(s, p, o, where=UNREJECTED)
        if view is None:
            return None
        between = edges_of(self._store.statements([s, o], among=True, where=UNREJECTED))
        outlines = self._store.outlines([s, o], where=UNREJECTED)
        return relation_answer((outlines[s], view.predicate, outlines[o]), view.evidence, between)

    def documents(self, q: str = "", offset: int = 0) -> Answer:
        """Documents with the text in their id or metadata, a page of them."""
        total, lines = self._store.document_lines(q, offset=offset, limit=DOCUMENTS_A_PAGE)
        return {"total": total, "items": [line_answer(line) for line in lines]}

    def document(self, id: str) -> Answer | None:
        """A document with all that was read in it."""
        try:
            return document_answer(read_part(self._store, id))
        except UnknownDocumentError:
            return None

    def ledger(self, code: str | None = None, offset: int = 0) -> Answer:
        """What was rejected, a page of it; what failed; the runs."""
        return ledger_answer(self._store.rejects(), self._store, code=code, offset=offset, limit=REJECTS_A_PAGE)


def line_answer(line: DocumentLine) -> Answer:
    """A document as the list shows it."""
    metadata = line.metadata.model_dump(mode="json", include={"kind", "date", "source"})
    counts = {"mentions": line.mentions, "relations": line.relations, "rejects": line.rejects}
    return {"id": line.id, "language": line.language, **metadata, **counts}


def matched_metadata(line: DocumentLine, text: str) -> Answer | None:
    """The first thing said of a document that has the text in it; None: its id has it."""
    if names_document(text, [line.id]):
        return None
    said = line.metadata.model_dump(mode="json")
    pairs = [*(("tag", tag) for tag in said.pop("tags")), *said.pop("extra").items()]
    found = ((name, value) for name, value in (*said.items(), *pairs) if names_document(text, [value]))
    return next(({"name": name, "value": value} for name, value in found), None)


def graph_name(location: str) -> str:
    """Name of the file, or of the machine that a database is on: paths may say more than they should."""
    if "://" in location:
        return urlsplit(location).hostname or "database"
    return location.replace("\\", "/").rstrip("/").rpartition("/")[2]
