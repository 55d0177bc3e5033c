"""What documents were linked to before the last relinking, so that it can be undone.

The caller holds the transaction.
"""

from __future__ import annotations

import sqlite3

from kg_builder.records import DocumentGraph
from kg_builder.stores import hierarchy, reading
from kg_builder.stores.choice import ALL
from kg_builder.stores.earlier_links import completed_links, differs, kept_links, restored_part
from kg_builder.stores.graph_loading import Change
from kg_builder.stores.part_writing import replace_part
from kg_builder.stores.rows import packed


def interrupted(connection: sqlite3.Connection, purpose: str) -> int | None:
    """How many documents a relinking of this purpose had done when it was cut short; None: there was none."""
    row = connection.execute("SELECT purpose, finished FROM relinking").fetchone()
    return len(relinked(connection)) if row == (purpose, 0) else None


def begin(connection: sqlite3.Connection, purpose: str, earlier_hierarchy: str) -> None:
    """Start a relinking, which forgets how to undo the one before."""
    end(connection)
    connection.execute("INSERT INTO relinking VALUES (?, 0, ?)", (purpose, earlier_hierarchy))


def finish(connection: sqlite3.Connection) -> None:
    """Note that a relinking is complete: the next one starts afresh."""
    connection.execute("UPDATE relinking SET finished = 1")


def restore_hierarchy(connection: sqlite3.Connection) -> bool:
    """Bring back the hierarchy of before the relinking. Answers whether that changed anything."""
    row = connection.execute("SELECT hierarchy FROM relinking").fetchone()
    return row is not None and hierarchy.replace(connection, hierarchy.unpacked_state(row[0]))


def end(connection: sqlite3.Connection) -> None:
    """Let go of what undoing needs."""
    connection.execute("DELETE FROM relinking")
    connection.execute("DELETE FROM earlier_links")


def relinked(connection: sqlite3.Connection) -> list[str]:
    """Ids of the documents whose earlier links are kept, in order."""
    rows = connection.execute("SELECT id FROM earlier_links JOIN documents ON key = document ORDER BY id")
    return [row[0] for row in rows]


def relink(connection: sqlite3.Connection, part: DocumentGraph) -> Change | None:
    """Replace a document's part and keep its links. Answers what that does to the graph.

    Raises LookupError if there is no such document.
    """
    key = reading.document_key(connection, part.document.id)
    if key is None:
        raise LookupError(part.document.id)
    [present] = reading.document_part(connection, key, ALL)
    kept = connection.execute("SELECT body FROM earlier_links WHERE document = ?", (key,)).fetchone()
    body = kept_links(present, part) if kept is None else completed_links(kept[0], present, part)
    change = _put(connection, key, present, part)
    key = reading.document_key(connection, part.document.id)
    connection.execute("INSERT OR REPLACE INTO earlier_links VALUES (?, ?)", (key, body))
    return change


def undo(connection: sqlite3.Connection, document_id: str) -> Change | None:
    """Give a document back its earlier links. Answers what that does to the graph."""
    key = reading.document_key(connection, document_id)
    assert key is not None, "earlier links go with their document"
    [present] = reading.document_part(connection, key, ALL)
    [body] = connection.execute("SELECT body FROM earlier_links WHERE document = ?", (key,)).fetchone()
    connection.execute("DELETE FROM earlier_links WHERE document = ?", (key,))
    return _put(connection, key, present, restored_part(present, body))


def _put(connection: sqlite3.Connection, key: int, present: DocumentGraph, part: DocumentGraph) -> Change | None:
    """Put a part in the place of the present one; where only the settings hash is another, nothing else is touched."""
    if not differs(present, part):
        values = (packed(part.settings_hash), part.fingerprint, key)
        connection.execute("UPDATE documents SET settings_hash = ?, fingerprint = ? WHERE key = ?", values)
        return None
    return replace_part(connection, key, part).change
