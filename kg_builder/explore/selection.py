"""Which part of a graph goes into a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from kg_builder.explore.edges import Edge, edges_of, joined
from kg_builder.graph_store import GraphStore
from kg_builder.stores.views import EVERYTHING, UNREJECTED, StatementView

FIRST_RELATIONS = 500
"""That are looked at to begin with."""


class Selection(NamedTuple):
    """Concepts for a file."""

    ids: Sequence[str]
    """In order."""
    total: int
    """How many concepts the documents of the graph mention."""
    what: str | None
    """In words what was chosen; None: the whole graph."""


def select(store: GraphStore, *, most: int, around: Sequence[str] = ()) -> Selection:
    """The whole graph if it has no more concepts than `most`, broader ones that no document mentions among them; else
    the concepts of its best supported relations.

    `around`: ids; these concepts and what they are related to, whatever the size of the graph.
    """
    counts = store.statistics(EVERYTHING)
    if not around and counts.concepts + counts.ancestors <= most:
        views = chain(store.concepts(EVERYTHING), store.ancestors(EVERYTHING))
        return Selection(sorted({view.id for view in views}), counts.concepts, None)
    ids = islice(_related(store, around) if around else _best_supported(store, most), most)
    return Selection(sorted(ids), counts.concepts, _what(store, around))


def documents_for(store: GraphStore, selection: Selection, edges: Sequence[Edge]) -> Iterator[str]:
    """Ids of documents, the most useful ones first: of each relation the one that states it most surely, best
    supported relations first; of what has no relation one that mentions it; then the others, of a whole graph all.
    """
    seen: set[str] = set()
    for document in _useful(store, selection, edges):
        if document not in seen:
            seen.add(document)
            yield document


def _useful(store: GraphStore, selection: Selection, edges: Sequence[Edge]) -> Iterator[str]:
    surest = [sorted(edge.statements, key=_surest_first) for edge in edges]
    yield from (statements[0].document for statements in surest)
    for concept_id in sorted({*selection.ids}.difference(joined(edges))):
        yield from (document for document, _ in store.documents_of(concept_id, where=UNREJECTED)[:1])
    for place in range(1, max(map(len, surest), default=0)):
        yield from (statements[place].document for statements in surest if len(statements) > place)
    if selection.what is None:
        yield from (view.id for view in store.documents())


def _related(store: GraphStore, around: Sequence[str]) -> Iterable[str]:
    """These, and what they are related to, best supported first."""
    return dict.fromkeys((*around, *joined(edges_of(store.statements(around, where=UNREJECTED)))))


def _best_supported(store: GraphStore, most: int) -> Iterable[str]:
    """Ends of relations, best supported first: of more and more of these, until there are enough ends."""
    limit = FIRST_RELATIONS
    while True:
        relations = store.best_supported(limit=limit, where=UNREJECTED)
        ids = dict.fromkeys(end for subject, _, object_ in relations for end in (subject, object_))
        if len(ids) >= most or len(relations) < limit:
            return ids
        limit *= 4


def _what(store: GraphStore, around: Sequence[str]) -> str:
    if not around:
        return "The concepts of the best supported relations"
    names = store.outlines(around, where=UNREJECTED)
    return f"What is related to {', '.join(names[one].name if one in names else one for one in around)}"


def _surest_first(one: StatementView) -> tuple[float, str]:
    return -(one.confidence or 0.0), one.document
