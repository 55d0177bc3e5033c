"""What stands around a number: comparators, and how a time lies."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from kg_builder.clean.rewriting.keys import Keys
from kg_builder.clean.rewriting.lists import rows
from kg_builder.clean.rewriting.numbers import digits

_LONGEST = 6
"""Words of a comparator."""
_BETWEEN = frozenset(["of", "is", "was", "are", "were", "at", "about", "approximately", "the", "than", "a"])
"""May stand between a comparator and its number."""
_FURTHEST = 2
_CLAUSE = 8
_STOPS = frozenset({".", ";", "\n"})


def comparator_at(keys: Keys, first: int, last: int) -> str:
    """``<``, ``<=``, ``>`` or ``>=`` for the number from a place up to another; empty: none."""
    if keys.has(first - 1, ">") and digits(keys.at(first - 2)) is not None:
        return ""  # 210 > 95: from one to the other
    before = first
    while True:
        found = _ending(keys, before)
        if found is not None:
            return "" if found == "-" else found
        if keys.at(before - 1) not in _BETWEEN or before <= first - _FURTHEST:
            break
        before -= 1
    for length in range(_LONGEST, 0, -1):
        if sign := _signs("after").get(tuple(keys.run(last, last + length))):
            return sign
    return ""


def timing_at(keys: Keys, first: int, last: int) -> str:
    """How the time from a place up to another lies; see `Quantity.timing`."""
    if keys.has(first - 1, "/", "first", "1st"):
        return ""
    if keys.at(last) in _words("person") or keys.has(last + keys.has(last, "-"), "old"):
        return "old"
    after = _words("after").get(keys.at(last), "")
    if after == "ago":
        return after
    before = first - 1
    while keys.at(before) in _words("passed"):
        before -= 1
    if keys.has(before, "next") and not keys.has(before - 1, "the", "for", "in"):
        return "usually after"
    said = _said_before(keys, first, before)
    if not said and keys.has(last, "after", "post", "following"):
        return "open"  # swelling 4 days after a flight: it came then, or lasted so long
    return said or after or _usual(keys, first)


def _said_before(keys: Keys, first: int, before: int) -> str:
    """By the word before the time, or by its own first word ("last month")."""
    if (own := _words("before").get(keys.at(first))) is not None:
        return "in" if keys.has(before, "in") else own
    said = _words("before").get(keys.at(before), "")
    return "within" if said == "for" and _in_the_next(keys, before) else said


def is_single(key: str) -> bool:
    """Whether a word stands for one: ``the next month``."""
    return key in _words("single")


def _in_the_next(keys: Keys, place: int) -> bool:
    if keys.has(place, "next") and keys.has(place - 2, "in"):
        return True
    return keys.has(place, "next", "past", "last", "following") and keys.has(place - 1, "in")


def _usual(keys: Keys, first: int) -> str:
    for before in range(first - 1, max(-1, first - _CLAUSE), -1):
        if keys.at(before) in _STOPS:
            break
        if keys.has(before, "last") and before < first - 1:
            return "usually ago"
        if keys.at(before) in _words("later"):
            return "usually after"
    return "usually for"


def _ending(keys: Keys, last: int) -> str | None:
    """The sign of the longest comparator that ends there."""
    signs = _signs("before")
    runs = (tuple(keys.run(last - length, last)) for length in range(min(_LONGEST, last), 0, -1))
    return next((signs[run] for run in runs if run in signs), None)


@lru_cache
def _signs(side: str) -> Mapping[tuple[str, ...], str]:
    return {tuple(row[0].split()): row[2] for row in rows("comparators") if row[1] == side}


@lru_cache
def _words(role: str) -> Mapping[str, str]:
    return {word: row[1] for row in rows("time_words") if row[0] == role for word in row[2].split()}
