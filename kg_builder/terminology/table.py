"""A terminology: concepts, their names and what is broader, read from an SQLite file that is opened in no time."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from enum import Enum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from kg_builder.errors import InputError
from kg_builder.records import Concept
from kg_builder.semantic_groups import GROUPS
from kg_builder.terminology.rows import RECOGNIZED, ConceptRow, Source, TermName, Tier
from kg_builder.terminology.table_writing import (
    APPLICATION_ID,
    BETWEEN_NAMES,
    FORMAT,
    PLACE_BITS,
    compact,
    hash_of,
    sorted_words,
)
from kg_builder.text.keys import inverted

_REMEMBERED = 10_000
"""Answers to the last so many questions are kept: texts repeat their names."""
_MAPPED = 1 << 30
"""Bytes of the file that are read as memory, which the system shares between processes."""


class Matching(Enum):
    """When two name keys count as equal."""

    NAME = "name"
    """They are."""
    COMPACT = "compact"
    """They are without their blanks: ``beta blocker``, ``betablocker``."""
    SORTED = "sorted"
    """Their words are in another order: ``failure of kidney``, ``kidney of failure``."""


class Name(NamedTuple):
    """One name of a concept."""

    text: str
    """In natural word order."""
    key: str
    """`name_key` of the text."""
    id: str
    """CURIE; empty for an added name that no concept of the vocabulary has."""
    tier: Tier


class Hit(NamedTuple):
    """A concept that has a name."""

    id: str
    """CURIE."""
    group: str
    """Semantic group code."""
    tier: Tier
    """Of the name."""
    text: str
    """The name, in natural word order."""


class Node(NamedTuple):
    """What is asked of a concept most often, as its row has it."""

    group: str
    name: str
    xrefs: str
    synonyms: str
    broader: tuple[str, ...]


class Terminology:
    """Concepts and their names. Any number of threads may read."""

    def __init__(self, path: Path) -> None:
        """Raises InputError for a file that isn't a terminology."""
        self.path = path
        try:
            # nobody writes a finished file: no locks, and it may lie in a folder that can't be written
            uri = f"file:{quote(str(path))}?mode=ro&immutable=1"
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None)
            self._connection.execute(f"PRAGMA mmap_size = {_MAPPED}")
            found = [self._value(f"PRAGMA {pragma}") for pragma in ("application_id", "user_version")]
            if found != [APPLICATION_ID, FORMAT]:
                raise InputError(f"{path}: not a terminology of this version")
            meta = dict(self._connection.execute("SELECT key, value FROM meta"))
        except sqlite3.Error as error:
            raise InputError(f"{path}: not a terminology ({error})") from error
        self.version = f"{meta['release']}@{meta['digest'][:8]}"
        """For provenance: release and short hash of the content, such as ``kgb-2026.11@1a2b3c4d``."""
        self.lookup = lru_cache(_REMEMBERED)(self._lookup)
        self.concept = lru_cache(_REMEMBERED)(self._concept)
        self.node = lru_cache(_REMEMBERED)(self._node)

    def __len__(self) -> int:
        return int(self._value("SELECT count(*) FROM concept"))

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """What it was made from."""
        return tuple(Source(*row) for row in self._connection.execute("SELECT name, version, licence FROM source"))

    def row(self, identifier: str) -> ConceptRow | None:
        """A concept with everything that is known of it; names in natural word order."""
        query = "SELECT n, grp, tier, name, trees, xrefs FROM concept WHERE id = ?"
        found = self._connection.execute(query, (identifier,)).fetchone()
        if found is None:
            return None
        number, group, tier, name, trees, xrefs = found
        query = "SELECT text, tier, language FROM name WHERE n = ? ORDER BY tier, r"
        names = (TermName(text, Tier(tier), code) for text, tier, code in self._connection.execute(query, (number,)))
        return ConceptRow(
            id=identifier,
            group=group,
            name=name,
            names=tuple(item for item in names if item.text != inverted(name)),
            tier=Tier(tier),
            trees=_parts(trees),
            broader=self.broader(identifier),
            xrefs=_parts(xrefs),
        )

    def _concept(self, identifier: str) -> Concept | None:
        """A concept as a node; its type is the label of its semantic group."""
        if (node := self.node(identifier)) is None:
            return None
        label, synonyms = GROUPS[node.group].label, _parts(node.synonyms, BETWEEN_NAMES)
        return Concept(id=identifier, name=node.name, type=label, synonyms=synonyms, xrefs=_parts(node.xrefs))

    def group(self, identifier: str) -> str | None:
        """Semantic group code of a concept."""
        return node.group if (node := self.node(identifier)) is not None else None

    def broader(self, identifier: str) -> tuple[str, ...]:
        """Ids of the next broader concepts."""
        return node.broader if (node := self.node(identifier)) is not None else ()

    def _node(self, identifier: str) -> Node | None:
        found = self._connection.execute(_NODE, (identifier,)).fetchone()
        if found is None:
            return None
        group, name, xrefs, synonyms, broader = found
        return Node(group, name, xrefs, synonyms, _parts(broader or ""))

    def trees(self, identifier: str) -> tuple[str, ...]:
        """Tree numbers of a concept: a concept whose tree number is a prefix of it is an ancestor."""
        found = self._connection.execute("SELECT trees FROM concept WHERE id = ?", (identifier,)).fetchone()
        return _parts(found[0]) if found else ()

    def current(self, identifier: str) -> str:
        """The id that stands today for one that its vocabulary has retired; any other id as it is."""
        found = self._connection.execute("SELECT current FROM retired WHERE id = ?", (identifier,)).fetchone()
        return str(found[0]) if found else identifier

    def by_xref(self, curie: str) -> tuple[str, ...]:
        """Ids of the concepts that have a cross-reference."""
        query = "SELECT id FROM xref JOIN concept USING (n) WHERE curie = ? ORDER BY n"
        return tuple(found for (found,) in self._connection.execute(query, (curie,)))

    def ancestors(self, identifier: str) -> frozenset[str]:
        """Ids of all broader concepts, itself left out."""
        reached: set[str] = set()
        waiting = [identifier]
        while waiting:  # most of the way up has been asked before
            node = self.node(waiting.pop())
            above = [one for one in node.broader if one not in reached] if node is not None else ()
            reached.update(above)
            waiting += above
        return frozenset(reached - {identifier})

    def descendants(self, identifier: str) -> frozenset[str]:
        """Ids of all narrower concepts, itself left out."""
        query = """WITH RECURSIVE reached (n) AS (SELECT n FROM concept WHERE id = ?
            UNION SELECT broader.n FROM broader JOIN reached ON above = reached.n)
            SELECT id FROM reached JOIN concept USING (n)"""
        return frozenset(found for (found,) in self._connection.execute(query, (identifier,))) - {identifier}

    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes it has names in."""
        return frozenset(language for _, language in self._covered)

    def covers(self, group: str, language: str) -> bool:
        """Whether it has names of a semantic group in a language that are looked for in texts."""
        return (group, language) in self._covered

    @cached_property
    def _covered(self) -> frozenset[tuple[str, str]]:
        query = f"SELECT DISTINCT grp, language FROM name WHERE tier <= {int(RECOGNIZED)}"  # noqa: S608 - a fixed number
        return frozenset(self._connection.execute(query))

    def names(self, group: str, language: str) -> Iterator[Name]:
        """The names of a semantic group's concepts in a language that are looked for in texts, preferred ones first."""
        query = f"""SELECT text, key, coalesce(id, ''), name.tier FROM name LEFT JOIN concept USING (n)
            WHERE name.grp = ? AND language = ? AND name.tier <= {int(RECOGNIZED)}
            ORDER BY name.tier, r"""  # noqa: S608 - a fixed number
        for text, key, identifier, tier in self._connection.execute(query, (group, language)):
            yield Name(text, key, identifier, _TIERS[tier])

    def all_names(self, groups: Collection[str] | None = None) -> Iterator[Name]:
        """Every name that a concept has, for an index of one's own; `groups`: only concepts of these."""
        wanted = sorted(GROUPS if groups is None else groups)
        query = f"""SELECT text, key, id, name.tier FROM name JOIN concept USING (n)
            WHERE name.grp IN ({", ".join("?" * len(wanted))}) ORDER BY r"""  # noqa: S608 - only question marks
        for text, key, identifier, tier in self._connection.execute(query, wanted):
            yield Name(text, key, identifier, _TIERS[tier])

    def _lookup(self, key: str, groups: frozenset[str] | None = None, how: Matching = Matching.NAME) -> tuple[Hit, ...]:
        """The concepts with a name of that key, each once and by its best tier, best tiers first; None: any group."""
        if not key:
            return ()
        hits: dict[str, Hit] = {}
        wanted = _levelled(key, how)
        first = hash_of(wanted) << PLACE_BITS
        found = self._connection.execute(_QUESTION, (first, first | _PLACES)).fetchall()
        for tier, _, own, identifier, group, text in sorted(found):
            if identifier in hits or (own if how is Matching.NAME else _levelled(own, how)) != wanted:
                continue
            if groups is None or group in groups:
                hits[identifier] = Hit(identifier, group, _TIERS[tier], text)
        return tuple(hits.values())

    def names_of(self, identifier: str) -> Sequence[str]:
        """All names of a concept in natural word order, in every language, the preferred one first."""
        if (row := self.row(identifier)) is None:
            return ()
        return tuple(dict.fromkeys((inverted(row.name), *row.synonyms)))

    def _value(self, query: str) -> int:
        return int(self._connection.execute(query).fetchone()[0])


_TIERS = tuple(Tier)
_NODE = """SELECT grp, name, xrefs, synonyms, (SELECT group_concat(upper.id, '|')
    FROM broader CROSS JOIN concept AS upper ON upper.n = above WHERE broader.n = concept.n)
    FROM concept WHERE id = ?"""
_PLACES = (1 << PLACE_BITS) - 1
_QUESTION = f"""SELECT name.tier, r, key, id, concept.grp, text
    FROM hashed CROSS JOIN name ON r = entry & {_PLACES} CROSS JOIN concept ON concept.n = name.n
    WHERE entry BETWEEN ? AND ?"""  # noqa: S608 - a fixed number
"""In the order of the joins: the names of a hash, then what they name."""


def _levelled(key: str, how: Matching) -> str:
    """What is equal for keys that match."""
    if how is Matching.NAME:
        return key
    return compact(key) if how is Matching.COMPACT else sorted_words(key)


def _parts(cell: str, between: str = "|") -> tuple[str, ...]:
    return tuple(cell.split(between)) if cell else ()
