"""The word lists of the fidelity check, read from the TSV files beside this module."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from kg_builder.text.phrases import PhraseTable

Row = tuple[str, ...]


@lru_cache
def rows(name: str) -> tuple[Row, ...]:
    """The rows of a list, without comments."""
    text = files(__package__).joinpath(f"{name}.tsv").read_text(encoding="utf-8")
    return tuple(tuple(line.split("\t")) for line in text.splitlines() if line and not line.startswith("#"))


@lru_cache
def filler(kind: str) -> frozenset[str]:
    """The words of one class in ``filler.tsv``."""
    return frozenset(word for row in rows("filler") if row[0] == kind for word in row[1].split())


@lru_cache
def equivalents() -> PhraseTable[tuple[str, ...]]:
    """Phrases, each with the words that both texts are read as."""
    listed = ((phrase, tuple(row[0].split())) for row in rows("equivalents") for phrase in row[1].split(";"))
    return PhraseTable(listed)


@lru_cache
def units() -> PhraseTable[tuple[str, str, float]]:
    """Units by spelling: code, kind and factor."""
    spelled = ((row[0], row[1], float(row[2]), spelling) for row in rows("units") for spelling in row[3].split("|"))
    return PhraseTable((spelling, (code, kind, factor)) for code, kind, factor, spelling in spelled)


@lru_cache
def fact_words() -> PhraseTable[tuple[str, str]]:
    """Phrases that state a fact by themselves: kind and value."""
    return PhraseTable((phrase, (row[0], row[1])) for row in rows("fact_words") for phrase in row[2].split(";"))


@lru_cache
def denials() -> PhraseTable[str]:
    """Words that deny, each with the direction in which it does."""
    return PhraseTable((row[0], row[1]) for row in rows("negation"))
