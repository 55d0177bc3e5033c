"""Writes the SQLite file that a `Terminology` reads, from a stream of concepts of any length."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from zlib import crc32

import numpy as np

from kg_builder.terminology.concept_file import Preamble
from kg_builder.terminology.rows import RECOGNIZED, AddedName, ConceptRow, TermName, Tier
from kg_builder.text.keys import inverted, name_key

FORMAT = 3
"""Written into the file; a file of another format is made again."""
APPLICATION_ID = 0x4B475445

PLACE_BITS = 28
"""Of an entry of the table `hashed`: the name's place in the low bits, 32 bits of its key's hash above them."""

BETWEEN_NAMES = "\x1f"
"""Between the synonyms of a concept."""

_BATCH = 20_000
"""Rows that go to SQLite at once."""

_SETTINGS = f"""
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -65536;
PRAGMA temp_store = MEMORY; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT};
"""
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE source (name TEXT, version TEXT, licence TEXT);
CREATE TABLE concept (n INTEGER PRIMARY KEY, id TEXT NOT NULL, grp TEXT NOT NULL, tier INTEGER NOT NULL,
    name TEXT NOT NULL, trees TEXT NOT NULL, xrefs TEXT NOT NULL, synonyms TEXT NOT NULL);
CREATE TABLE name (r INTEGER PRIMARY KEY, n INTEGER, grp TEXT NOT NULL, language TEXT NOT NULL, tier INTEGER NOT NULL,
    key TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE hashed (entry INTEGER PRIMARY KEY);
CREATE TABLE broader (n INTEGER NOT NULL, above INTEGER NOT NULL, PRIMARY KEY (n, above)) WITHOUT ROWID;
CREATE TABLE xref (curie TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (curie, n)) WITHOUT ROWID;
CREATE TABLE retired (id TEXT PRIMARY KEY, current TEXT NOT NULL) WITHOUT ROWID;
CREATE TEMPORARY TABLE broader_id (n INTEGER NOT NULL, id TEXT NOT NULL);
CREATE TEMPORARY TABLE tree (number TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
"""
_AFTERWARDS = f"""
BEGIN;
CREATE UNIQUE INDEX concept_by_id ON concept (id);
INSERT OR IGNORE INTO broader SELECT broader_id.n, concept.n FROM broader_id JOIN concept USING (id);
INSERT OR IGNORE INTO broader
    SELECT tree.n, upper.n FROM tree JOIN tree AS upper
    ON upper.number = rtrim(rtrim(tree.number, '0123456789'), '.') WHERE upper.n != tree.n;
CREATE INDEX broader_above ON broader (above);
CREATE INDEX name_looked_for ON name (grp, language, tier) WHERE tier <= {int(RECOGNIZED)};
CREATE INDEX name_of_concept ON name (n);
COMMIT;
"""  # noqa: S608 - a fixed number

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
        connection.executescript(f"{_SETTINGS} BEGIN; {_TABLES}")
        _write_preamble(connection, preamble, digest)
        writer = _Writer(connection)
        for row in rows:
            writer.add(row)
        writer.add_names(_added_names(added or {}, writer.numbers))
        writer.finish()
        connection.executescript(_AFTERWARDS)
    return len(writer.numbers)


def hash_of(levelled: str) -> int:
    """32 bits of a key, or of a form of it under which names are equal as well."""
    return crc32(levelled.encode())


def sorted_words(key: str) -> str:
    """A name key with its words in alphabetical order."""
    return " ".join(sorted(key.split(" "))) if " " in key else key


def compact(key: str) -> str:
    """A name key without its blanks."""
    return key.replace(" ", "")


