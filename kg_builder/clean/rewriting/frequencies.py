"""How often: ``twice a day``, ``q8h``, ``6 hourly``, ``every other day``, ``3-4 times/week``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from kg_builder.clean.rewriting.keys import Keys
from kg_builder.clean.rewriting.lists import rows
from kg_builder.clean.rewriting.numbers import digits, number_words, range_at, unit_at

_INTERVAL = re.compile(r"q(\d{1,2})(hrly|hrs?|h|mins?|m|days?|d|wks?|week|w)?")
_HOURLY = frozenset({1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 24.0, 48.0, 72.0})
"""What a bare ``q`` is followed by where hours are meant."""
_LETTERS = {"h": "hour", "m": "minute", "d": "day", "w": "week"}


class Frequency(NamedTuple):
    """So many times (low to high) a unit, or once in so many of them; and the place after it."""

    numbers: tuple[float, float, float]
    """Times, low and high, and 1; or 1, and every how many units, low and high."""
    unit: str
    after: int


def frequency_at(keys: Keys, place: int) -> Frequency | None:
    """The frequency that begins there."""
    for reading in (_interval, _times, _every):
        if (found := reading(keys, place)) is not None:
            return found
    if (unit := _units("adverb").get(keys.at(place))) is not None:
        return Frequency((1.0, 1.0, 1.0), unit, place + 1)
    if keys.has(place, "/", "per", "a", "each") and (unit := _units("per").get(keys.at(place + 1))) is not None:
        return Frequency((1.0, 1.0, 1.0), unit, place + 2)
    return None


@lru_cache
def _units(role: str) -> Mapping[str, str]:
    """Words of one role in ``frequency_words.tsv``, each with its unit."""
    return {word: row[1] for row in rows("frequency_words") if row[0] == role for word in row[2].split()}


def _interval(keys: Keys, place: int) -> Frequency | None:
    if match := _INTERVAL.fullmatch(keys.at(place)):
        return _lettered(keys, place + 1, float(match[1]), match[2])
    number = range_at(keys, place)
    if number is None:
        return None
    after = number.after + keys.has(number.after, "-")
    if (unit := _units("spaced").get(keys.at(after))) is not None:
        return Frequency((1.0, number.low, number.high), unit, after + 1)
    if keys.has(after, "/", "per") and (unit := _units("rate").get(keys.at(after + 1))) is not None:
        return Frequency((number.low, number.high, 1.0), unit, after + 2)
    return None


def _lettered(keys: Keys, after: int, low: float, letter: str | None) -> Frequency | None:
    """``q8h``, ``q4-6h``, ``q2 weeks``; ``q6`` is hours, ``q15`` may be minutes."""
    high = low
    if keys.has(after, "-") and (end := digits(keys.at(after + 1))) is not None:
        high, after = end, after + 2
    if letter:
        return Frequency((1.0, low, high), _LETTERS[letter[0]], after)
    if (unit := _units("period").get(keys.at(after))) is not None:
        return Frequency((1.0, low, high), unit, after + 1)
    return Frequency((1.0, low, high), "hour" if {low, high} <= _HOURLY else "", after)


def _times(keys: Keys, place: int) -> Frequency | None:
    if (count := number_words("count").get(keys.at(place))) is not None:
        low = high = count
        after = place + 1
    else:
        number = range_at(keys, place)
        if number is None:
            return None
        low, high, after = number
        after += keys.has(after, "-")
        if not keys.has(after, "times", "time", "x"):
            return None
        after += 1
    after += keys.has(after, "-")
    after += keys.has(after, "a", "per", "each", "every", "/", "in", "the")
    after += keys.has(after, "a", "the", "-")
    unit = _units("period").get(keys.at(after))
    return None if unit is None else Frequency((low, high, 1.0), unit, after + 1)


def _every(keys: Keys, place: int) -> Frequency | None:
    if keys.has(place, "/") and (number := range_at(keys, place + 1)) is not None:
        unit = _units("long").get(keys.at(number.after))
        return None if unit is None else Frequency((1.0, number.low, number.high), unit, number.after + 1)
    if not keys.has(place, "every", "each", "q"):
        return None
    periods = _units("period")
    if keys.has(place + 1, "other", "alternate", "second") and keys.at(place + 2) in periods:
        return Frequency((1.0, 2.0, 2.0), periods[keys.at(place + 2)], place + 3)
    if keys.at(place + 1) in periods:
        return Frequency((1.0, 1.0, 1.0), periods[keys.at(place + 1)], place + 2)
    number = range_at(keys, place + 1)
    named = unit_at(keys, number.after + keys.has(number.after, "-")) if number else None
    if number is None or named is None or named.kind != "time":
        return None
    return Frequency((1.0, number.low, number.high), named.code, named.after)
