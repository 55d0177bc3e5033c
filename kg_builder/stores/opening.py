"""Any store from its path or URI."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike, fspath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg_builder.schema import Schema
    from kg_builder.stores.neo4j.connection import Neo4jConnection
    from kg_builder.stores.neo4j.store import Neo4jStore
    from kg_builder.stores.networkx_store import NetworkxStore

NEO4J_SCHEMES = ("neo4j://", "neo4j+s://", "neo4j+ssc://", "bolt://", "bolt+s://", "bolt+ssc://")


def open_store(
    path_or_uri: str | PathLike[str],
    *,
    read_only: bool = False,
    neo4j: Neo4jConnection | None = None,
    schemas: Iterable[Schema] = (),
) -> NetworkxStore | Neo4jStore:
    """Open the store at a file path (made if it isn't there), in memory for ``:memory:``, or in a Neo4j database.

    `neo4j`: user, password and the like for a Neo4j URI; None: as the ``NEO4J_*`` environment variables say.
    `schemas`: besides the built-in ones, those whose types and predicates a Neo4j database has as labels and types.
    Raises StoreError when it can't be opened, StoreVersionError when what is there isn't a store of this version.
    """
    place = fspath(path_or_uri)
    if place.lower().startswith(NEO4J_SCHEMES):
        from kg_builder.stores.neo4j.store import Neo4jStore

        return Neo4jStore(place, connection=neo4j, read_only=read_only, schemas=schemas)
    from kg_builder.stores.networkx_store import NetworkxStore

    return NetworkxStore(place, read_only=read_only)
