"""Numbers and units as words: digits, words, fractions, ranges; units with what they are divided by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from kg_builder.clean.rewriting.keys import Keys
from kg_builder.clean.rewriting.lists import rows, units

_FRACTIONS = {("1", "2"): 0.5, ("1", "4"): 0.25, ("3", "4"): 0.75}
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")
_THOUSANDS = re.compile(r"\d{1,2}(?:,\d{2})*,\d{3}(?:\.\d+)?|\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_WARM = {"C": (30.0, 45.0), "F": (90.0, 110.0)}
"""What bodies have; a 62 F is a woman."""
_LONGEST_UNIT = 4


class Number(NamedTuple):
    """A number or a range, and the place after it."""

    low: float
    high: float
    after: int


class Unit(NamedTuple):
    """A unit as in ``units.tsv``, with what it is divided by, and the place after it."""

    code: str
    kind: str
    factor: float
    after: int


@lru_cache
def number_words(kind: str) -> Mapping[str, float]:
    """Words of one kind in ``number_words.tsv``."""
    return {row[1]: float(row[2]) for row in rows("number_words") if row[0] == kind}


def digits(key: str) -> float | None:
    """Of digits with decimal point or thousands; None for anything else."""
    if not key or not (key[0].isdigit() or key[0] == ".") or not key[-1].isdigit():
        return None
    if _THOUSANDS.fullmatch(key):
        key = key.replace(",", "")
    try:
        return float(key)
    except ValueError:
        return None


def is_fraction(keys: Keys, place: int) -> bool:
    """Whether ``1/2`` and the like begin there."""
    return keys.has(place + 1, "/") and (keys.at(place), keys.at(place + 2)) in _FRACTIONS


def is_ordinal(key: str) -> bool:
    """Third, 3rd: it counts places, so no unit belongs to it."""
    return key[-1:].isalpha() and key not in number_words("small") and key not in number_words("tens")


def range_at(keys: Keys, place: int) -> Number | None:
    """A number, or a range that goes up: ``5-7``, ``5 to 7``, ``between 5 and 7``, ``5 days to 7``."""
    first = number_at(keys, place)
    if first is None:
        return None
    low, after = first
    middle = after
    if keys.has(middle + 1, "-", "to") or keys.has(middle + 2, "-", "to"):
        unit = unit_at(keys, middle)
        middle = unit.after if unit else middle
    if keys.has(middle, "-", "to", "~", "->") or (keys.has(middle, "and") and keys.has(place - 1, "between")):
        second = number_at(keys, middle + 1)
        if second is not None and second[0] > low:
            goes_on = keys.has(second[1], "-", "/")
            if not goes_on or unit_at(keys, second[1] + 1):
                return Number(low, second[0], second[1])
    return Number(low, low, after)


def number_at(keys: Keys, place: int) -> tuple[float, int] | None:
    """A single number, and the place after it."""
    key = keys.at(place)
    value = digits(key)
    if value is not None:
        return _after_digits(keys, place, value)
    if key == "half" and not keys.has(place + 1, "of"):
        return 0.5, place + 1 + keys.has(place + 1, "a", "an")
    if key in number_words("roman") and keys.at(place - 1) in number_words("staged"):
        return number_words("roman")[key], place + 1
    if _ORDINAL.fullmatch(key):
        return float(key[:-2]), place + 1
    for kind in ("mark", "ordinal"):
        if key in number_words(kind):
            return number_words(kind)[key], place + 1
    return _in_words(keys, place)


def _after_digits(keys: Keys, place: int, value: float) -> tuple[float, int]:
    if is_fraction(keys, place):
        return _FRACTIONS[keys.at(place), keys.at(place + 2)], place + 3
    if keys.at(place + 1) in number_words("mark"):
        return value + number_words("mark")[keys.at(place + 1)], place + 2
    return _and_a_half(keys, place + 1, value)


def _in_words(keys: Keys, place: int) -> tuple[float, int] | None:
    key, small, tens = keys.at(place), number_words("small"), number_words("tens")
    if key in tens:
        after = place + 1 + keys.has(place + 1, "-")
        ones = small.get(keys.at(after), 0.0)
        return (tens[key] + ones, after + 1) if 0 < ones < 10 else (tens[key], place + 1)
    if key not in small:
        return None
    if key == "one" and keys.has(place + 1, "half"):
        return 0.5, place + 2
    if keys.has(place + 1, "hundred"):
        return 100.0 * small[key], place + 2
    return _and_a_half(keys, place + 1, small[key])


def _and_a_half(keys: Keys, place: int, value: float) -> tuple[float, int]:
    if keys.has(place, "and"):
        half = place + 1 + keys.has(place + 1, "a")
        if keys.has(half, "half"):
            return value + 0.5, half + 1
    return value, place


def unit_at(keys: Keys, place: int) -> Unit | None:
    """The unit that begins there; a day or week after a slash is a frequency and stays."""
    found = next(units().find(keys.run(place, place + _LONGEST_UNIT)), None)
    if found is None or found.first:
        return None
    (code, kind, factor), after = found.value, place + found.last
    if code in _WARM and found.last == 1 and not _is_warm(digits(keys.at(place - 1)), code):
        return None
    while keys.has(after, "/", "per"):
        divisor = next(units().find(keys.run(after + 1, after + _LONGEST_UNIT)), None)
        if divisor is None or divisor.first or divisor.value[0] in {"day", "week"}:
            break
        code, kind = f"{code}/{divisor.value[0]}", f"{kind}/{divisor.value[0]}"
        after += 1 + divisor.last
    return Unit(code, kind, factor, after)


def _is_warm(number: float | None, scale: str) -> bool:
    low, high = _WARM[scale]
    return number is not None and low <= number <= high
