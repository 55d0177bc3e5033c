"""What a store holds in memory beside its file: the graph and indices of names, kept in step with the tables."""

from __future__ import annotations

from collections.abc import Iterable
from sqlite3 import Connection
from typing import TYPE_CHECKING

from kg_builder.stores import browsing, hierarchy, reading
from kg_builder.stores.choice import Choice
from kg_builder.stores.graph_loading import Change, follow, load_graph, load_hierarchy
from kg_builder.stores.paths import Surroundings
from kg_builder.stores.search import NameIndex
from kg_builder.stores.session import Session
from kg_builder.stores.strengths import Ends
from kg_builder.stores.views import ConceptOutline, ConceptView, Filter, Statistics

if TYPE_CHECKING:
    from kg_builder.stores.graph import Graph

INDICES_KEPT = 4
"""Of names and of what is joined, one for each filter that was asked under: making one takes longer than asking it."""
VIEWS_KEPT = 5000
"""Of concepts: counting the mentions of a common one takes longer than all the rest of a question."""


class InMemory:
    """Made on first use, thrown away when another process has written. Its user has the session's turn."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._graph: Graph | None = None
        self._names: dict[Choice, NameIndex] = {}
        self._views: dict[tuple[Choice, str], ConceptView | None] = {}
        self._outlines: dict[Choice, dict[str, ConceptOutline]] = {}
        self._best: dict[tuple[Choice, int], list[Ends]] = {}
        self._statistics: dict[tuple[Choice, int], Statistics] = {}
        self._joined: dict[tuple[object, ...], Surroundings] = {}
        self._version = session.version()

    def graph(self, connection: Connection) -> Graph:
        """The whole graph."""
        self._drop_if_stale()
        if self._graph is None:
            self._graph = load_graph(connection)
        return self._graph

    def names(self, connection: Connection, choice: Choice) -> NameIndex:
        """All names of what the choice takes in."""
        self._drop_if_stale()
        if choice not in self._names:
            if len(self._names) >= INDICES_KEPT:
                self._names.clear()
            self._names[choice] = NameIndex(reading.names(connection, choice))
        return self._names[choice]

    def concept(self, connection: Connection, concept_id: str, choice: Choice) -> ConceptView | None:
        """One concept that the choice takes in, or that stands above one that it takes in."""
        self._drop_if_stale()
        if (choice, concept_id) not in self._views:
            if len(self._views) >= VIEWS_KEPT:
                self._views.clear()
            self._views[choice, concept_id] = reading.concept_view(connection, concept_id, choice)
        return self._views[choice, concept_id]

    def outlines(self, connection: Connection, concept_ids: Iterable[str], choice: Choice) -> dict[str, ConceptOutline]:
        """Those of these concepts that are there. All are counted at once: counting a few takes half as long."""
        self._drop_if_stale()
        if choice not in self._outlines:
            if len(self._outlines) >= INDICES_KEPT:
                self._outlines.clear()
            self._outlines[choice] = browsing.outlines(connection, choice)
        found = {}
        for concept_id in concept_ids:
            outline = self._outlines[choice].get(concept_id)
            if outline is None and (view := hierarchy.ancestor_view(connection, concept_id)) is not None:
                outline = ConceptOutline(view.id, view.name, view.type, view.linked, ancestor_only=True)
            if outline is not None:
                found[concept_id] = outline
        return found

    def best_supported(self, connection: Connection, limit: int, choice: Choice) -> list[Ends]:
        """Relations that most documents state."""
        self._drop_if_stale()
        if (choice, limit) not in self._best:
            if len(self._best) >= INDICES_KEPT:
                self._best.clear()
            self._best[choice, limit] = browsing.best_supported(connection, limit, choice)
        return self._best[choice, limit]

    def statistics(self, connection: Connection, choice: Choice) -> Statistics:
        """Counts over what the choice takes in. They are of the ledger too, whose changes nobody follows."""
        self._drop_if_stale()
        asked = (choice, connection.total_changes)
        if asked not in self._statistics:
            if len(self._statistics) >= INDICES_KEPT:
                self._statistics.clear()
            self._statistics[asked] = reading.statistics(connection, choice)
        return self._statistics[asked]

    def surroundings(self, connection: Connection, where: Filter) -> Surroundings:
        """Which relations of all documents pass a filter that has conditions on statements alone."""
        graph = self.graph(connection)
        conditions = (where.assertions, where.min_confidence, where.reviews)
        if conditions not in self._joined:
            if len(self._joined) >= INDICES_KEPT:
                self._joined.clear()
            self._joined[conditions] = Surroundings(graph, where, None)
        return self._joined[conditions]

    def follow(self, change: Change) -> None:
        """Do to the graph what was just done to a document in the tables."""
        if (graph := self._taken()) is not None:
            with self._session.reading() as connection:
                follow(graph, connection, change)
            self._graph = graph

    def follow_hierarchy(self) -> None:
        """Give the graph the hierarchy that was just written."""
        if (graph := self._taken()) is not None:
            with self._session.reading() as connection:
                load_hierarchy(graph, connection)
            self._graph = graph

    def clear(self) -> None:
        """Let go of all of it."""
        self._graph = None
        self._forget_answers()

    def _taken(self) -> Graph | None:
        """The graph, to be changed and put back: half changed is worse than loaded again."""
        self._forget_answers()
        if self._graph is not None:
            self._drop_if_stale()
        graph, self._graph = self._graph, None
        return graph

    def _forget_answers(self) -> None:
        self._names, self._views, self._joined = {}, {}, {}
        self._outlines, self._best, self._statistics = {}, {}, {}

    def _drop_if_stale(self) -> None:
        """Let go if another process has written."""
        version = self._session.version()
        if version != self._version:
            self._version = version
            self.clear()
