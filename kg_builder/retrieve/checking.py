"""Whether what an answer cites is in the graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from kg_builder.graph_store import GraphStore
from kg_builder.retrieve.citations import cited_span
from kg_builder.retrieve.facts import every_assertion
from kg_builder.stores.views import Filter


def unknown_citations(store: GraphStore, keys: Iterable[str], where: Filter | None = None) -> tuple[str, ...]:
    """Those keys that belong to no evidence sentence that `where` lets through, in order."""
    condition = every_assertion(where or Filter())
    asked = list(dict.fromkeys(keys))
    by_document: defaultdict[str, list[str]] = defaultdict(list)
    for key in asked:
        by_document[cited_span(key)[0]].append(key)
    known = {key for document, found in by_document.items() for key in _known(store, document, found, condition)}
    return tuple(key for key in asked if key not in known)


def _known(store: GraphStore, document: str, keys: Iterable[str], where: Filter) -> set[str]:
    if where.documents is not None and document not in where.documents:
        return set()
    of_document = where.model_copy(update={"documents": frozenset({document})})
    sentences = {item.sentence for view in store.relations(of_document) for item in view.evidence}
    return {key for key in keys if cited_span(key)[1:] in sentences}
