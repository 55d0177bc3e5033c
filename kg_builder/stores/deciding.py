"""New decisions of people about one document, and what becomes of it. The caller holds the transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from kg_builder.review.decisions import Decision
from kg_builder.stores import decision_rows, reading
from kg_builder.stores.choice import ALL
from kg_builder.stores.graph_loading import Change
from kg_builder.stores.part_writing import replace_part


def decide(connection: sqlite3.Connection, document_id: str, decisions: Iterable[Decision]) -> Change | None:
    """Keep decisions about a document and have it as they leave it. Answers what that does to the graph.

    Its links of before the last relinking stay, so that this can still be undone.
    """
    new = decision_rows.add(connection, decisions)
    key = reading.document_key(connection, document_id)
    if not new or key is None:
        return None
    [read] = reading.document_part(connection, key, ALL)
    earlier = connection.execute("SELECT body FROM earlier_links WHERE document = ?", (key,)).fetchone()
    change = replace_part(connection, key, read).change
    if earlier is not None:
        key = reading.document_key(connection, document_id)
        connection.execute("INSERT INTO earlier_links VALUES (?, ?)", (key, earlier[0]))
    return change
