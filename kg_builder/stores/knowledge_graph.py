"""The class of graphs in memory: networkx's own, with a display in notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx

if TYPE_CHECKING:
    _Graph = networkx.MultiDiGraph[str]
else:
    _Graph = networkx.MultiDiGraph


class KnowledgeGraph(_Graph):
    """A `networkx.MultiDiGraph` (see `kg_builder.stores.graph`) that notebooks show as drawing and table."""

    def _repr_html_(self) -> str:
        from kg_builder.html.graphs import graph_html

        return graph_html(self)
