"""What the detector tells: which characters identify somebody, and how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """Of identifiers, after the list of HIPAA's safe harbour."""

    NAME = "NAME"
    DATE = "DATE"
    """Whatever is finer than a year."""
    PHONE = "PHONE"
    """Telephone, fax, pager."""
    EMAIL = "EMAIL"
    ADDRESS = "ADDRESS"
    """Streets, places smaller than a state or province, post codes."""
    RECORD = "RECORD"
    """Numbers of records, accounts, insurances, specimens and persons."""
    LICENCE = "LICENCE"
    """Licences, certificates, vehicles and their plates."""
    DEVICE = "DEVICE"
    """Serial numbers and the like."""
    URL = "URL"
    IP = "IP"
    AGE = "AGE"
    """Over 89."""


class Identifier(NamedTuple):
    """Characters ``text[start:end]`` that identify somebody."""

    start: int
    end: int
    kind: Kind
    rule: str
    """Which found it."""


def merged(found: Iterable[Identifier]) -> list[Identifier]:
    """In order, without overlaps: those that overlap become one, of the kind of the longest."""
    kept: list[Identifier] = []
    longest = 0
    for one in sorted(found, key=lambda item: (item.start, -item.end)):
        if kept and one.start < kept[-1].end:
            last = kept[-1]
            wins = one.end - one.start > longest
            longest = max(longest, one.end - one.start)
            kind, rule = (one.kind, one.rule) if wins else (last.kind, last.rule)
            kept[-1] = Identifier(last.start, max(last.end, one.end), kind, rule)
        else:
            kept.append(one)
            longest = one.end - one.start
    return kept


def counts(found: Sequence[Identifier]) -> dict[str, int]:
    """How many of each kind, in the order of `Kind`."""
    tally = Counter(one.kind for one in found)
    return {kind.value: tally[kind] for kind in Kind if tally[kind]}


def summary(found: Sequence[Identifier]) -> str:
    """Kinds and counts for people: ``2 NAME, 1 DATE``; never the text."""
    return ", ".join(f"{count} {kind}" for kind, count in counts(found).items())
