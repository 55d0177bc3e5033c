from __future__ import annotations

from typing import Any

from kg_builder.graph_store import GraphStore
from kg_builder.stores.views import EVERYTHING


def everything(store: GraphStore) -> list[list[Any]]:
    """All that a store gives, in the order it gives it."""
    return [
        list(store.documents()),
        list(store.concepts()),
        list(store.mentions()),
        list(store.relations()),
        list(store.parts()),
        list(store.rejects()),
        [store.statistics(), store.statistics(EVERYTHING)],
    ]
