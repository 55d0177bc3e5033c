"""How annotators linked names before: documents by name and ids, for the choices that no vocabulary makes.

A row says in how many documents mentions with a key were linked to ids, several ids for a composite. Keys are
name keys; after ``~`` gists of names; after ``=`` the concept that has exactly the name: annotators roll up. They
are kept as hashes: the table answers for a name that is asked for, but can't be read as a list of a corpus's words.
"""

from __future__ import annotations

import lzma
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

Ids = tuple[str, ...]
"""CURIEs in alphabetical order; several: a composite."""
Row = tuple[str, str, Ids]
"""Semantic group, key, ids."""
_XZ_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 1 << 20}]

NAME, GIST, EXACT_CONCEPT, CONCEPT = "", "~", "=", "#"
"""What a key begins with, by what it is; ``#`` counts how often a concept was annotated at all."""


@dataclass(frozen=True, slots=True)
class Priors:
    """Documents by hash of group and key, and by ids."""

    table: Mapping[str, Mapping[Ids, int]] = field(default_factory=dict)
    own: Mapping[str, Mapping[tuple[str, Ids], int]] = field(default_factory=dict)
    """By document id, what it added; only kept in training, where a document mustn't give its own answer away."""
    fewest: int = 1
    """Documents that must agree, the asking one left out."""
    current: Callable[[str], str] | None = None
    """The id that a terminology uses for one of the table's; None: it uses the same."""

    def seen(self, group: str, key: str, document_id: str | None = None) -> Mapping[Ids, int]:
        """Documents by ids."""
        place = place_of(group, key)
        found = self.table.get(place)
        if found is None:
            return {}
        if self.current is not None:
            return _renamed(found, self.current)
        if document_id is None or (mine := self.own.get(document_id)) is None:
            return found
        left = ((ids, count - mine.get((place, ids), 0)) for ids, count in found.items())
        return {ids: count for ids, count in left if count >= self.fewest}


def _renamed(found: Mapping[Ids, int], current: Callable[[str], str]) -> Mapping[Ids, int]:
    renamed: Counter[Ids] = Counter()
    for ids, count in found.items():
        renamed[tuple(sorted({current(one) for one in ids}))] += count
    return renamed


def count_priors(rows: Iterable[tuple[str, Row]], *, fewest: int) -> Priors:
    """Priors of annotated mentions: document id and row. Rows of fewer documents are forgotten."""
    table: dict[str, Counter[Ids]] = {}
    own: dict[str, Counter[tuple[str, Ids]]] = {}
    for document_id, (group, key, ids) in sorted(set(rows)):
        place = place_of(group, key)
        table.setdefault(place, Counter())[ids] += 1
        own.setdefault(document_id, Counter())[place, ids] += 1
    kept = {place: {ids: count for ids, count in found.items() if count >= fewest} for place, found in table.items()}
    return Priors({place: found for place, found in kept.items() if found}, own, fewest)


@lru_cache(maxsize=20_000)  # the steps of the chain ask for those of one mention one after the other
def place_of(group: str, key: str) -> str:
    """Hash of a semantic group and a key."""
    return blake2b(f"{group}\t{key}".encode(), digest_size=6).hexdigest()


def pack_priors(priors: Priors) -> bytes:
    """A compressed table: hash, ids with bars, documents; equal priors give equal bytes."""
    content = "".join(f"{line}\n" for line in _lines(priors)).encode()
    return lzma.compress(content, format=lzma.FORMAT_XZ, filters=_XZ_FILTERS)


def unpack_priors(packed: bytes) -> Priors:
    """What `pack_priors` wrote."""
    table: dict[str, dict[Ids, int]] = {}
    for line in lzma.decompress(packed).decode().splitlines():
        place, ids, count = line.split("\t")
        table.setdefault(place, {})[tuple(ids.split("|"))] = int(count)
    return Priors(table)


def _lines(priors: Priors) -> Iterator[str]:
    for place, found in sorted(priors.table.items()):
        for ids, count in sorted(found.items()):
            yield f"{place}\t{'|'.join(ids)}\t{count}"
