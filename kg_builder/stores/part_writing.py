"""One document's part into the tables and out of them. The caller holds the transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kg_builder.graph_store import WriteResult
from kg_builder.records import Concept, DocumentGraph
from kg_builder.stores import decision_rows, sql
from kg_builder.stores.evidence_search import indexed_words
from kg_builder.stores.graph_loading import Change
from kg_builder.stores.hierarchy import prune
from kg_builder.stores.rows import (
    Provenances,
    attributes_json,
    description,
    dumps,
    facets,
    mention_row,
    metadata_json,
    packed,
    reject_json,
    relation_row,
)


class Outcome(NamedTuple):
    """What writing a part came to."""

    result: WriteResult
    before: frozenset[str]
    """Ids of the concepts of the part that was replaced, and of those that went from the hierarchy with them."""
    part: DocumentGraph
    """As decisions of people leave it."""

    @property
    def change(self) -> Change:
        """For what is kept in memory."""
        return Change(self.part.document.id, self.before, self.part)


def write_part(connection: sqlite3.Connection, part: DocumentGraph) -> Outcome:
    """Make the tables hold exactly this part of its document, as decisions of people leave it."""
    document_id, fingerprint = part.document.id, part.fingerprint
    connection.execute("DELETE FROM failures WHERE document_id = ?", (document_id,))
    row = connection.execute("SELECT key, fingerprint FROM documents WHERE id = ?", (document_id,)).fetchone()
    if row is None:
        return Outcome(WriteResult(written=True), frozenset(), _insert_decided(connection, part, fingerprint))
    if row[1] == fingerprint:
        return Outcome(WriteResult(written=False), frozenset(), part)
    return replace_part(connection, row[0], part)


def replace_part(connection: sqlite3.Connection, key: int, part: DocumentGraph) -> Outcome:
    """Put a part in the place of the one that has this key."""
    before = _remove(connection, key)
    decided = _insert_decided(connection, part, part.fingerprint)
    return Outcome(WriteResult(written=True, replaced=True), _remove_orphans(connection, before), decided)


def forget_part(connection: sqlite3.Connection, document_id: str) -> frozenset[str] | None:
    """Take out all there is of a document. Answers the ids of its concepts, or None if there was nothing."""
    row = connection.execute("SELECT key FROM documents WHERE id = ?", (document_id,)).fetchone()
    failed = connection.execute("DELETE FROM failures WHERE document_id = ?", (document_id,)).rowcount
    judged = decision_rows.forget(connection, document_id)
    if row is None and not failed and not judged:
        return None
    connection.execute("INSERT OR IGNORE INTO unwiped VALUES (1)")
    return _remove_orphans(connection, {} if row is None else _remove(connection, row[0]))


def _insert_decided(connection: sqlite3.Connection, part: DocumentGraph, fingerprint: str) -> DocumentGraph:
    """Insert a part as decisions leave it, which is the answer; what was read is kept beside it."""
    decided = decision_rows.as_decided(connection, part)
    key = _insert(connection, decided, fingerprint)
    decision_rows.keep_unreviewed(connection, key, part, decided)
    return decided


def _insert(connection: sqlite3.Connection, part: DocumentGraph, fingerprint: str) -> int:
    provenances = Provenances()
    mentions = [mention_row(n, mention, provenances) for n, mention in enumerate(part.mentions)]
    relations = [relation_row(n, relation, provenances) for n, relation in enumerate(part.relations)]
    key = _insert_document(connection, part, fingerprint, provenances)
    concepts = _concept_keys(connection, part.concepts)
    rows_by_table: tuple[tuple[str, Iterable[tuple[object, ...]]], ...] = (
        ("INSERT INTO facets VALUES (?, ?, ?)", sorted(facets(part.document.metadata))),
        ("INSERT INTO supports VALUES (?, ?, ?)", enumerate(concepts)),
        ("INSERT INTO mentions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", mentions),
        ("INSERT INTO relations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", relations),
        ("INSERT INTO rejects VALUES (?, ?, ?)", enumerate(map(reject_json, part.rejects))),
    )
    for statement, rows in rows_by_table:
        connection.executemany(statement, ((key, *row) for row in rows))
    words = indexed_words(part.document.text, part.relations)
    connection.executemany(sql.INDEX_WORDS, ((key, number, each) for number, each in enumerate(words)))
    return key


def _remove(connection: sqlite3.Connection, key: int) -> dict[int, str]:
    """Take a document's rows out. Answers the concepts that it supported, by key."""
    rows = connection.execute("SELECT key, id FROM supports JOIN concepts ON key = concept WHERE document = ?", (key,))
    concepts = dict(rows.fetchall())
    connection.execute("DELETE FROM documents WHERE key = ?", (key,))
    return concepts


def _remove_orphans(connection: sqlite3.Connection, concepts: Mapping[int, str]) -> frozenset[str]:
    """Take out those concepts that no document supports now, and what they held up. Answers all ids looked at."""
    connection.executemany(sql.ORPHANED, ((key,) for key in concepts))
    ids = frozenset(concepts.values())
    return ids | prune(connection, ids)


def _insert_document(
    connection: sqlite3.Connection, part: DocumentGraph, fingerprint: str, provenances: Provenances
) -> int:
    document = part.document
    date = document.metadata.date
    cursor = connection.execute(
        "INSERT INTO documents VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            document.id,
            document.sha256,
            fingerprint,
            packed(part.settings_hash),
            packed(part.selection.language),
            None if document.language is None else packed(document.language),
            None if date is None else date.isoformat(),
            metadata_json(document.metadata),
            dumps(part.selection.model_dump()),
            attributes_json(part.attributes),
            provenances.json(),
        ),
    )
    key = cursor.lastrowid
    assert key is not None  # an INSERT of one row always has one
    connection.execute("INSERT INTO texts VALUES (?, ?, ?)", (key, packed(document.text), dumps(part.cleaning)))
    return key


def _concept_keys(connection: sqlite3.Connection, concepts: Sequence[Concept]) -> list[int]:
    """Where the tables have each concept as it is described here; new descriptions are added."""
    wanted = [(concept.id, description(concept)) for concept in concepts]
    rows = connection.execute(sql.CONCEPT_KEYS, (dumps([concept.id for concept in concepts]),))
    known = {(concept_id, body): key for key, concept_id, body in rows}
    for values in wanted:
        if values not in known:
            cursor = connection.execute("INSERT INTO concepts (id, description) VALUES (?, ?)", values)
            known[values] = cursor.lastrowid
    return [known[values] for values in wanted]
