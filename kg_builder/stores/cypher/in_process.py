"""Cypher for stores that have none: an engine over the graph as it is now, kept until that changes."""

from __future__ import annotations

from collections.abc import Hashable
from threading import Lock
from typing import TYPE_CHECKING

from kg_builder.errors import StoreError
from kg_builder.stores.cypher.answers import MOST_ROWS, CypherAnswer
from kg_builder.stores.cypher.checking import checked
from kg_builder.stores.cypher.engine import CypherEngine
from kg_builder.stores.views import Filter

if TYPE_CHECKING:
    from kg_builder.stores.cypher.natural_graph import Views


class InProcessCypher:
    """Answers queries about a store. The last graph that was asked about is kept at hand."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._kept: tuple[Hashable, CypherEngine] | None = None

    def ask(
        self, store: Views, version: Hashable, query: str, *, limit: int, seconds: float, where: Filter
    ) -> CypherAnswer:
        """The answer to a query that only reads. `version`: another value whenever the store has changed.

        Raises InputError for another kind of query, or one that can't be answered.
        """
        statement = checked(query)
        most = min(limit, MOST_ROWS)
        try:
            return self._engine(store, version, where).ask(statement, limit=most, seconds=seconds)
        except StoreError:  # another thread's query has ended the process
            return self._engine(store, version, where).ask(statement, limit=most, seconds=seconds)

    def close(self) -> None:
        """End the process."""
        with self._guard:
            kept, self._kept = self._kept, None
        if kept is not None:
            kept[1].close()

    def _engine(self, store: Views, version: Hashable, where: Filter) -> CypherEngine:
        from kg_builder.stores.cypher.natural_graph import batches

        with self._guard:
            if self._kept is not None and self._kept[0] == (version, where) and self._kept[1].is_alive:
                return self._kept[1]
            self._kept = None  # ended when the last thread that asks it lets go of it
            engine = CypherEngine(batches(store, where))
            self._kept = ((version, where), engine)
            return engine
