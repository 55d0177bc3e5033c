"""Which concepts of two terminologies are the same: through one-to-one cross-references only.

Two concepts are one where a cross-reference names the other's id, or where both have the same one, and nothing
speaks against it: neither is tied to a second concept of the other side, neither has a second id of the vocabulary
that joins them, and nobody else has this one.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

Pair = tuple[str, str]
"""Id in the upper terminology, id in the lower one."""

_COUNTS = "SELECT (SELECT count(*) FROM {0}.concept), (SELECT count(*) FROM {0}.xref)"
# CROSS JOIN keeps SQLite to the order that is written, the smaller side first
_NAMED_BY = """SELECT own.id, other.id FROM {own}.xref CROSS JOIN {other}.concept AS other ON other.id = curie
    JOIN {own}.concept AS own ON own.n = xref.n"""
_NAMED_BY_TURNED = """SELECT own.id, other.id FROM {other}.concept AS other CROSS JOIN {own}.xref ON curie = other.id
    JOIN {own}.concept AS own ON own.n = xref.n"""
_NAMED_RETIRED = """SELECT own.id, other.id FROM {other}.retired CROSS JOIN {own}.xref ON curie = retired.id
    JOIN {other}.concept AS other ON other.id = retired.current JOIN {own}.concept AS own ON own.n = xref.n"""
_IS_RETIRED = """SELECT own.id, other.id FROM {other}.retired CROSS JOIN {own}.concept AS own ON own.id = retired.id
    JOIN {other}.concept AS other ON other.id = retired.current"""
_SHARED = """SELECT a.curie, one.id, one.xrefs, two.id, two.xrefs FROM {small}.xref AS a
    CROSS JOIN {large}.xref AS b ON b.curie = a.curie
    JOIN {small}.concept AS one ON one.n = a.n JOIN {large}.concept AS two ON two.n = b.n"""
_SAME_ID = "SELECT id FROM {small}.concept AS one CROSS JOIN {large}.concept AS two USING (id)"


class Joins(NamedTuple):
    """How terminologies hang together."""

    homes: Mapping[str, str]
    """The id that stands for a concept, by each other id of it."""
    several: frozenset[str]
    """Those of the ids that stand for concepts which more than one terminology has."""


def join(paths: Sequence[Path]) -> Joins:
    """Of terminologies in order of priority."""
    homes: dict[str, str] = {}
    several: set[str] = set()
    taken: list[set[str]] = [set() for _ in paths]
    """By terminology, what its concepts stand for."""
    for lower in range(1, len(paths)):
        for upper in range(lower):
            same, pairs = same_concepts(paths[upper], paths[lower])
            several |= same
            taken[lower] |= {homes.get(one, one) for one in same}
            for above, below in pairs:
                home = homes.get(above, above)
                if below not in homes and below != home and home not in taken[lower]:
                    homes[below] = home
                    taken[lower].add(home)
    return Joins(homes, frozenset(homes.get(one, one) for one in several | set(homes)))


def same_concepts(upper: Path, lower: Path) -> tuple[set[str], list[Pair]]:
    """Ids that both have, and pairs of different ids that mean the same, in order."""
    with closing(_opened({"upper": upper, "lower": lower})) as connection:
        sizes = {name: sum(connection.execute(_COUNTS.format(name)).fetchone()) for name in ("upper", "lower")}
        small, large = sorted(sizes, key=lambda name: sizes[name])
        same = {one for (one,) in connection.execute(_SAME_ID.format(small=small, large=large))}
        named = {pair for pair in _named(connection, small) if same.isdisjoint(pair)}
        certain = _one_to_one(named)
        tied = ({one for one, _ in named} | same, {two for _, two in named} | same)
        shared = {
            pair for pair in _shared(connection, small, large) if pair[0] not in tied[0] and pair[1] not in tied[1]
        }
    return same, sorted(certain | _one_to_one(shared))


def _opened(paths: Mapping[str, Path]) -> sqlite3.Connection:
    """One connection to files that nobody writes."""
    connection = sqlite3.connect("file::memory:", uri=True)
    for name, path in paths.items():
        connection.execute(f"ATTACH ? AS {name}", (f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1",))
    return connection


def _named(connection: sqlite3.Connection, small: str) -> Iterator[Pair]:
    """One names the other, or an id that the other once had."""
    for own, other in (("lower", "upper"), ("upper", "lower")):
        query = _NAMED_BY if own == small else _NAMED_BY_TURNED
        for question in (query, _NAMED_RETIRED, _IS_RETIRED):
            found = connection.execute(question.format(own=own, other=other))
            yield from ((b, a) if own == "lower" else (a, b) for a, b in found)


def _shared(connection: sqlite3.Connection, small: str, large: str) -> set[Pair]:
    """Both have an id of a third vocabulary that nobody else has, and no other of that vocabulary."""
    owners: dict[str, set[Pair]] = defaultdict(set)
    spoilt: set[str] = set()
    for curie, one, one_xrefs, two, two_xrefs in connection.execute(_SHARED.format(small=small, large=large)):
        owners[curie].add((one, two) if small == "upper" else (two, one))
        if not (_only_one(one_xrefs, curie) and _only_one(two_xrefs, curie)):
            spoilt.add(curie)
    return {next(iter(pairs)) for curie, pairs in owners.items() if len(pairs) == 1 and curie not in spoilt}


def _only_one(xrefs: str, curie: str) -> bool:
    prefix = curie[: curie.index(":") + 1]
    return sum(xref.startswith(prefix) for xref in xrefs.split("|")) == 1


def _one_to_one(pairs: Iterable[Pair]) -> set[Pair]:
    held = set(pairs)
    uppers, lowers = Counter(one for one, _ in held), Counter(two for _, two in held)
    return {(one, two) for one, two in held if uppers[one] == 1 and lowers[two] == 1}


def members(homes: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The ids that stand for a concept besides its own, by its own."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for joined, home in homes.items():
        found[home].append(joined)
    return {home: tuple(joined) for home, joined in found.items()}


def number_of_concepts(paths: Sequence[Path], homes: Mapping[str, str]) -> int:
    """Of several terminologies, each concept counted once."""
    named = {f"layer{place}": path for place, path in enumerate(paths)}
    ids = " UNION ".join(f"SELECT id FROM {name}.concept" for name in named)  # noqa: S608 - names of our own
    with closing(_opened(named)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM ({ids})").fetchone()[0]) - len(homes)  # noqa: S608


def counted(path: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Concepts by semantic group and names by language of a terminology file, most first."""
    with closing(_opened({"file": path})) as connection:
        groups = connection.execute("SELECT grp, count(*) FROM file.concept GROUP BY 1 ORDER BY 2 DESC, 1")
        languages = connection.execute("SELECT language, count(*) FROM file.name GROUP BY 1 ORDER BY 2 DESC, 1")
        return dict(groups), dict(languages)
