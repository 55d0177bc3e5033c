"""Writes the SQLite file that a `Terminology` reads, from a stream of concepts of any length."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from hashlib import blake2b
from itertools import count
from pathlib import Path

from kg_builder.terminology.concept_file import Preamble
from kg_builder.terminology.rows import AddedName, ConceptRow, TermName, Tier
from kg_builder.text.keys import inverted, name_key

FORMAT = 1
"""Written into the file; a file of another format is made again."""
APPLICATION_ID = 0x4B475445

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE source (name TEXT, version TEXT, licence TEXT);
CREATE TABLE concept (n INTEGER PRIMARY KEY, id TEXT NOT NULL, grp TEXT NOT NULL, tier INTEGER NOT NULL,
    name TEXT NOT NULL, trees TEXT NOT NULL, xrefs TEXT NOT NULL);
CREATE TABLE name (r INTEGER PRIMARY KEY, n INTEGER, grp TEXT NOT NULL, language TEXT NOT NULL, tier INTEGER NOT NULL,
    key TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE other_key (hash INTEGER NOT NULL, r INTEGER NOT NULL, PRIMARY KEY (hash, r)) WITHOUT ROWID;
CREATE TABLE tree (number TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (number, n)) WITHOUT ROWID;
CREATE TABLE broader_id (n INTEGER NOT NULL, id TEXT NOT NULL);
CREATE TABLE xref (curie TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (curie, n)) WITHOUT ROWID;
CREATE TABLE retired (id TEXT PRIMARY KEY, current TEXT NOT NULL) WITHOUT ROWID;
"""
_AFTERWARDS = """
CREATE UNIQUE INDEX concept_by_id ON concept (id);
CREATE TABLE broader (n INTEGER NOT NULL, above INTEGER NOT NULL, PRIMARY KEY (n, above)) WITHOUT ROWID;
INSERT OR IGNORE INTO broader SELECT broader_id.n, concept.n FROM broader_id JOIN concept USING (id);
INSERT OR IGNORE INTO broader
    SELECT tree.n, upper.n FROM tree JOIN tree AS upper
    ON upper.number = rtrim(rtrim(tree.number, '0123456789'), '.') WHERE upper.n != tree.n;
CREATE INDEX broader_above ON broader (above);
DROP TABLE broader_id;
DROP TABLE tree;
CREATE INDEX name_by_key ON name (key);
CREATE INDEX name_by_group ON name (grp, language, tier);
CREATE INDEX name_of_concept ON name (n);
ANALYZE;
"""

NameRow = tuple[int, int | None, str, str, int, str, str]


def write_table(
    path: Path,
    preamble: Preamble,
    rows: Iterable[ConceptRow],
    added: Mapping[str, Sequence[AddedName]] | None = None,
    *,
    digest: str = "",
) -> int:
    """Write all concepts to a new file; returns how many. `added`: hand-written names by language.

    `digest` tells, together with the release, which content this is. The first row of an id counts.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(
            f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA application_id = {APPLICATION_ID};"
            f"PRAGMA user_version = {FORMAT}; BEGIN; {_TABLES}"
        )
        _write_preamble(connection, preamble, digest)
        numbers, names = _write_rows(connection, rows)
        names += _write_names(connection, _added_names(added or {}, numbers), after=names)
        connection.executescript(_AFTERWARDS)  # ends the transaction
    return len(numbers)


def compact_hash(key: str) -> int:
    """Of a name key with its blanks left out."""
    return _hash("c" + key.replace(" ", ""))


def sorted_hash(key: str) -> int:
    """Of a name key's words in alphabetical order."""
    return _hash("s" + " ".join(sorted(key.split(" "))))


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def _write_preamble(connection: sqlite3.Connection, preamble: Preamble, digest: str) -> None:
    connection.executemany("INSERT INTO meta VALUES (?, ?)", [("release", preamble.release), ("digest", digest)])
    sources = [(source.name, source.version, source.licence) for source in preamble.sources]
    connection.executemany("INSERT INTO source VALUES (?, ?, ?)", sources)
    connection.executemany("INSERT INTO retired VALUES (?, ?)", sorted(preamble.retired.items()))


def _write_rows(connection: sqlite3.Connection, rows: Iterable[ConceptRow]) -> tuple[dict[str, int], int]:
    """All concepts with their names; their numbers by id, and how many names there are."""
    numbers: dict[str, int] = {}
    names = 0
    for row in rows:
        if row.id in numbers:
            continue
        number = numbers[row.id] = len(numbers) + 1
        connection.execute(
            "INSERT INTO concept VALUES (?, ?, ?, ?, ?, ?, ?)",
            (number, row.id, row.group, row.tier, row.name, "|".join(row.trees), "|".join(row.xrefs)),
        )
        own = (TermName(row.name, row.tier), *row.names)
        names += _write_names(connection, ((number, row.group, name) for name in own), after=names)
        connection.executemany("INSERT OR IGNORE INTO tree VALUES (?, ?)", [(tree, number) for tree in row.trees])
        connection.executemany("INSERT INTO broader_id VALUES (?, ?)", [(number, above) for above in row.broader])
        connection.executemany("INSERT OR IGNORE INTO xref VALUES (?, ?)", [(xref, number) for xref in row.xrefs])
    return numbers, names


def _added_names(
    added: Mapping[str, Sequence[AddedName]], numbers: Mapping[str, int]
) -> Iterator[tuple[int | None, str, TermName]]:
    for language, entries in added.items():
        for entry in entries:
            for text in (entry.name, *entry.synonyms):
                yield numbers.get(entry.id), entry.group, TermName(text, Tier.ADDED, language)


def _write_names(
    connection: sqlite3.Connection, names: Iterable[tuple[int | None, str, TermName]], *, after: int
) -> int:
    """Names with their keys; returns how many."""
    written = [
        (place, number, group, name.language, int(name.tier), key, natural)
        for place, (number, group, name) in zip(count(after + 1), names, strict=False)
        for natural in [inverted(name.text) if ", " in name.text else name.text]
        for key in [name_key(natural)]
    ]
    connection.executemany("INSERT INTO name VALUES (?, ?, ?, ?, ?, ?, ?)", written)
    connection.executemany("INSERT OR IGNORE INTO other_key VALUES (?, ?)", _other_keys(written))
    return len(written)


def _other_keys(names: Iterable[NameRow]) -> Iterator[tuple[int, int]]:
    for place, number, *_, key, _ in names:
        if number is not None and " " in key:
            yield compact_hash(key), place
            yield sorted_hash(key), place
