"""What a page that shows a graph asks of the tables: little about much, and no sentences."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kg_builder.records import Reject, ReviewStatus
from kg_builder.stores import sql
from kg_builder.stores.choice import Choice
from kg_builder.stores.rows import dumps, merged_description, metadata_from_json, reject_from_json, unpacked
from kg_builder.stores.strengths import Ends
from kg_builder.stores.views import ConceptOutline, DocumentLine, StatementView, merged_statements, names_document

_BEST = """
SELECT subject, predicate, object FROM relations r WHERE {relation} GROUP BY 1, 2, 3
ORDER BY count(DISTINCT document) DESC, max(coalesce(confidence, 0)) DESC, 1, 2, 3 LIMIT :limit
"""
_STATEMENTS = """
SELECT r.subject, r.predicate, r.object, d.id, r.assertion, r.confidence, r.review
FROM relations r JOIN documents d ON d.key = r.document WHERE {relation} AND
"""
_ENDS = """
(r.subject IN (SELECT value FROM json_each(:concepts)) {joined} r.object IN (SELECT value FROM json_each(:concepts)))
"""
_MENTIONED = """
SELECT concepts, count(*), count(DISTINCT document) FROM mentions m WHERE {mention} GROUP BY 1
"""
_MENTIONING = """
SELECT DISTINCT concepts, document FROM mentions m
WHERE concepts IN (SELECT value FROM json_each(:lists)) AND {mention}
"""
_JOINED = "SELECT DISTINCT subject, object FROM relations r WHERE {relation}"
_DOCUMENTS_OF = """
SELECT d.id, count(*) FROM concepts c JOIN supports s ON s.concept = c.key JOIN documents d ON d.key = s.document
JOIN mentions m ON m.document = s.document
WHERE c.id = :concept AND instr(m.concepts, ' ' || c.id || ' ') AND {mention}
GROUP BY c.key, d.id
"""
_NAMED = "SELECT key, id, metadata FROM documents ORDER BY id"
_PAGE = "SELECT key FROM documents ORDER BY id LIMIT ? OFFSET ?"
_LINE = """
SELECT id, language, metadata,
    (SELECT count(*) FROM mentions WHERE document = key),
    (SELECT count(*) FROM (SELECT DISTINCT subject, predicate, object, assertion FROM relations WHERE document = key)),
    (SELECT count(*) FROM rejects WHERE document = key)
FROM documents WHERE key = ?
"""

_REJECTS = """
SELECT d.id, r.ordinal, r.body FROM documents d JOIN rejects r ON r.document = d.key
WHERE (d.id, r.ordinal) > (?, ?) ORDER BY d.id, r.ordinal LIMIT ?
"""
REJECTS_A_PAGE = 500
RejectPlace = tuple[str, int]
FIRST_REJECT: RejectPlace = ("", -1)

_UNREVIEWED = ReviewStatus.UNREVIEWED.value


def best_supported(connection: sqlite3.Connection, limit: int, choice: Choice) -> list[Ends]:
    """Relations that most documents state, then with the highest confidence, then in order of ends."""
    rows = _run(connection, _BEST, choice, limit=limit)
    return [(subject, unpacked(predicate), object_) for subject, predicate, object_ in rows]


def statements(
    connection: sqlite3.Connection, concepts: Sequence[str], choice: Choice, *, among: bool
) -> list[StatementView]:
    """What documents state of these concepts, or of two of them, in order."""
    query = _STATEMENTS + _ENDS.format(joined="AND" if among else "OR")
    rows = _run(connection, query, choice, concepts=dumps(concepts))
    return merged_statements(
        StatementView(subject, unpacked(predicate), object_, document, assertion, confidence, review or _UNREVIEWED)
        for subject, predicate, object_, document, assertion, confidence, review in rows
    )


def outlines(connection: sqlite3.Connection, choice: Choice) -> dict[str, ConceptOutline]:
    """Every concept that a document describes, by id. Counts are the choice's: they may all be none."""
    mentions, documents = _counts(connection, choice)
    joined: defaultdict[str, set[str]] = defaultdict(set)
    for subject, object_ in _run(connection, _JOINED, choice):
        if subject != object_:
            joined[subject].add(object_)
            joined[object_].add(subject)
    bodies: defaultdict[str, list[str]] = defaultdict(list)
    for concept_id, body in connection.execute(sql.ALL_DESCRIPTIONS):
        bodies[concept_id].append(body)
    found = {}
    for concept_id, described in bodies.items():
        name, type_, linked, _ = merged_description(described)
        counts = (documents[concept_id], mentions[concept_id], len(joined.get(concept_id, ())))
        found[concept_id] = ConceptOutline(concept_id, name, type_, linked, *counts)
    return found


