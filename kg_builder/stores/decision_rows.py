"""Decisions of people in the tables, and what was read in the documents that they change.

The caller holds the transaction. The other tables have a document as decisions leave it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from kg_builder.records import DocumentGraph
from kg_builder.review.applying import review
from kg_builder.review.decisions import Decision, in_order
from kg_builder.review.json_lines import decision_from_json, decision_json
from kg_builder.stores.earlier_links import differs, kept_links, restored_part

DECISIONS_A_PAGE = 500


def add(connection: sqlite3.Connection, decisions: Iterable[Decision]) -> bool:
    """Keep these; answers whether any of them is new."""
    rows = [(decision.id, decision.document, decision_json(decision)) for decision in decisions]
    before = connection.total_changes
    connection.executemany("INSERT OR IGNORE INTO decisions VALUES (?, ?, ?)", rows)
    return connection.total_changes > before


def of_document(connection: sqlite3.Connection, document_id: str) -> list[Decision]:
    """In the order in which they were taken."""
    rows = connection.execute("SELECT body FROM decisions WHERE document = ?", (document_id,))
    return in_order(decision_from_json(row[0]) for row in rows)


def document_page(connection: sqlite3.Connection, after: str) -> list[str]:
    """Ids of documents that decisions are about, in order."""
    rows = connection.execute(
        "SELECT DISTINCT document FROM decisions WHERE document > ? ORDER BY document LIMIT ?",
        (after, DECISIONS_A_PAGE),
    )
    return [row[0] for row in rows]


def forget(connection: sqlite3.Connection, document_id: str) -> bool:
    """Take out the decisions about a document, which quote it; answers whether there were any."""
    return connection.execute("DELETE FROM decisions WHERE document = ?", (document_id,)).rowcount > 0


def as_decided(connection: sqlite3.Connection, part: DocumentGraph) -> DocumentGraph:
    """A part as it was read, as the decisions about its document leave it."""
    decisions = of_document(connection, part.document.id)
    return review(part, decisions).part if decisions else part


def keep_unreviewed(connection: sqlite3.Connection, key: int, read: DocumentGraph, decided: DocumentGraph) -> None:
    """Keep what was read where decisions made something else of it."""
    if read is not decided and differs(read, decided):
        connection.execute("INSERT INTO unreviewed VALUES (?, ?)", (key, kept_links(read, decided)))


def as_read(connection: sqlite3.Connection, key: int, decided: DocumentGraph) -> DocumentGraph:
    """Back from what decisions made of a part."""
    row = connection.execute("SELECT body FROM unreviewed WHERE document = ?", (key,)).fetchone()
    return decided if row is None else restored_part(decided, row[0])


def every_document(connection: sqlite3.Connection) -> Iterator[str]:
    """Ids of all documents that decisions are about, in order."""
    after = ""
    while page := document_page(connection, after):
        yield from page
        after = page[-1]
