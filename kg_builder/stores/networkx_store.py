"""The graph in one durable SQLite file, and in memory as a `networkx.MultiDiGraph`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from os import PathLike
from sqlite3 import Connection
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from kg_builder.errors import StoreError, UnknownDocumentError
from kg_builder.protocols import Failure, WriteResult
from kg_builder.records import DocumentGraph, Reject
from kg_builder.stores import ledger, reading, relation_views
from kg_builder.stores.choice import Choice, choose, statements_only
from kg_builder.stores.graph_loading import Change, follow, load_graph
from kg_builder.stores.part_writing import forget_part, write_part
from kg_builder.stores.paths import Surroundings, shortest_paths
from kg_builder.stores.search import NameIndex
from kg_builder.stores.session import Session
from kg_builder.stores.views import (
    EVERYTHING,
    ConceptHit,
    ConceptView,
    DocumentView,
    Filter,
    MentionView,
    Path,
    RelationView,
    RunRecord,
    Statistics,
)

if TYPE_CHECKING:
    from kg_builder.stores.graph import Graph

T = TypeVar("T")
K = TypeVar("K")
Page = Callable[[Connection, K, Choice], tuple[list[T], K | None]]
Fetch = Callable[[Connection, int, Choice], list[T]]
DIRECTIONS = ("out", "in", "both")
INDICES_KEPT = 4
"""Of names, one for each filter that was searched under: making one takes longer than searching it."""


class NetworkxStore:
    """A `GraphStore` over one file. Any thread may use it; another process may read while this one writes.

    Where documents describe one concept differently, the description that sorts first counts (linked
    before unlinked, then by name), with the cross-references of all: the order of writing doesn't matter.
    """

    def __init__(self, path: str | PathLike[str], *, read_only: bool = False) -> None:
        self.location = os.fspath(path)
        self._session = Session(self.location, read_only=read_only)
        self._graph: Graph | None = None
        self._names: dict[Choice, NameIndex] = {}
        self._version = self._session.version()

    def __enter__(self) -> Self:
        """The store itself; leaving the block closes it."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Close it."""
        self.close()

    @property
    def graph(self) -> Graph:
        """The whole graph (see `kg_builder.stores.graph`), loaded on first use and kept in step; not to be changed."""
        with self._session.reading() as connection:
            self._drop_if_stale()
            if self._graph is None:
                self._graph = load_graph(connection)
            return self._graph

    # writing

    def writing(self) -> AbstractContextManager[None]:
        """Hold the write lock. Documents forgotten meanwhile are wiped from the file's bytes when it is released."""
        return self._session.writing()

    def write(self, part: DocumentGraph) -> WriteResult:
        """Write one document's part in one transaction, replacing what the document had before."""
        with self._session.reading():
            with self._session.transaction() as connection:
                result, before = write_part(connection, part)
            if result.written:
                self._follow(Change(part.document.id, before, part))
        return result

    def forget(self, document_id: str) -> None:
        """Remove a document and all that only it supported, from every byte of the file.

        Several are best forgotten within one `writing()` block: the file is then rewritten once, at its end.
        Raises UnknownDocumentError.
        """
        with self._session.writing(), self._session.reading():
            self._session.forgetting()
            with self._session.transaction() as connection:
                before = forget_part(connection, document_id)
            if before is None:
                raise self._unknown(document_id)
            self._follow(Change(document_id, before, None))

    def fail(self, failure: Failure) -> None:
        """Note that a document failed; what an earlier version of it added stays."""
        with self._session.transaction() as connection:
            ledger.write_failure(connection, failure)

    def record_run(self, run: RunRecord) -> None:
        """Add or replace (by run id) a run's record."""
        with self._session.transaction() as connection:
            ledger.write_run(connection, run)

    # bookkeeping

    def fingerprints(self, document_ids: Iterable[str]) -> Mapping[str, str]:
        """Of those of the documents that the store holds."""
        with self._session.reading() as connection:
            return ledger.fingerprints(connection, document_ids)

    def documents(self, where: Filter | None = None) -> Iterator[DocumentView]:
        """Documents in order of id."""
        return self._by_document(where, reading.document_view)

    def document_text(self, document_id: str) -> str:
        """The original text. Raises UnknownDocumentError."""
        with self._session.reading() as connection:
            text = reading.document_text(connection, document_id)
        if text is None:
            raise self._unknown(document_id)
        return text

    def rejects(self, document_id: str | None = None) -> Iterator[tuple[str, Reject]]:
        """Rejected items as (document id, reject), in order of document and of finding."""
        where = None if document_id is None else EVERYTHING.model_copy(update={"documents": frozenset({document_id})})
        return self._by_document(where, reading.document_rejects)

    def failures(self) -> Iterator[Failure]:
        """Failed documents, in order of id."""
        with self._session.reading() as connection:
            return iter(ledger.failures(connection))

    def runs(self) -> Sequence[RunRecord]:
        """Run records, oldest first."""
        with self._session.reading() as connection:
            return ledger.runs(connection)

    # queries

    def search(
        self, text: str, *, limit: int = 10, type: str | None = None, where: Filter | None = None
    ) -> Sequence[ConceptHit]:
        """Concepts whose name, form seen or id is like the text, best first, then by id.

        Only names that passing documents give count. Typos are tolerated in names, never in ids.
        """
        hits: list[ConceptHit] = []
        with self._session.reading() as connection:
            choice = choose(connection, where or Filter())
            for match in self._name_index(connection, choice).matches(text):
                if len(hits) >= limit:
                    break
                concept = self._concept(connection, match.concept, choice)
                if concept is not None and (type is None or concept.type.casefold() == type.casefold()):
                    hits.append(ConceptHit(concept=concept, score=match.score, matched=match.matched))
        return hits

    def concept(self, concept_id: str, *, where: Filter | None = None) -> ConceptView | None:
        """One concept with the counts and forms that pass, or None. A Filter of None lets everything pass here."""
        with self._session.reading() as connection:
            return self._concept(connection, concept_id, choose(connection, where or EVERYTHING))

    def neighbours(
        self,
        concept_id: str,
        *,
        predicate: str | None = None,
        direction: str = "both",
        where: Filter | None = None,
    ) -> Sequence[RelationView]:
        """Relations of a concept over all documents: most documents first, then confidence, then ids."""
        if direction not in DIRECTIONS:
            raise StoreError(f"unknown direction '{direction}'; one of {', '.join(DIRECTIONS)}")
        with self._session.reading() as connection:
            return relation_views.relations_of(
                connection,
                concept_id,
                predicate=predicate,
                direction=direction,
                choice=choose(connection, where or Filter()),
            )

    def paths(
        self, source: str, target: str, *, max_length: int = 4, limit: int = 10, where: Filter | None = None
    ) -> Sequence[Path]:
        """Simple paths of at most `max_length` relations in either direction, shortest first, then by ids."""
        where = where or Filter()
        with self._session.reading() as connection:
            if source == target or source not in self.graph or target not in self.graph:
                return []
            around = self._surroundings(where)
            found = shortest_paths(around.neighbours, source, target, max_length=max_length, limit=limit)
            return relation_views.paths(connection, found, choose(connection, where))

    def relation(
        self, subject: str, predicate: str, object: str, *, where: Filter | None = None
    ) -> RelationView | None:
        """One relation with its evidence sentences from every document, or None."""
        with self._session.reading() as connection:
            choice = choose(connection, where or Filter())
            return relation_views.one_relation(connection, (subject, predicate, object), choice)

    def subgraph(self, concept_ids: Sequence[str], *, hops: int = 1, where: Filter | None = None) -> Graph:
        """A copy of the concepts within `hops` relations of the given ones, with the relations among them."""
        with self._session.reading():
            return self._surroundings(where or Filter()).subgraph(concept_ids, hops)

    def statistics(self, where: Filter | None = None) -> Statistics:
        """Counts by type, predicate and assertion."""
        with self._session.reading() as connection:
            return reading.statistics(connection, choose(connection, where or Filter()))

    # everything: a Filter of None means EVERYTHING

    def concepts(self, where: Filter | None = None) -> Iterator[ConceptView]:
        """Concepts in order of id; under a filter, their counts and forms are those that pass it."""
        return self._pages(reading.concept_page, "", where)

    def mentions(self, where: Filter | None = None) -> Iterator[MentionView]:
        """Mentions in order of document, start, end, type, concept."""
        return self._by_document(where, reading.document_mentions)

    def relations(self, where: Filter | None = None) -> Iterator[RelationView]:
        """One view a (subject, predicate, object, document, assertion), in that order."""
        return self._pages(relation_views.relation_page, relation_views.START, where)

    def parts(self) -> Iterator[DocumentGraph]:
        """Every document's part, in order of id, as it was written."""
        return self._by_document(None, reading.document_part)

    def close(self) -> None:
        """Release the file; closing twice is fine."""
        self._graph, self._names = None, {}
        self._session.close()

    def _concept(self, connection: Connection, concept_id: str, choice: Choice) -> ConceptView | None:
        return next(iter(reading.concept_views(connection, concept_id, concept_id, choice)), None)

    def _name_index(self, connection: Connection, choice: Choice) -> NameIndex:
        self._drop_if_stale()
        if choice not in self._names:
            if len(self._names) >= INDICES_KEPT:
                self._names.clear()
            self._names[choice] = NameIndex(reading.names(connection, choice))
        return self._names[choice]

    def _pages(self, page: Page[K, T], start: K, where: Filter | None) -> Iterator[T]:
        with self._session.reading() as connection:
            choice = choose(connection, where or EVERYTHING)
        after: K | None = start
        while after is not None:
            with self._session.reading() as connection:
                items, after = page(connection, after, choice)
            yield from items

    def _by_document(self, where: Filter | None, fetch: Fetch[T]) -> Iterator[T]:
        statements = statements_only(where or EVERYTHING)
        for document_id in self._pages(reading.document_page, "", where):
            with self._session.reading() as connection:
                key = reading.document_key(connection, document_id)
                items = [] if key is None else fetch(connection, key, statements)
            yield from items

    def _surroundings(self, where: Filter) -> Surroundings:
        documents = None if where.every_document else frozenset(self._pages(reading.document_page, "", where))
        return Surroundings(self.graph, where, documents)

    def _follow(self, change: Change) -> None:
        """Keep what is in memory in step with what was just written."""
        self._names.clear()
        if self._graph is not None:
            self._drop_if_stale()
        if self._graph is not None:
            graph, self._graph = self._graph, None  # half changed is worse than loaded again
            with self._session.reading() as connection:
                follow(graph, connection, change)
            self._graph = graph

    def _drop_if_stale(self) -> None:
        """Let go of what is in memory if another process has written."""
        version = self._session.version()
        if version != self._version:
            self._version, self._graph, self._names = version, None, {}

    def _unknown(self, document_id: str) -> UnknownDocumentError:
        return UnknownDocumentError(f"{self.location}: there is no document '{document_id}'.")
