"""The graph in one durable SQLite file, and in memory as a `networkx.MultiDiGraph`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager

from kg_builder.graph_store import Failure, WriteResult
from kg_builder.records import Concept, DocumentGraph
from kg_builder.review.decisions import Decision, by_document
from kg_builder.stores import hierarchy, ledger, link_history
from kg_builder.stores.deciding import decide
from kg_builder.stores.graph_loading import Change
from kg_builder.stores.part_writing import forget_part, write_part
from kg_builder.stores.store_reader import StoreReader
from kg_builder.stores.views import RunRecord


class NetworkxStore(StoreReader):
    """A `GraphStore` over one file. Any thread may use it; another process may read while this one writes.

    Where documents describe one concept differently, the description that sorts first counts (linked
    before unlinked, then by name), with the cross-references of all: the order of writing doesn't matter.
    """

    _relinking: str | None = None
    """Purpose of a relinking that hasn't changed anything yet: until it does, the one before can be undone."""

    def writing(self) -> AbstractContextManager[None]:
        """Hold the write lock. Documents forgotten meanwhile are wiped from the file's bytes when it is released."""
        return self._session.writing()

    def write(self, part: DocumentGraph) -> WriteResult:
        """Write one document's part in one transaction, replacing what the document had before."""
        with self._session.reading():
            with self._session.transaction() as connection:
                outcome = write_part(connection, part)
            if outcome.result.written:
                self._memory.follow(outcome.change)
        return outcome.result

    def write_many(self, parts: Iterable[DocumentGraph]) -> Sequence[WriteResult]:
        """Write parts of documents, one transaction a document: a file gains little from fewer."""
        return [self.write(part) for part in parts]

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
            self._memory.follow(Change(document_id, before, None))

    def fail(self, failure: Failure) -> None:
        """Note that a document failed; what an earlier version of it added stays."""
        with self._session.transaction() as connection:
            ledger.write_failure(connection, failure)

    def record_run(self, run: RunRecord) -> None:
        """Add or replace (by run id) a run's record."""
        with self._session.transaction() as connection:
            ledger.write_run(connection, run)

    def decide(self, decisions: Iterable[Decision]) -> None:
        """Keep decisions of people and have their documents as they leave them, one transaction a document."""
        for document_id, about in by_document(decisions).items():
            with self._session.reading():
                with self._session.transaction() as connection:
                    change = decide(connection, document_id, about)
                if change is not None:
                    self._memory.follow(change)

    # hierarchy

    def roll_up(self, broader: Mapping[str, Sequence[str]], concepts: Iterable[Concept]) -> bool:
        """Make these the IS_A edges, less what leads up from no concept of a document. Answers whether they changed."""
        return self._hang(hierarchy.rows_of(broader, concepts))

    def remove_hierarchy(self) -> bool:
        """Take out the IS_A edges and what is there for them alone. Answers whether there was a hierarchy."""
        return self._hang(None)

    def _hang(self, rows: hierarchy.Rows | None) -> bool:
        with self._session.reading():
            with self._session.transaction() as connection:
                earlier = hierarchy.packed_state(connection) if self._relinking is not None else ""
                changed = hierarchy.replace(connection, rows)
                if changed and self._relinking is not None:
                    link_history.begin(connection, self._relinking, earlier)
            if changed:
                self._relinking = None
                self._memory.follow_hierarchy()
        return changed

    # linking again

    @contextmanager
    def relinking(self, purpose: str) -> Iterator[int]:
        """Hold the write lock for a relinking. See `GraphStore.relinking`."""
        with self._session.writing():
            with self._session.reading() as connection:
                done = link_history.interrupted(connection, purpose)
            self._relinking = purpose if done is None else None
            try:
                yield done or 0
                if self._relinking is None:
                    with self._session.transaction() as connection:
                        link_history.finish(connection)
            finally:
                self._relinking = None

    def relink(self, part: DocumentGraph) -> None:
        """Replace a document's part by one with other links and keep the earlier ones. Raises UnknownDocumentError."""
        with self._session.reading():
            try:
                with self._session.transaction() as connection:
                    if self._relinking is not None:  # with its first change
                        link_history.begin(connection, self._relinking, hierarchy.packed_state(connection))
                    change = link_history.relink(connection, part)
            except LookupError:
                raise self._unknown(part.document.id) from None
            self._relinking = None
            if change is not None:
                self._memory.follow(change)

    def undo_relinking(self) -> Sequence[str]:
        """Give the documents the links they had before the last relinking. Answers their ids."""
        documents = self.relinked()
        with self._session.writing(), self._session.reading():
            for document_id in documents:
                with self._session.transaction() as connection:
                    change = link_history.undo(connection, document_id)
                if change is not None:
                    self._memory.follow(change)
            with self._session.transaction() as connection:
                changed = link_history.restore_hierarchy(connection)
                link_history.end(connection)
            if changed:
                self._memory.follow_hierarchy()
        return documents

    def forget_undo(self) -> None:
        """Let go of what undoing the last relinking would need."""
        with self._session.writing(), self._session.transaction() as connection:
            link_history.end(connection)
