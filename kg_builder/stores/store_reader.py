"""The reading half of the store: one file asked through SQL and through the graph in memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from os import PathLike
from sqlite3 import Connection
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from kg_builder.errors import StoreError, UnknownDocumentError
from kg_builder.graph_store import Failure
from kg_builder.records import DocumentGraph, Reject
from kg_builder.review.decisions import Decision
from kg_builder.stores import (
    browsing,
    decision_rows,
    hierarchy,
    ledger,
    link_history,
    origins,
    reading,
    relation_views,
)
from kg_builder.stores.choice import ALL, Choice, choose, statements_only, without_vacuous
from kg_builder.stores.cypher.answers import QUERY_SECONDS, CypherAnswer
from kg_builder.stores.cypher.engine import is_installed
from kg_builder.stores.cypher.in_process import InProcessCypher
from kg_builder.stores.in_memory import InMemory
from kg_builder.stores.paths import Surroundings, shortest_paths
from kg_builder.stores.session import Session
from kg_builder.stores.stated_relations import found_under
from kg_builder.stores.strengths import Ends
from kg_builder.stores.views import (
    EVERYTHING,
    ConceptHit,
    ConceptOutline,
    ConceptView,
    DocumentLine,
    DocumentView,
    Filter,
    MentionView,
    Origins,
    Path,
    RelationView,
    RunRecord,
    SentenceHit,
    StatementView,
    Statistics,
)

if TYPE_CHECKING:
    from kg_builder.stores.graph import Graph

T = TypeVar("T")
K = TypeVar("K")
Page = Callable[[Connection, K, Choice], tuple[list[T], K | None]]
Fetch = Callable[[Connection, int, Choice], list[T]]
DIRECTIONS = ("out", "in", "both")


class StoreReader:
    """The half of `NetworkxStore` that changes nothing."""

    def __init__(self, path: str | PathLike[str], *, read_only: bool = False) -> None:
        self.location = os.fspath(path)
        self._session = Session(self.location, read_only=read_only)
        self._memory = InMemory(self._session)
        self._queries = InProcessCypher()

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
            return self._memory.graph(connection)

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
        if document_id is None:
            return self._pages(browsing.reject_page, browsing.FIRST_REJECT, None)
        where = EVERYTHING.model_copy(update={"documents": frozenset({document_id})})
        return self._by_document(where, reading.document_rejects)

    def failures(self, document_ids: Iterable[str] | None = None) -> Iterator[Failure]:
        """Failed documents, or those among the ones named, in order of id."""
        with self._session.reading() as connection:
            return iter(ledger.failures(connection, document_ids))

    def runs(self) -> Sequence[RunRecord]:
        """Run records, oldest first."""
        with self._session.reading() as connection:
            return ledger.runs(connection)

    def relinked(self) -> Sequence[str]:
        """Ids of the documents that `undo_relinking` would give their earlier links, in order."""
        with self._session.reading() as connection:
            return link_history.relinked(connection)

    def part(self, document_id: str) -> DocumentGraph:
        """A document's part as it was written. Raises UnknownDocumentError."""
        with self._session.reading() as connection:
            key = reading.document_key(connection, document_id)
            if key is None:
                raise self._unknown(document_id)
            return reading.document_part(connection, key, ALL)[0]

    def decisions(self, document_id: str | None = None) -> Iterator[Decision]:
        """Decisions of people, in order of document and time."""
        with self._session.reading() as connection:
            documents = list(decision_rows.every_document(connection)) if document_id is None else [document_id]
        for each in documents:
            with self._session.reading() as connection:
                found = decision_rows.of_document(connection, each)
            yield from found

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
            for match in self._memory.names(connection, choice).matches(text):
                if len(hits) >= limit:
                    break
                concept = self._memory.concept(connection, match.concept, choice)
                if concept is not None and (type is None or concept.type.casefold() == type.casefold()):
                    hits.append(ConceptHit(concept=concept, score=match.score, matched=match.matched))
        return hits

    def concept(self, concept_id: str, *, where: Filter | None = None) -> ConceptView | None:
        """One concept with the counts and forms that pass, or None. A Filter of None lets everything pass here."""
        with self._session.reading() as connection:
            return self._memory.concept(connection, concept_id, choose(connection, where or EVERYTHING))

    def rolled_up(self) -> bool:
        """Whether there is a hierarchy."""
        with self._session.reading() as connection:
            return hierarchy.exists(connection)

    def descendants(self, concept_id: str) -> Sequence[str]:
        """Ids of the concepts below one in the hierarchy, sorted."""
        with self._session.reading() as connection:
            return hierarchy.descendants(connection, concept_id)

    def neighbours(
        self,
        concept_id: str,
        *,
        predicate: str | None = None,
        direction: str = "both",
        with_descendants: bool = False,
        where: Filter | None = None,
    ) -> Sequence[RelationView]:
        """Relations of a concept over all documents: most documents first, then confidence, then ids."""
        if direction not in DIRECTIONS:
            raise StoreError(f"unknown direction '{direction}'; one of {', '.join(DIRECTIONS)}")
        with self._session.reading() as connection:
            below = hierarchy.descendants(connection, concept_id) if with_descendants else ()
            found = relation_views.relations_of(
                connection,
                [concept_id, *below],
                predicate=predicate,
                direction=direction,
                choice=choose(connection, where or Filter()),
            )
        if not with_descendants:
            return found
        return [found_under(view, {concept_id, *below}, direction) for view in found]

    def paths(
        self, source: str, target: str, *, max_length: int = 4, limit: int = 10, where: Filter | None = None
    ) -> Sequence[Path]:
        """Simple paths of at most `max_length` relations in either direction, shortest first, then by ids."""
        where = where or Filter()
        with self._session.reading() as connection:
            if source == target or source not in self.graph or target not in self.graph:
                return []
            around = self._surroundings(connection, where)
            found = shortest_paths(around.neighbours_of, source, target, max_length=max_length, limit=limit)
            return relation_views.paths(connection, found, choose(connection, where))

    def relation(
        self, subject: str, predicate: str, object: str, *, where: Filter | None = None
    ) -> RelationView | None:
        """One relation with its evidence sentences from every document, or None."""
        with self._session.reading() as connection:
            choice = choose(connection, where or Filter())
            return relation_views.one_relation(connection, (subject, predicate, object), choice)

    def search_evidence(self, text: str, *, limit: int = 10, where: Filter | None = None) -> Sequence[SentenceHit]:
        """Sentences behind relations that have words of the text, best first, then by document and place."""
        with self._session.reading() as connection:
            choice = choose(connection, where or Filter())
            return relation_views.sentences_with(connection, text, limit=limit, choice=choice)

    def strengths(self, concept_ids: Sequence[str], *, where: Filter | None = None) -> Mapping[Ends, float]:
        """Relations of these concepts, each with the sum over its documents of how surely they state it."""
        with self._session.reading() as connection:
            return self._surroundings(connection, where or Filter()).strengths(concept_ids)

    def subgraph(self, concept_ids: Sequence[str], *, hops: int = 1, where: Filter | None = None) -> Graph:
        """A copy of the concepts within `hops` relations of the given ones, with the relations among them."""
        with self._session.reading() as connection:
            return self._surroundings(connection, where or Filter()).subgraph(concept_ids, hops)

    def statistics(self, where: Filter | None = None) -> Statistics:
        """Counts by type, predicate and assertion."""
        with self._session.reading() as connection:
            return self._memory.statistics(connection, choose(connection, where or Filter()))

    def origins(self) -> Origins:
        """Who found the mentions and relations, and with which settings documents were read."""
        with self._session.reading() as connection:
            return origins.origins(connection)

    # browsing

    def outlines(self, concept_ids: Iterable[str], *, where: Filter | None = None) -> Mapping[str, ConceptOutline]:
        """Those of these concepts that are there, by id. Counts are of what passes."""
        with self._session.reading() as connection:
            choice = choose(connection, where or Filter())
            return self._memory.outlines(connection, concept_ids, choice)

    def best_supported(self, *, limit: int, where: Filter | None = None) -> Sequence[Ends]:
        """Relations that most documents state, then with the highest confidence, then in order of ends."""
        with self._session.reading() as connection:
            return self._memory.best_supported(connection, limit, choose(connection, where or Filter()))

    def statements(
        self, concept_ids: Sequence[str], *, among: bool = False, where: Filter | None = None
    ) -> Sequence[StatementView]:
        """What documents state of these concepts, or only what joins two of them, in order."""
        with self._session.reading() as connection:
            choice = choose(connection, where or Filter())
            return browsing.statements(connection, concept_ids, choice, among=among)

    def documents_of(self, concept_id: str, *, where: Filter | None = None) -> Sequence[tuple[str, int]]:
        """Documents that mention a concept and how often, most often first, then in order of id."""
        with self._session.reading() as connection:
            return browsing.documents_of(connection, concept_id, choose(connection, where or Filter()))

    def document_lines(self, text: str = "", *, offset: int = 0, limit: int = 50) -> tuple[int, Sequence[DocumentLine]]:
        """How many documents have the text in their id or metadata, and some of them, in order of id."""
        with self._session.reading() as connection:
            return browsing.document_lines(connection, text, offset, limit)

    # everything: a Filter of None means EVERYTHING

    def concepts(self, where: Filter | None = None) -> Iterator[ConceptView]:
        """Concepts in order of id; under a filter, their counts and forms are those that pass it."""
        return self._pages(reading.concept_page, "", where)

    def ancestors(self, where: Filter | None = None) -> Iterator[ConceptView]:
        """What stands above `concepts(where)` in the hierarchy without being among them, in order of id."""
        with self._session.reading() as connection:
            return iter(reading.ancestors(connection, choose(connection, where or EVERYTHING)))

    def mentions(self, where: Filter | None = None) -> Iterator[MentionView]:
        """Mentions in order of document, start, end, type, concept."""
        return self._by_document(where, reading.document_mentions)

    def relations(self, where: Filter | None = None) -> Iterator[RelationView]:
        """One view a (subject, predicate, object, document, assertion), in that order."""
        return self._pages(relation_views.relation_page, relation_views.START, where)

    def parts(self) -> Iterator[DocumentGraph]:
        """Every document's part, in order of id, as it was written."""
        return self._by_document(None, reading.document_part)

    def asks_in_cypher(self, where: Filter | None = None) -> bool:  # noqa: ARG002 - any filter will do
        """Whether the engine is installed."""
        return is_installed()

    def cypher(
        self, query: str, *, limit: int = 100, seconds: float = QUERY_SECONDS, where: Filter | None = None
    ) -> CypherAnswer:
        """Run one Cypher statement that only reads. See `CypherStore.cypher`."""
        passing = where or EVERYTHING
        return self._queries.ask(self, self._version(), query, limit=limit, seconds=seconds, where=passing)

    def close(self) -> None:
        """Release the file; closing twice is fine."""
        self._queries.close()
        self._memory.clear()
        self._session.close()

    def _version(self) -> tuple[int, int]:
        """Another value whenever anybody has written."""
        with self._session.reading() as connection:
            return self._session.version(), connection.total_changes

    def _pages(self, page: Page[K, T], start: K, where: Filter | None) -> Iterator[T]:
        with self._session.reading() as connection:
            choice = choose(connection, where or EVERYTHING)
        after: K | None = start
        while after is not None:
            with self._session.reading() as connection:
                items, after = page(connection, after, choice)
            yield from items

    def _by_document(self, where: Filter | None, fetch: Fetch[T]) -> Iterator[T]:
        with self._session.reading() as connection:
            statements = statements_only(without_vacuous(connection, where or EVERYTHING))
        for document_id in self._pages(reading.document_page, "", where):
            with self._session.reading() as connection:
                key = reading.document_key(connection, document_id)
                items = [] if key is None else fetch(connection, key, statements)
            yield from items

    def _surroundings(self, connection: Connection, where: Filter) -> Surroundings:
        if where.every_document:
            return self._memory.surroundings(connection, where)
        return Surroundings(self.graph, where, frozenset(self._pages(reading.document_page, "", where)))

    def _unknown(self, document_id: str) -> UnknownDocumentError:
        return UnknownDocumentError(f"{self.location}: there is no document '{document_id}'.")
