"""The graph in a Neo4j database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from uuid import uuid4

import neo4j

from kg_builder.graph_store import Failure, WriteResult
from kg_builder.records import Concept, DocumentGraph
from kg_builder.review.decisions import Decision, by_document
from kg_builder.schema import Schema
from kg_builder.stores.hierarchy import Rows, rows_of
from kg_builder.stores.neo4j import decisions, hierarchy, ledger, link_history
from kg_builder.stores.neo4j.connection import Neo4jConnection, connection_of_environment
from kg_builder.stores.neo4j.names import names_of
from kg_builder.stores.neo4j.part_batches import batches
from kg_builder.stores.neo4j.part_rows import PartRows
from kg_builder.stores.neo4j.part_writing import PartWriter
from kg_builder.stores.neo4j.reader import Neo4jReader
from kg_builder.stores.neo4j.relinking_lock import RelinkingLock
from kg_builder.stores.neo4j.schema_setup import prepare
from kg_builder.stores.neo4j.session import Neo4jSession
from kg_builder.stores.neo4j.statements import DYNAMIC_NAMES
from kg_builder.stores.views import RunRecord


class Neo4jStore(Neo4jReader):
    """A `GraphStore` over one Neo4j database. Any thread, process and machine may write to it at the same time.

    Where documents describe one concept differently, the description that sorts first counts (linked
    before unlinked, then by name), with the cross-references of all: the order of writing doesn't matter.
    """

    _relinking: tuple[str, str] | None = None
    """Purpose and token of a relinking that hasn't changed anything yet: until then the last one can be undone."""

    def __init__(
        self,
        uri: str,
        *,
        connection: Neo4jConnection | None = None,
        read_only: bool = False,
        schemas: Iterable[Schema] = (),
    ) -> None:
        """Connect, and make an empty database a store.

        Concept types and predicates of the built-in schemas and of `schemas`, and of those that the database was opened
        with before, become labels and relationship types.
        Raises StoreError where the server can't be used, SettingsError for a URI that is none.
        """
        connection, schemas = connection or connection_of_environment(), tuple(schemas)
        session = Neo4jSession(uri, connection, read_only=read_only)
        try:
            names = prepare(session, names_of(schemas))
        except BaseException:
            session.close()
            raise
        super().__init__(session)
        self._reopen = partial(Neo4jStore, session.location, connection=connection, schemas=schemas)
        self._lock = RelinkingLock(session)
        self._writer = PartWriter(names, self._lock, dynamic=session.server_version >= DYNAMIC_NAMES)

    def reopening(self) -> Callable[[], Neo4jStore]:
        """What opens the same database in another process; it is sent there with whatever the connection needs."""
        return self._reopen

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Make sure that nobody relinks; others may write at the same time. Raises StoreLockedError."""
        self._lock.look()
        yield

    def write(self, part: DocumentGraph) -> WriteResult:
        """Write one document's part in one transaction, replacing what the document had before."""
        return self.write_many([part])[0]

    def write_many(self, parts: Iterable[DocumentGraph]) -> Sequence[WriteResult]:
        """Write parts of documents, many in one transaction: see `part_batches`."""
        return [result for batch in batches(parts, self._writer.names) for result in self._write(batch)]

    def _write(self, batch: Sequence[PartRows]) -> list[WriteResult]:
        done = [WriteResult(written=False)] * len(batch)

        def work(tx: neo4j.ManagedTransaction) -> None:
            for number, result in enumerate(self._writer.write(tx, batch)):
                if result.written:  # else: unless the commit of an earlier try came through
                    done[number] = result

        self._session.write(work)
        return done

    def forget(self, document_id: str) -> None:
        """Remove a document and all that only it supported. Raises UnknownDocumentError."""
        tried: list[bool] = []

        def work(tx: neo4j.ManagedTransaction) -> bool:
            tried.append(self._writer.forget(tx, document_id))
            return any(tried)

        if not self._session.write(work):
            raise self._unknown(document_id)

    def fail(self, failure: Failure) -> None:
        """Note that a document failed; what an earlier version of it added stays."""
        self._session.write(lambda tx: ledger.write_failure(tx, failure))

    def record_run(self, run: RunRecord) -> None:
        """Add or replace (by run id) a run's record."""
        self._session.write(lambda tx: ledger.write_run(tx, run))

    def decide(self, given: Iterable[Decision]) -> None:
        """Keep decisions of people and have their documents as they leave them, one transaction a document."""
        self._lock.look()
        for document_id, about in by_document(given).items():

            def work(tx: neo4j.ManagedTransaction, name: str = document_id, new: list[Decision] = about) -> None:
                decisions.add(tx, new)
                link_history.redecide(tx, self._writer, name)

            self._session.write(work)

    # hierarchy

    def roll_up(self, broader: Mapping[str, Sequence[str]], concepts: Iterable[Concept]) -> bool:
        """Make these the IS_A edges, less what leads up from no concept of a document. Answers whether they changed."""
        return self._hang(rows_of(broader, concepts))

    def remove_hierarchy(self) -> bool:
        """Take out the IS_A edges and what is there for them alone. Answers whether there was a hierarchy."""
        return self._hang(None)

    def _hang(self, rows: Rows | None) -> bool:
        beginning = self._relinking
        tried: list[bool] = []

        def work(tx: neo4j.ManagedTransaction) -> bool:
            hierarchy.lock(tx)
            earlier = b"" if beginning is None else hierarchy.packed_hierarchy(tx)
            tried.append(hierarchy.replace(tx, self._writer, rows))
            if tried[-1] and beginning is not None:
                self._lock.renew(tx)
                link_history.begin(tx, *beginning, earlier)
            return any(tried)

        changed = self._session.write(work)
        if changed:
            self._relinking = None
        return changed

    # linking again

    @contextmanager
    def relinking(self, purpose: str) -> Iterator[int]:
        """Keep others from writing during a relinking. See `GraphStore.relinking`."""
        with self._alone():
            done = self._session.read(lambda tx: link_history.interrupted(tx, purpose))
            self._relinking = (purpose, uuid4().hex) if done is None else None
            try:
                yield done or 0
                if self._relinking is None:
                    self._session.write(link_history.finish)
            finally:
                self._relinking = None

    def relink(self, part: DocumentGraph) -> None:
        """Replace a document's part by one with other links and keep the earlier ones. Raises UnknownDocumentError."""
        beginning = self._relinking

        def work(tx: neo4j.ManagedTransaction) -> None:
            self._lock.renew(tx)
            if beginning is not None:  # with its first change
                link_history.begin(tx, *beginning, hierarchy.packed_hierarchy(tx))
            link_history.relink(tx, self._writer, part)

        try:
            self._session.write(work)
        except LookupError:
            raise self._unknown(part.document.id) from None
        self._relinking = None

    def undo_relinking(self) -> Sequence[str]:
        """Give the documents the links they had before the last relinking. Answers their ids."""
        with self._alone():
            documents = self.relinked()
            for document_id in documents:
                self._session.write(lambda tx, name=document_id: link_history.undo(tx, self._writer, name))  # type: ignore[misc]
            self._session.write(self._end_undoing)
        return documents

    def forget_undo(self) -> None:
        """Let go of what undoing the last relinking would need."""
        with self._alone():
            self._session.write(link_history.end)

    def _end_undoing(self, tx: neo4j.ManagedTransaction) -> None:
        link_history.restore_hierarchy(tx, self._writer)
        link_history.end(tx)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._lock.acquire()
        try:
            yield
        finally:
            self._lock.release()