class _Writer:
    """Concepts and their names in batches; hashes of keys at the end, in order."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.numbers: dict[str, int] = {}
        """Of concepts, by id."""
        self._connection = connection
        self._places = 0
        self._hashed = array("q")
        self._batches: dict[str, list[tuple[object, ...]]] = {query: [] for query in _INSERTS}

    def add(self, row: ConceptRow) -> None:
        """One concept with all that belongs to it, unless there is one of that id."""
        number = len(self.numbers) + 1
        if self.numbers.setdefault(row.id, number) != number:
            return
        lists = ("|".join(row.trees), "|".join(row.xrefs), BETWEEN_NAMES.join(_synonyms(row)))
        self._batches[_CONCEPT].append((number, row.id, row.group, int(row.tier), row.name, *lists))
        self._batches[_TREE].extend((tree, number) for tree in row.trees)
        self._batches[_BROADER].extend((number, above) for above in row.broader)
        self._batches[_XREF].extend((xref, number) for xref in row.xrefs)
        self.add_names([(number, row.group, TermName(row.name, row.tier))])
        self.add_names((number, row.group, name) for name in row.names)

    def add_names(self, names: Iterable[tuple[int | None, str, TermName]]) -> None:
        """Names with the number and the group of what they name."""
        batch = self._batches[_NAME]
        for number, group, name in names:
            text = inverted(name.text) if ", " in name.text else name.text
            key = name_key(text)
            self._places += 1
            batch.append((self._places, number, group, name.language, int(name.tier), key, text))
            if number is not None:
                self._hash(key)
        if len(batch) > _BATCH:
            self._flush()

    def finish(self) -> None:
        """Write what is left, and the hashes."""
        self._flush()
        entries = np.sort(np.frombuffer(self._hashed, np.int64))
        for start in range(0, len(entries), _BATCH):
            batch = entries[start : start + _BATCH].tolist()
            self._connection.executemany("INSERT OR IGNORE INTO hashed VALUES (?)", zip(batch, strict=True))

    def _hash(self, key: str) -> None:
        place = self._places
        self._hashed.append(hash_of(key) << PLACE_BITS | place)
        if " " in key:
            self._hashed.append(hash_of(compact(key)) << PLACE_BITS | place)
            if (in_order := sorted_words(key)) != key:
                self._hashed.append(hash_of(in_order) << PLACE_BITS | place)

    def _flush(self) -> None:
        for query, batch in self._batches.items():
            self._connection.executemany(query, batch)
            batch.clear()


_CONCEPT = "INSERT INTO concept VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_NAME = "INSERT INTO name VALUES (?, ?, ?, ?, ?, ?, ?)"
_TREE = "INSERT OR IGNORE INTO tree VALUES (?, ?)"
_BROADER = "INSERT INTO broader_id VALUES (?, ?)"
_XREF = "INSERT OR IGNORE INTO xref VALUES (?, ?)"
_INSERTS = (_CONCEPT, _NAME, _TREE, _BROADER, _XREF)


def _synonyms(row: ConceptRow) -> list[str]:
    """The vocabulary's own other names, the most trusted first: those that a concept has as a node of a graph."""
    own = sorted((name for name in row.names if name.tier <= Tier.ENTRY), key=lambda name: name.tier)
    return list(dict.fromkeys(text for name in own if (text := inverted(name.text)) != inverted(row.name)))


def _write_preamble(connection: sqlite3.Connection, preamble: Preamble, digest: str) -> None:
    connection.executemany("INSERT INTO meta VALUES (?, ?)", [("release", preamble.release), ("digest", digest)])
    sources = [(source.name, source.version, source.licence) for source in preamble.sources]
    connection.executemany("INSERT INTO source VALUES (?, ?, ?)", sources)
    connection.executemany("INSERT INTO retired VALUES (?, ?)", sorted(preamble.retired.items()))


def _added_names(
    added: Mapping[str, Sequence[AddedName]], numbers: Mapping[str, int]
) -> Iterator[tuple[int | None, str, TermName]]:
    for language, entries in added.items():
        for entry in entries:
            for text in (entry.name, *entry.synonyms):
                yield numbers.get(entry.id), entry.group, TermName(text, Tier.ADDED, language)
