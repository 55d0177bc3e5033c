"""What the file keeps beside the graph: fingerprints, failed documents, runs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import UTC

from kg_builder.graph_store import Failure
from kg_builder.stores.rows import dumps, packed, unpacked
from kg_builder.stores.views import RunRecord


def fingerprints(connection: sqlite3.Connection, document_ids: Iterable[str]) -> dict[str, str]:
    """Of those of the documents that are there."""
    rows = connection.execute(
        "SELECT id, fingerprint FROM documents WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (dumps(list(document_ids)),),
    )
    return dict(rows.fetchall())


def write_failure(connection: sqlite3.Connection, failure: Failure) -> None:
    """Add or replace a failed document's entry."""
    values = (failure.document_id, failure.code, packed(failure.message), failure.state, failure.attempts)
    connection.execute("INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?)", values)


def failures(connection: sqlite3.Connection, document_ids: Iterable[str] | None = None) -> list[Failure]:
    """In order of document; of all documents, or of those named."""
    if document_ids is None:
        rows = connection.execute("SELECT * FROM failures ORDER BY document_id")
    else:
        named = (dumps(list(document_ids)),)
        rows = connection.execute(
            "SELECT * FROM failures WHERE document_id IN (SELECT value FROM json_each(?)) ORDER BY document_id", named
        )
    return [Failure(id_, code, unpacked(message), *rest) for id_, code, message, *rest in rows]


def write_run(connection: sqlite3.Connection, run: RunRecord) -> None:
    """Add or replace a run's record."""
    started = run.started.astimezone(UTC).isoformat(timespec="microseconds")
    values = (run.id, started, dumps(run.model_dump(mode="json")))
    connection.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", values)


def runs(connection: sqlite3.Connection) -> list[RunRecord]:
    """Oldest first."""
    rows = connection.execute("SELECT body FROM runs ORDER BY started, id")
    return [RunRecord.model_validate(json.loads(row[0])) for row in rows]
