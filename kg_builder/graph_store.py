"""Where a graph lives: what every store can do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from kg_builder.records import Concept, DocumentGraph, Reject

if TYPE_CHECKING:
    import networkx

    from kg_builder.review.decisions import Decision
    from kg_builder.stores.views import (
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


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What writing one document's part changed."""

    written: bool
    """False: the store already held exactly this."""
    replaced: bool = False
    """True: an earlier version of the document's part was taken out."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that could not be processed."""

    document_id: str
    code: str
    message: str = field(default="")
    """Says what and where; no text of the document."""
    state: str = ""
    """`records.document_state` of what was tried; empty where there was no document to try."""
    attempts: int = 0
    """How often it has failed in that state by its own fault; a changed document or other settings begin at 0 again."""


class GraphStore(Protocol):
    """Where the graph lives. Every method is safe to call from several threads of one process."""

    location: str
    """Path or URI it was opened from."""

    # writing
    def writing(self) -> AbstractContextManager[None]:
        """Hold the write lock for a whole build. Raises StoreLockedError if another process has it."""
        ...

    def write(self, part: DocumentGraph) -> WriteResult:
        """Write one document's part in one transaction, replacing what the document had before."""
        ...

    def write_many(self, parts: Iterable[DocumentGraph]) -> Sequence[WriteResult]:
        """Write parts of documents one after the other, in fewer transactions where that is quicker.

        Of each document all is written or nothing. When this raises, any of them may have been written.
        """
        ...

    def forget(self, document_id: str) -> None:
        """Remove a document and all that only it supported. Raises UnknownDocumentError."""
        ...

    def fail(self, failure: Failure) -> None:
        """Note in the ledger that a document failed; cleared when it is written or forgotten."""
        ...

    def record_run(self, run: RunRecord) -> None:
        """Add or replace (by run id) a run's record."""
        ...

    # hierarchy: kept beside the documents; what no concept of a document leads up to goes with the last one below it
    def roll_up(self, broader: Mapping[str, Sequence[str]], concepts: Iterable[Concept]) -> bool:
        """Make these the IS_A edges, in one transaction: the next broader ids of each concept; answers whether they
        changed.

        `concepts` describes those that are broader than another. Edges that lead up from no concept of a
        document, that lead to a concept without a description, or that go round in a circle are left out.
        """
        ...

    def remove_hierarchy(self) -> bool:
        """Take out the IS_A edges and the concepts that are there for them alone; answers whether it was rolled up."""
        ...

    def rolled_up(self) -> bool:
        """Whether the graph has a hierarchy, which may be empty."""
        ...

    # linking again
    def relinking(self, purpose: str) -> AbstractContextManager[int]:
        """Hold the write lock for a relinking. Its first change, of links or hierarchy, makes it the last one, which
        can be undone; the one before can't be any more.

        After one of the same purpose that was cut short, this goes on with it; the value is how many
        documents that had relinked, else 0.
        """
        ...

    def relink(self, part: DocumentGraph) -> None:
        """Replace a document's part by one with other links, in one transaction, and keep the earlier ones, until the
        document is read again or forgotten. Raises UnknownDocumentError.
        """
        ...

    def relinked(self) -> Sequence[str]:
        """Ids of the documents that `undo_relinking` would give their earlier links, in order."""
        ...

    def undo_relinking(self) -> Sequence[str]:
        """Give documents their links of before the last relinking, one transaction a document, and the graph its
        hierarchy of then. Answers their ids; cut short, it goes on when called again.
        """
        ...

    def forget_undo(self) -> None:
        """Let go of what undoing the last relinking would need."""
        ...

    # review
    def decide(self, decisions: Iterable[Decision]) -> None:
        """Keep decisions of people, and show their documents as they leave them, one transaction a document.

        What is known by its id is passed over. Decisions stay when a document is read again, and count for what they
        still fit (see `kg_builder.review`); those about a document that isn't there count once it is. They go when
        it is forgotten.
        """
        ...

    def decisions(self, document_id: str | None = None) -> Iterator[Decision]:
        """Decisions of people, those about one document if it is named, in order of document and time."""
        ...

    def part(self, document_id: str) -> DocumentGraph:
        """A document's part as it was written, before any decision. Raises UnknownDocumentError."""
        ...

    # bookkeeping
    def fingerprints(self, document_ids: Iterable[str]) -> Mapping[str, str]:
        """`DocumentGraph.fingerprint` of those of the documents that the store holds."""
        ...

    def documents(self, where: Filter | None = None) -> Iterator[DocumentView]:
        """Documents in order of id."""
        ...

    def document_text(self, document_id: str) -> str:
        """The original text. Raises UnknownDocumentError."""
        ...

    def rejects(self, document_id: str | None = None) -> Iterator[tuple[str, Reject]]:
        """The ledger's rejected items as (document id, reject), in order."""
        ...

    def failures(self, document_ids: Iterable[str] | None = None) -> Iterator[Failure]:
        """The ledger's failed documents, or those among the ones named, in order of id."""
        ...

    def runs(self) -> Sequence[RunRecord]:
        """Run records, oldest first."""
        ...

    # queries: a Filter of None means Filter(), which leaves out negated, family and hypothetical facts and what a
    # person rejected; types and predicates are matched whatever their case
    def search(
        self, text: str, *, limit: int = 10, type: str | None = None, where: Filter | None = None
    ) -> Sequence[ConceptHit]:
        """Those of `concepts(where)` and `ancestors(where)` whose name, synonym seen or id is like `text`, best first.

        Only names that passing documents give count. Typos are tolerated in names, never in ids: text
        like a CURIE finds what is called exactly that or begins with it.
        """
        ...

    def concept(self, concept_id: str, *, where: Filter | None = None) -> ConceptView | None:
        """One concept with the counts and forms that pass, or None if nothing that passes has it or stands below it.

        Unlike in the other queries, a Filter of None lets everything pass.
        """
        ...

    def neighbours(
        self,
        concept_id: str,
        *,
        predicate: str | None = None,
        direction: str = "both",
        with_descendants: bool = False,
        where: Filter | None = None,
    ) -> Sequence[RelationView]:
        """Relations of a concept, best supported first. `direction`: out, in or both.

        With descendants also those of all concepts below it; each names the one it was found under.
        """
        ...

    def descendants(self, concept_id: str) -> Sequence[str]:
        """Ids of the concepts below one in the hierarchy, sorted; none where the graph wasn't rolled up."""
        ...

    def paths(
        self, source: str, target: str, *, max_length: int = 4, limit: int = 10, where: Filter | None = None
    ) -> Sequence[Path]:
        """Shortest paths between two concepts over relations in either direction."""
        ...

    def relation(
        self, subject: str, predicate: str, object: str, *, where: Filter | None = None
    ) -> RelationView | None:
        """One relation with its evidence sentences from every document, or None."""
        ...

    def search_evidence(self, text: str, *, limit: int = 10, where: Filter | None = None) -> Sequence[SentenceHit]:
        """Sentences behind relations that have words of `text`, best first, each with the relations it states.

        Words are compared whole, whatever their case and English plural; nothing in `text` is an operator.
        """
        ...

    def strengths(
        self, concept_ids: Sequence[str], *, where: Filter | None = None
    ) -> Mapping[tuple[str, str, str], float]:
        """Relations of these concepts as (subject, predicate, object), in that order, each with the sum over its
        documents of how surely they state it (see `kg_builder.stores.strengths`).
        """
        ...

    def subgraph(
        self, concept_ids: Sequence[str], *, hops: int = 1, where: Filter | None = None
    ) -> networkx.MultiDiGraph[Any]:
        """Concepts within `hops` relations of the given ones, with the relations among them."""
        ...

    def statistics(self, where: Filter | None = None) -> Statistics:
        """Counts by type, predicate and assertion."""
        ...

    def origins(self) -> Origins:
        """Who found the mentions and relations, and with which settings documents were read, whatever people said."""
        ...

    # browsing: what a page shows many of at once, without sentences
    def outlines(self, concept_ids: Iterable[str], *, where: Filter | None = None) -> Mapping[str, ConceptOutline]:
        """Those of these concepts that are in the graph, by id; of one that nothing that passes mentions, the counts
        are 0.
        """
        ...

    def best_supported(self, *, limit: int, where: Filter | None = None) -> Sequence[tuple[str, str, str]]:
        """Relations as (subject, predicate, object): those that most documents state, then with the highest
        confidence, then in order of ids.
        """
        ...

    def statements(
        self, concept_ids: Sequence[str], *, among: bool = False, where: Filter | None = None
    ) -> Sequence[StatementView]:
        """One a relation of these concepts, document and assertion, in that order. `among`: both ends are of them."""
        ...

    def documents_of(self, concept_id: str, *, where: Filter | None = None) -> Sequence[tuple[str, int]]:
        """Ids of the documents that mention a concept with how often they do, most often first, then in order of id."""
        ...

    def document_lines(self, text: str = "", *, offset: int = 0, limit: int = 50) -> tuple[int, Sequence[DocumentLine]]:
        """How many documents have the text in their id or metadata, whatever its case; and `limit` of them, in order
        of id.
        """
        ...

    # everything, in stable order, for exports and copies
    def concepts(self, where: Filter | None = None) -> Iterator[ConceptView]:
        """Concepts in order of id (those that a document passing the filter mentions or relates)."""
        ...

    def ancestors(self, where: Filter | None = None) -> Iterator[ConceptView]:
        """What stands above `concepts(where)` in the hierarchy without being among them, in order of id.

        The IS_A edges are the `broader` ids of these and of `concepts(where)`.
        """
        ...

    def mentions(self, where: Filter | None = None) -> Iterator[MentionView]:
        """Mentions in order of document, start, end, type, concept."""
        ...

    def relations(self, where: Filter | None = None) -> Iterator[RelationView]:
        """One view a (subject, predicate, object, document, assertion), in that order."""
        ...

    def parts(self) -> Iterator[DocumentGraph]:
        """Every document's part, in order of id, as it was written: a copy is a loop over these and `decisions`."""
        ...

    def close(self) -> None:
        """Release the file or connection; closing twice is fine."""
        ...
