"""The reading half of the Neo4j store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from kg_builder.errors import StoreError, UnknownDocumentError
from kg_builder.graph_store import Failure
from kg_builder.records import DocumentGraph, Reject
from kg_builder.review.decisions import Decision
from kg_builder.stores.cypher.answers import QUERY_SECONDS, CypherAnswer
from kg_builder.stores.neo4j import (
    bookkeeping,
    broader,
    browsing,
    concepts,
    counting,
    cypher,
    decisions,
    documents,
    evidence,
    origins,
    relations,
    searching,
)
from kg_builder.stores.neo4j import surroundings as near
from kg_builder.stores.neo4j.asking import Conditions, Transaction, conditions
from kg_builder.stores.neo4j.documents import Stored
from kg_builder.stores.neo4j.session import Neo4jSession
from kg_builder.stores.stated_relations import found_under
from kg_builder.stores.store_reader import DIRECTIONS
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
Page = Callable[[Transaction, K, Conditions], tuple[list[T], K | None]]
Fetch = Callable[[Stored, Conditions], list[T]]


class Neo4jReader:
    """The half of `Neo4jStore` that changes nothing. Each call, and each page of an iterator, is one transaction."""

    def __init__(self, session: Neo4jSession) -> None:
        self.location = session.location
        self._session = session

    def __enter__(self) -> Self:
        """The store itself; leaving the block closes it."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Close it."""
        self.close()

    # bookkeeping

    def fingerprints(self, document_ids: Iterable[str]) -> Mapping[str, str]:
        """Of those of the documents that the store holds."""
        wanted = list(document_ids)
        return self._session.read(lambda tx: documents.fingerprints(tx, wanted))

    def documents(self, where: Filter | None = None) -> Iterator[DocumentView]:
        """Documents in order of id."""
        return self._by_document(where, documents.document_view)

    def document_text(self, document_id: str) -> str:
        """The original text. Raises UnknownDocumentError."""
        found = self._session.read(lambda tx: documents.document_fields(tx, [document_id]))
        if document_id not in found:
            raise self._unknown(document_id)
        return str(found[document_id]["document"]["text"])

    def rejects(self, document_id: str | None = None) -> Iterator[tuple[str, Reject]]:
        """Rejected items as (document id, reject), in order of document and of finding."""
        where = None if document_id is None else EVERYTHING.model_copy(update={"documents": frozenset({document_id})})
        return self._by_document(where, documents.document_rejects)

    def failures(self, document_ids: Iterable[str] | None = None) -> Iterator[Failure]:
        """Failed documents, or those among the ones named, in order of id."""
        named = None if document_ids is None else list(document_ids)
        return iter(self._session.read(lambda tx: bookkeeping.failures(tx, named)))

    def runs(self) -> Sequence[RunRecord]:
        """Run records, oldest first."""
        return self._session.read(bookkeeping.runs)

    def relinked(self) -> Sequence[str]:
        """Ids of the documents that `undo_relinking` would give their earlier links, in order."""
        return self._session.read(bookkeeping.relinked)

    def part(self, document_id: str) -> DocumentGraph:
        """A document's part as it was written. Raises UnknownDocumentError."""
        where = EVERYTHING.model_copy(update={"documents": frozenset({document_id})})
        for part in self._by_document(where, documents.document_part):
            return part
        raise self._unknown(document_id)

    def decisions(self, document_id: str | None = None) -> Iterator[Decision]:
        """Decisions of people, in order of document and time."""
        named = self._session.read(decisions.documents) if document_id is None else [document_id]
        for each in named:
            yield from self._session.read(lambda tx, name=each: decisions.of_document(tx, name))  # type: ignore[misc]

    # queries

    def search(
        self, text: str, *, limit: int = 10, type: str | None = None, where: Filter | None = None
    ) -> Sequence[ConceptHit]:
        """Concepts whose name, form seen or id is like the text, best first, then by id.

        Only names that passing documents give count. Typos are tolerated in names, never in ids.
        """
        passing = self._passing(where or Filter())
        return self._session.read(lambda tx: searching.search(tx, text, limit=limit, type=type, passing=passing))

    def concept(self, concept_id: str, *, where: Filter | None = None) -> ConceptView | None:
        """One concept with the counts and forms that pass, or None. A Filter of None lets everything pass here."""
        passing = self._passing(where or EVERYTHING)
        found = self._session.read(lambda tx: concepts.concept_views(tx, [concept_id], passing))
        return found[0] if found else None

    def rolled_up(self) -> bool:
        """Whether there is a hierarchy."""
        return self._session.read(broader.rolled_up)

    def descendants(self, concept_id: str) -> Sequence[str]:
        """Ids of the concepts below one in the hierarchy, sorted."""
        return self._session.read(lambda tx: broader.descendants(tx, concept_id))

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
        passing = self._passing(where or Filter())

        def read(tx: Transaction) -> list[RelationView]:
            asked = [concept_id, *(broader.descendants(tx, concept_id) if with_descendants else ())]
            found = relations.relations_of(tx, asked, predicate=predicate, direction=direction, passing=passing)
            return [found_under(view, set(asked), direction) for view in found] if with_descendants else found

        return self._session.read(read)

    def paths(
        self, source: str, target: str, *, max_length: int = 4, limit: int = 10, where: Filter | None = None
    ) -> Sequence[Path]:
        """Simple paths of at most `max_length` relations in either direction, shortest first, then by ids."""
        passing = self._passing(where or Filter())
        return self._session.read(
            lambda tx: near.paths_between(tx, source, target, max_length=max_length, limit=limit, passing=passing)
        )

    def relation(
        self, subject: str, predicate: str, object: str, *, where: Filter | None = None
    ) -> RelationView | None:
        """One relation with its evidence sentences from every document, or None."""
        passing = self._passing(where or Filter())
        return self._session.read(lambda tx: relations.one_relation(tx, (subject, predicate, object), passing))

    def search_evidence(self, text: str, *, limit: int = 10, where: Filter | None = None) -> Sequence[SentenceHit]:
        """Sentences behind relations that have words of the text, best first, then by document and place."""
        passing = self._passing(where or Filter())
        return self._session.read(lambda tx: evidence.sentences_with(tx, text, limit=limit, passing=passing))

    def strengths(self, concept_ids: Sequence[str], *, where: Filter | None = None) -> Mapping[Ends, float]:
        """Relations of these concepts, each with the sum over its documents of how surely they state it."""
        passing = self._passing(where or Filter())
        return self._session.read(lambda tx: relations.strengths(tx, concept_ids, passing))

    def subgraph(self, concept_ids: Sequence[str], *, hops: int = 1, where: Filter | None = None) -> Graph:
        """The concepts within `hops` relations of the given ones, with the relations among them."""
        passing = self._passing(where or Filter())
        return self._session.read(lambda tx: near.subgraph(tx, concept_ids, hops, passing))

    def statistics(self, where: Filter | None = None) -> Statistics:
        """Counts by type, predicate and assertion."""
        passing = self._passing(where or Filter())
        return self._session.read(lambda tx: counting.statistics(tx, passing))

    def origins(self) -> Origins:
        """Who found the mentions and relations, and with which settings documents were read."""
        return self._session.read(origins.origins)

    # browsing

    def outlines(self, concept_ids: Iterable[str], *, where: Filter | None = None) -> Mapping[str, ConceptOutline]:
        """Those of these concepts that are there, by id. Counts are of what passes."""
        passing, wanted = self._passing(where or Filter()), sorted(set(concept_ids))
        return self._session.read(lambda tx: browsing.outlines(tx, wanted, passing))

    def best_supported(self, *, limit: int, where: Filter | None = None) -> Sequence[Ends]:
        """Relations that most documents state, then with the highest confidence, then in order of ends."""
        passing = self._passing(where or Filter())
        return self._session.read(lambda tx: browsing.best_supported(tx, limit, passing))

    def statements(
        self, concept_ids: Sequence[str], *, among: bool = False, where: Filter | None = None
    ) -> Sequence[StatementView]:
        """What documents state of these concepts, or only what joins two of them, in order."""
        passing = self._passing(where or Filter())
        return self._session.read(lambda tx: browsing.statements(tx, concept_ids, passing, among=among))

    def documents_of(self, concept_id: str, *, where: Filter | None = None) -> Sequence[tuple[str, int]]:
        """Documents that mention a concept and how often, most often first, then in order of id."""
        passing = self._passing(where or Filter())
        return self._session.read(lambda tx: browsing.documents_of(tx, concept_id, passing))

    def document_lines(self, text: str = "", *, offset: int = 0, limit: int = 50) -> tuple[int, Sequence[DocumentLine]]:
        """How many documents have the text in their id or metadata, and some of them, in order of id."""
        return self._session.read(lambda tx: browsing.document_lines(tx, text, offset, limit))

    # everything: a Filter of None means EVERYTHING

    def concepts(self, where: Filter | None = None) -> Iterator[ConceptView]:
        """Concepts in order of id; under a filter, their counts and forms are those that pass it."""
        if where is None or where.every_document:
            return self._pages(concepts.concept_page, "", where)
        return self._concepts_of_some(self._passing(where))

    def ancestors(self, where: Filter | None = None) -> Iterator[ConceptView]:
        """What stands above `concepts(where)` in the hierarchy without being among them, in order of id."""
        passing = self._passing(where or EVERYTHING)
        return iter(self._session.read(lambda tx: concepts.ancestors(tx, passing)))

    def mentions(self, where: Filter | None = None) -> Iterator[MentionView]:
        """Mentions in order of document, start, end, type, concept."""
        return self._by_document(where, documents.document_mentions)

    def relations(self, where: Filter | None = None) -> Iterator[RelationView]:
        """One view a (subject, predicate, object, document, assertion), in that order."""
        return self._pages(relations.relation_page, relations.START, where)

    def parts(self) -> Iterator[DocumentGraph]:
        """Every document's part, in order of id, as it was written."""
        return self._by_document(None, documents.document_part)

    def asks_in_cypher(self, where: Filter | None = None) -> bool:
        """Whether there is no filter."""
        return where is None or where == EVERYTHING

    def cypher(
        self, query: str, *, limit: int = 100, seconds: float = QUERY_SECONDS, where: Filter | None = None
    ) -> CypherAnswer:
        """Run one Cypher statement that only reads. See `CypherStore.cypher`; there is no asking under a filter."""
        if not self.asks_in_cypher(where):
            raise StoreError(
                f"{self.location}: Cypher sees the whole database, not only what passes a filter.",
                hint="Ask without a filter, or copy the graph to a file first: kg-builder copy.",
            )
        return cypher.ask(self._session, query, limit=limit, seconds=seconds)

    def close(self) -> None:
        """Close the connections; closing twice is fine."""
        self._session.close()

    def _pages(self, page: Page[K, T], start: K, where: Filter | None) -> Iterator[T]:
        passing = self._passing(where or EVERYTHING)
        after: K | None = start
        while after is not None:
            items, after = self._session.read(lambda tx, after=after: page(tx, after, passing))  # type: ignore[misc]
            yield from items

    def _concepts_of_some(self, passing: Conditions) -> Iterator[ConceptView]:
        """Concepts of some documents, found from these: looking at every concept takes longer."""
        ids = sorted(self._session.read(lambda tx: concepts.taken(tx, passing)))
        for start in range(0, len(ids), concepts.CONCEPTS_A_PAGE):
            page = ids[start : start + concepts.CONCEPTS_A_PAGE]
            yield from self._session.read(lambda tx, page=page: concepts.taken_views(tx, page, passing))  # type: ignore[misc]

    def _by_document(self, where: Filter | None, fetch: Fetch[T]) -> Iterator[T]:
        passing = self._passing(where or EVERYTHING)
        for stored in self._pages(documents.document_page, "", where):
            yield from fetch(stored, passing)

    def _passing(self, where: Filter) -> Conditions:
        """A filter as conditions, less that nothing was rejected where nobody decided anything."""
        if where.only_standing and not self._session.read(decisions.any_kept):
            where = where.model_copy(update={"reviews": None})
        return conditions(where)

    def _unknown(self, document_id: str) -> UnknownDocumentError:
        return UnknownDocumentError(f"{self.location}: there is no document '{document_id}'.")
