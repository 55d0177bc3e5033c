"""The word lists of attributes, read from the TSV files beside this module."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from kg_builder.text.phrases import PhraseTable


class Kind(StrEnum):
    """What an attribute says."""

    DOSE = "dose"
    STRENGTH = "strength"
    ROUTE = "route"
    FREQUENCY = "frequency"
    DURATION = "duration"
    LABORATORY = "laboratory value"


Row = tuple[str, ...]


@lru_cache
def rows(name: str) -> tuple[Row, ...]:
    """The rows of a list, without comments."""
    text = files(__package__).joinpath(f"{name}.tsv").read_text(encoding="utf-8")
    return tuple(tuple(line.split("\t")) for line in text.splitlines() if line and not line.startswith("#"))


@lru_cache
def phrases(name: str) -> PhraseTable[Row]:
    """The phrases of a list, each with the other columns of its row."""
    return PhraseTable((row[0], row[1:]) for row in rows(name))


@lru_cache
def phrases_with_role(name: str, role: str) -> PhraseTable[Row]:
    """The phrases of a list whose second column is a role, each with the columns after it."""
    return PhraseTable((row[0], row[2:]) for row in rows(name) if row[1] == role)


@lru_cache
def names_of(kind: str) -> tuple[str, ...]:
    """Names in small letters of the types that take what is found; see ``kinds.tsv``."""
    return tuple(name.lower() for row in rows("kinds") if row[0] == kind for name in row[1].split("|"))


def phrase_at(table: PhraseTable[Row], keys: Sequence[str], place: int, reach: int = 6) -> tuple[int, Row] | None:
    """The longest phrase that begins at a word, as the place after it and its columns."""
    found = next(table.find(keys[place : place + reach]), None)
    return (place + found.last, found.value) if found is not None and found.first == 0 else None


def covers(table: PhraseTable[Row], keys: Sequence[str]) -> bool:
    """Whether words are nothing but phrases of a table."""
    return sum(found.last - found.first for found in table.find(keys)) == len(keys)


def spelled(cells: Iterable[Row], column: int) -> Iterator[tuple[str, Row]]:
    """Each spelling of a column whose cells separate them by ``|``, with its row."""
    return ((spelling, row) for row in cells for spelling in row[column].split("|"))
