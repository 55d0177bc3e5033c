"""What a terminology holds, counted, and names looked up with typos forgiven: for people, not for linking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from kg_builder.terminology.joining import counted
from kg_builder.terminology.rows import Source
from kg_builder.terminology.stack import TerminologyStack
from kg_builder.terminology.table import Matching, Name, Terminology
from kg_builder.text.keys import inverted, name_key

_ALIKE = 70
"""Least likeness in percent."""
_CHUNK = 50_000
"""Names compared at once."""
_WHYS = (
    (Matching.NAME, 1.0, "name"),
    (Matching.COMPACT, 0.99, "name but for its blanks"),
    (Matching.SORTED, 0.98, "name in another word order"),
)
_BEGINS = 0.95


@dataclass(frozen=True, slots=True)
class Contents:
    """Of one terminology file."""

    path: str
    version: str
    sources: tuple[Source, ...]
    concepts: int
    names: int
    by_group: dict[str, int]
    """Concepts by semantic group code, most first."""
    by_language: dict[str, int]
    """Names by ISO 639-1 code, most first."""


@dataclass(frozen=True, slots=True)
class Found:
    """A concept that a text may name."""

    id: str
    name: str
    group: str
    """Semantic group code."""
    score: float
    """1 for its very name; no probability."""
    why: str


def layers(terminology: Terminology | TerminologyStack) -> tuple[Terminology, ...]:
    """The terminologies that one is made of, the first with priority."""
    return terminology.layers if isinstance(terminology, TerminologyStack) else (terminology,)


def contents(terminology: Terminology) -> Contents:
    """Counts of one terminology."""
    by_group, by_language = counted(terminology.path)
    return Contents(
        path=str(terminology.path),
        version=terminology.version,
        sources=terminology.sources,
        concepts=sum(by_group.values()),
        names=sum(by_language.values()),
        by_group=by_group,
        by_language=by_language,
    )


def search(terminology: Terminology, text: str, *, group: str | None = None, limit: int = 10) -> list[Found]:
    """Concepts by id, cross-reference or name, the likeliest first; `group`: semantic group code, None: any."""
    best: dict[str, Found] = {}
    for identifier, score, why in _candidates(terminology, text, None if group is None else frozenset({group})):
        if identifier in best and best[identifier].score >= score:
            continue
        row = terminology.row(identifier)
        if row is not None and group in {None, row.group}:
            best[row.id] = Found(row.id, inverted(row.name), row.group, score, why)
    return sorted(best.values(), key=lambda one: (-one.score, one.id))[:limit]


def _candidates(terminology: Terminology, text: str, groups: frozenset[str] | None) -> Iterator[tuple[str, float, str]]:
    wanted = text.strip()
    if ":" in wanted and " " not in wanted:
        current = terminology.current(wanted)
        yield current, 1.0, "id" if current == wanted else f"id: was {wanted}"
        yield from ((found, 1.0, f"cross-reference {wanted}") for found in terminology.by_xref(wanted))
    key = name_key(wanted)
    for how, score, why in _WHYS:
        yield from ((hit.id, score, f"{why}: {hit.text}") for hit in terminology.lookup(key, groups, how))
    if key:
        yield from _alike(key, terminology.all_names(groups))


def _alike(key: str, names: Iterable[Name]) -> Iterator[tuple[str, float, str]]:
    """Names that begin like the key, or are like it in most letters."""
    from rapidfuzz import fuzz, process

    stream = iter(names)
    while chunk := list(islice(stream, _CHUNK)):
        keys = [name.key for name in chunk]
        for _, likeness, place in process.extract(key, keys, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=100):
            if likeness < 100:
                yield chunk[place].id, 0.9 * likeness / 100, f"like {likeness:.0f} %: {chunk[place].text}"
        for name in chunk:
            if name.key.startswith(key) and len(name.key) > len(key):
                yield name.id, _BEGINS * (0.9 + 0.1 * len(key) / len(name.key)), f"begins so: {name.text}"