def _counts(connection: sqlite3.Connection, choice: Choice) -> tuple[Counter[str], Counter[str]]:
    """Mentions, and documents with one, by concept. Where one mention is of several concepts, the documents of all
    mentions of these must be known apart.
    """
    mentions: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    several: set[str] = set()
    for listed, count, spread in _run(connection, _MENTIONED, choice):
        ids = set(listed[1:-1].split(" "))
        if " " in listed[1:-1]:
            several.add(listed)
        for concept_id in ids:
            mentions[concept_id] += count
            documents[concept_id] += spread
    for concept_id, apart in _documents_apart(connection, several, choice).items():
        documents[concept_id] = len(apart)
    return mentions, documents


def _documents_apart(connection: sqlite3.Connection, lists: set[str], choice: Choice) -> Mapping[str, set[int]]:
    """Documents with mentions of the concepts of these lists, alone or among others."""
    concerned = {concept_id for listed in lists for concept_id in listed[1:-1].split(" ")}
    if not concerned:
        return {}
    wanted = dumps(sorted(lists | {f" {concept_id} " for concept_id in concerned}))
    found: defaultdict[str, set[int]] = defaultdict(set)
    for listed, document in _run(connection, _MENTIONING, choice, lists=wanted):
        for concept_id in listed[1:-1].split(" "):
            found[concept_id].add(document)
    return found


def documents_of(connection: sqlite3.Connection, concept_id: str, choice: Choice) -> list[tuple[str, int]]:
    """Documents that mention a concept and how often, most often first."""
    rows = _run(connection, _DOCUMENTS_OF, choice, concept=concept_id)
    return sorted(((document, count) for document, count in rows), key=lambda row: (-row[1], row[0]))


def document_lines(
    connection: sqlite3.Connection, text: str, offset: int, limit: int
) -> tuple[int, list[DocumentLine]]:
    """How many documents have the text in their id or metadata, and some of them, in order of id."""
    if text:
        plain = _plain(text)
        keys = [
            key
            for key, id_, body in connection.execute(_NAMED)
            if (plain is None or plain in id_.lower() or plain in body.lower() or "\\u" in body or not id_.isascii())
            and names_document(text, _said(id_, body))
        ]
        total, keys = len(keys), keys[offset : offset + limit]
    else:
        total = connection.execute("SELECT count(*) FROM documents").fetchone()[0]
        keys = [row[0] for row in connection.execute(_PAGE, (limit, offset))]
    return total, [_line(*connection.execute(_LINE, (key,)).fetchone()) for key in keys]


def reject_page(
    connection: sqlite3.Connection, after: RejectPlace, _: Choice
) -> tuple[list[tuple[str, Reject]], RejectPlace | None]:
    """Rejected items of all documents with these documents' ids, in order, and where the next page starts."""
    rows = connection.execute(_REJECTS, (*after, REJECTS_A_PAGE)).fetchall()
    found = [(document, reject_from_json(body)) for document, _, body in rows]
    return found, (rows[-1][0], rows[-1][1]) if len(rows) == REJECTS_A_PAGE else None


def _plain(text: str) -> str | None:
    """What JSON in ASCII has of a text that is all there in small letters: most documents then needn't be parsed."""
    return text.lower() if text.isascii() and text.isprintable() and not {'"', "\\"} & set(text) else None


def _said(document_id: str, metadata: str) -> Iterable[Any]:
    said = json.loads(metadata)
    extra, tags = said.pop("extra"), said.pop("tags", ())
    return (document_id, *said.values(), *tags, *extra.values())


def _run(connection: sqlite3.Connection, query: str, choice: Choice, **others: Any) -> sqlite3.Cursor:
    """Without conditions where there are none: an index then has all that is asked for."""
    relation, mention = ("true", "true") if choice.everything else (sql.RELATION_PASSES, sql.MENTION_PASSES)
    return connection.execute(query.format(relation=relation, mention=mention), choice.parameters(**others))


def _line(id_: str, language: Any, metadata: str, *counts: int) -> DocumentLine:
    return DocumentLine(id_, unpacked(language), metadata_from_json(metadata), *counts)
