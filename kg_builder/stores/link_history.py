"""What documents were linked to before the last relinking, so that it can be undone. The caller holds the transaction.

A document whose links stayed and only its settings hash changed keeps no more than the hash.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from kg_builder.records import Concept, DocumentGraph, Mention, Reject, Relation
from kg_builder.stores import hierarchy, reading
from kg_builder.stores.choice import ALL
from kg_builder.stores.graph_loading import Change
from kg_builder.stores.part_writing import replace_part
from kg_builder.stores.rows import dumps, packed

_KEPT: dict[str, Any] = {"mentions": Mention, "concepts": Concept, "relations": Relation, "rejects": Reject}
"""What linking decides of a part, and the records that it is made of."""


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
    body = _body(present, part) if kept is None else _completed(kept[0], present, part)
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
    return _put(connection, key, present, _restored(present, json.loads(body)))


def _put(connection: sqlite3.Connection, key: int, present: DocumentGraph, part: DocumentGraph) -> Change | None:
    """Put a part in the place of the present one; where only the settings hash is another, nothing else is touched."""
    if not _differs(present, part):
        values = (packed(part.settings_hash), part.fingerprint, key)
        connection.execute("UPDATE documents SET settings_hash = ?, fingerprint = ? WHERE key = ?", values)
        return None
    return Change(part.document.id, replace_part(connection, key, part), part)


def _differs(present: DocumentGraph, after: DocumentGraph) -> bool:
    return any(getattr(present, name) != getattr(after, name) for name in _KEPT)


def _body(present: DocumentGraph, after: DocumentGraph) -> str:
    """What of the present part is to be kept."""
    kept: dict[str, Any] = {"settings_hash": present.settings_hash}
    if _differs(present, after):
        kept |= {name: [item.model_dump() for item in getattr(present, name)] for name in _KEPT}
    return dumps(kept)


def _completed(body: str, present: DocumentGraph, after: DocumentGraph) -> str:
    """What was kept by the beginning of this relinking, which may have been the hash alone."""
    return dumps(json.loads(_body(present, after)) | json.loads(body))


def _restored(present: DocumentGraph, kept: dict[str, Any]) -> DocumentGraph:
    records = {
        name: tuple(record.model_validate(item) for item in kept[name])
        for name, record in _KEPT.items()
        if name in kept
    }
    return present.model_copy(update={"settings_hash": kept["settings_hash"], **records})
