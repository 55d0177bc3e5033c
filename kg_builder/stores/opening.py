"""Any store from its path or URI."""

from __future__ import annotations

from os import PathLike, fspath
from typing import TYPE_CHECKING

from kg_builder.errors import StoreError

if TYPE_CHECKING:
    from kg_builder.stores.networkx_store import NetworkxStore

NEO4J_SCHEMES = ("neo4j://", "neo4j+s://", "neo4j+ssc://", "bolt://", "bolt+s://", "bolt+ssc://")


def open_store(path_or_uri: str | PathLike[str], *, read_only: bool = False) -> NetworkxStore:
    """Open the store at a file path (made if it isn't there), or in memory for ``:memory:``.

    Raises StoreError when it can't be opened, StoreVersionError when the file isn't a store of this version.
    """
    place = fspath(path_or_uri)
    if place.lower().startswith(NEO4J_SCHEMES):
        raise StoreError(
            "The Neo4j store isn't part of this version yet.",
            hint="Give the path of a file instead, for example graph.kg; export it with --format neo4j-csv.",
        )
    from kg_builder.stores.networkx_store import NetworkxStore

    return NetworkxStore(place, read_only=read_only)
