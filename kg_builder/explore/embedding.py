"""A graph's answers packed into one text that a page can hold.

The page gets base64 of gzip of one JSON object::

    overview    as the server answers it
    nodes       every node
    edges       every edge
    names       {concept id: [names it was seen under]}, for searching
    concepts    {concept id: answer}
    relations   [answer, ...]
    documents   every item of the list of documents
    document    {document id: answer}
    ledger      the answer with every item

Relations, sentences and mentions are of those documents alone whose text goes along: all that the page shows can be
opened.
"""

from __future__ import annotations

import gzip
from base64 import b64encode
from collections.abc import Iterable, Mapping
from itertools import chain, islice
from typing import NamedTuple

from kg_builder.explore.answers import START_RELATIONS, Answers, line_answer
from kg_builder.explore.document_view import document_answer, read_part
from kg_builder.explore.edges import edges_of, joined
from kg_builder.explore.excerpt import Excerpt
from kg_builder.explore.json_answers import Answer, as_json
from kg_builder.explore.ledger import ledger_answer
from kg_builder.explore.selection import Selection, documents_for
from kg_builder.graph_store import GraphStore
from kg_builder.records import DocumentGraph
from kg_builder.stores.views import UNREJECTED, ConceptView
from kg_builder.text.counted import counted

LARGEST = 4_000_000
"""Characters of the packed text; the page itself takes less than another million."""
TEXT_AT_FIRST = 1_500_000
"""Characters of documents that are tried first."""
TRIES = 4
ROOM_LEFT = 0.85
"""Of what would just fit, what is tried next: documents differ."""


class Embedded(NamedTuple):
    """What a file holds."""

    data: str
    """ASCII letters, digits, ``+``, ``/`` and ``=``."""
    concepts: int
    """That documents of the graph mention: broader ones that none does aren't counted, as in `Statistics.concepts`."""
    relations: int
    documents: int
    """Whose texts it holds."""
    part_of: str | None
    """In words which part of the graph it is; None: the whole graph."""


def embed(store: GraphStore, selection: Selection) -> Embedded:
    """Pack what was selected, with as many documents as go in, the most useful ones first."""
    edges = edges_of(store.statements(selection.ids, among=True, where=UNREJECTED))
    views = [view for one in selection.ids if (view := _view(store, one)) is not None]
    outlines = store.outlines(chain(selection.ids, *(view.broader for view in views)), where=UNREJECTED)
    concepts = sum(not view.ancestor_only for view in views)
    parts = _parts(store, documents_for(store, selection, edges), TEXT_AT_FIRST)

    def made_of(parts: Mapping[str, DocumentGraph]) -> Embedded:
        shown = [edge for edge in edges if any(one.document in parts for one in edge.statements)]
        relations = f"{len(shown):,} of {counted(len(edges), 'relation')}"
        part_of = _part_of(store, selection, concepts=concepts, relations=relations, documents=len(parts))
        excerpt = Excerpt(views, outlines, shown, dict(sorted(parts.items())))
        data = packed({**_answers(store, excerpt), "overview": _overview(store, excerpt, part_of)})
        return Embedded(data, concepts, len(shown), len(parts), part_of)

    made = made_of(parts)
    for _ in range(TRIES):
        if len(made.data) <= LARGEST:
            break
        parts = dict(islice(parts.items(), int(len(parts) * ROOM_LEFT * LARGEST / len(made.data))))
        made = made_of(parts)
    return made


def packed(data: Answer) -> str:
    """As the page holds it: equal for equal data."""
    return b64encode(gzip.compress(as_json(data), mtime=0)).decode("ascii")


def _view(store: GraphStore, concept_id: str) -> ConceptView | None:
    """Without what people rejected, but there even if nothing else is left of it."""
    return store.concept(concept_id, where=UNREJECTED) or store.concept(concept_id)


def _parts(store: GraphStore, documents: Iterable[str], most: int) -> dict[str, DocumentGraph]:
    """Parts in the order given, until their texts are that long together."""
    parts: dict[str, DocumentGraph] = {}
    for document_id in documents:
        part = read_part(store, document_id)
        most -= len(part.document.text)
        if most < 0 and parts:
            break
        parts[document_id] = part
    return parts


def _answers(store: GraphStore, excerpt: Excerpt) -> Answer:
    rejects = ((name, item) for name, part in excerpt.parts.items() for item in part.rejects)
    return {
        **excerpt.drawn([view.id for view in excerpt.views], excerpt.edges),
        "names": {view.id: view.synonyms_seen for view in excerpt.views},
        "concepts": {view.id: excerpt.concept(view) for view in excerpt.views},
        "relations": [excerpt.relation(edge) for edge in excerpt.edges],
        "documents": [line_answer(excerpt.line(name)) for name in excerpt.parts],
        "document": {name: document_answer(part) for name, part in excerpt.parts.items()},
        "ledger": ledger_answer(rejects, store),
    }


def _overview(store: GraphStore, excerpt: Excerpt, part_of: str | None) -> Answer:
    """As the server's, but what there is to begin with must be in the file."""
    best = [edge for edge in excerpt.edges if edge.support] or excerpt.edges
    ids = joined(best[:START_RELATIONS])
    among = [edge for edge in excerpt.edges if {edge.ends[0], edge.ends[2]} <= set(ids)]
    mode = {"mode": "whole" if part_of is None else "part", "part_of": part_of}
    return {**Answers(store).overview(), **mode, "start": excerpt.drawn(ids, among), "documents": len(excerpt.parts)}


def _part_of(store: GraphStore, selection: Selection, *, concepts: int, relations: str, documents: int) -> str | None:
    """In words what there is of what; None: it is the whole graph."""
    every = store.document_lines(limit=0)[0]
    if selection.what is None and documents == every:
        return None
    total = counted(selection.total, "concept")
    what = f"All {total}" if selection.what is None else f"{selection.what}: {concepts:,} of {total}"
    return f"{what}, {relations} among them, and the text of {documents:,} of {counted(every, 'document')}."
