"""Numbers as facts: with unit, comparator and what they time; frequencies, dates and times of day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from kg_builder.clean.rewriting.dates import read_dates
from kg_builder.clean.rewriting.frequencies import frequency_at
from kg_builder.clean.rewriting.keys import Keys
from kg_builder.clean.rewriting.limits import comparator_at, is_single, timing_at
from kg_builder.clean.rewriting.numbers import (
    Number,
    Unit,
    digits,
    is_fraction,
    is_ordinal,
    number_at,
    number_words,
    range_at,
    unit_at,
)
from kg_builder.clean.rewriting.words import Word

_MOST_UNITS = 99
"""Of insulin in one part of a day: 16-0-12."""
_LISTING = ("or", "and", "to", "-", "/", "&", ",")
_COMPARING = ("<", ">", "more", "less", "above", "below", "greater", "than", "over", "under")
_LISTED = "listed"
"""Timing of a bare number that takes the unit of the next one, until it has."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with all that makes it a fact; offsets in the text that was read. A range is two."""

    kind: str
    """``amount``, ``ratio``, ``frequency``, ``schedule``, ``date`` or ``clock``."""
    numbers: tuple[float, ...]
    """An amount twice; both of a ratio; of a frequency see `frequencies.Frequency`; year, month, day."""
    unit: str = ""
    measure: str = ""
    """Kind of unit, for conversion."""
    factor: float = 0.0
    comparator: str = ""
    timing: str = ""
    """How a time lies: ``for``, ``after``, ``in`` (after or within), ``ago``, ``within``, ``before``, ``old``; after
    ``usually`` what goes without saying; ``per`` after a slash. Empty: nothing is said."""
    readings: frozenset[tuple[int, int, int]] = field(default=frozenset())
    """What a date may be, where day and month can be told apart only by guess."""
    start: int = 0
    end: int = 0


Read = tuple[Quantity, int]
"""A quantity and the place after it."""


def read_quantities(text: str, words: Sequence[Word]) -> list[Quantity]:
    """All quantities of a text, whose words these are."""
    dates = read_dates(text)
    found = [
        Quantity(when.kind, when.numbers, readings=when.readings, start=when.start, end=when.end) for when in dates
    ]
    taken = [(when.start, when.end) for when in dates]
    left = [word for word in words if not any(start <= word.start < end for start, end in taken)]
    return found + _shared_units(list(_in_order(Keys(left))))


def _in_order(keys: Keys) -> Iterator[Quantity]:
    place = 0
    while place < len(keys):
        found = next((read for reading in _READINGS if (read := reading(keys, place)) is not None), None)
        if found is None:
            place += 1
        else:
            quantity, place = found
            yield from _ends_of(quantity)


def _ends_of(quantity: Quantity) -> Iterator[Quantity]:
    """Both ends of a range as quantities of their own: "from 5 to 7" may be a range or a change."""
    if quantity.kind == "amount" and quantity.numbers[0] != quantity.numbers[1]:
        yield replace(quantity, numbers=quantity.numbers[:1] * 2)
        yield replace(quantity, numbers=quantity.numbers[1:] * 2)
    else:
        yield quantity


def _shared_units(found: list[Quantity]) -> list[Quantity]:
    """ "<80 or >200 mg/dl": a bare number takes the unit of the next one it is listed with."""
    for index in range(len(found) - 1, -1, -1):
        this = found[index]
        if this.timing != _LISTED:
            continue
        following = found[index + 1] if index + 1 < len(found) else this
        shared = following if following.kind == "amount" and following is not this else replace(this, timing="")
        found[index] = replace(
            this, unit=shared.unit, measure=shared.measure, factor=shared.factor, timing=shared.timing
        )
    return found


def _schedule(keys: Keys, place: int) -> Read | None:
    """``1-0-1``: morning, noon and night."""
    if place + 5 > len(keys) or not (keys.has(place + 1, "-") and keys.has(place + 3, "-")) or keys.has(place + 5, "-"):
        return None
    numbers = [number for step in (0, 2, 4) if (number := digits(keys.at(place + step))) is not None]
    if len(numbers) < 3 or max(numbers) > _MOST_UNITS:
        return None
    unit = unit_at(keys, place + 5)
    last = unit.after if unit else place + 5
    return _made("schedule", tuple(numbers), keys.span(place, last), unit), last


def _frequency(keys: Keys, place: int) -> Read | None:
    found = frequency_at(keys, place)
    if found is None:
        return None
    made = _made(
        "frequency",
        found.numbers,
        keys.span(place, found.after),
        Unit(found.unit, "", 0.0, found.after),
        comparator=comparator_at(keys, place, found.after),
        timing="per" if keys.has(place, "/") else "",
    )
    return made, found.after


def _ratio(keys: Keys, place: int) -> Read | None:
    """``120/80``, ``7 out of 10``."""
    first = digits(keys.at(place))
    out_of = 2 * (keys.has(place + 1, "out") and keys.has(place + 2, "of"))
    of_days = keys.has(place - 1, "day") and keys.has(place + 1, "of") and not keys.has(place + 3, "+")
    after = place + 1 + (out_of or of_days or keys.has(place + 1, "/"))
    second = digits(keys.at(after))
    if first is None or second is None or after == place + 1 or is_fraction(keys, place):
        return None
    unit = None if keys.has(after + 1, "hr") else unit_at(keys, after + 1)  # 92/58 HR 124: the heart rate
    last = unit.after if unit else after + 1
    made = _made(
        "ratio",
        (first, second),
        keys.span(place, last),
        unit,
        comparator=comparator_at(keys, place, last),
        timing=timing_at(keys, place, last),
    )
    return made, last


def _amount(keys: Keys, place: int) -> Read | None:
    number = range_at(keys, place)
    if number is None and (count := number_words("count").get(keys.at(place))):
        number = Number(count, count, place + 1)
    if number is None:
        return None
    unit = _unit_of(keys, place, number)
    after = unit.after if unit else number.after
    timing = ""
    if unit:
        timing = timing_at(keys, place, after) if unit.kind == "time" else ""
    elif _is_listed(keys, after):
        timing = _LISTED
    comparator = comparator_at(keys, place, after)
    span = keys.span(place, after)
    return _made("amount", (number.low, number.high), span, unit, comparator=comparator, timing=timing), after


def _unit_of(keys: Keys, place: int, number: Number) -> Unit | None:
    hyphen = keys.has(number.after, "-")
    unit = unit_at(keys, number.after + hyphen)
    if unit is None or (place + 1 == number.after and is_ordinal(keys.at(place))):
        return None
    return None if hyphen and len(unit.code) == 1 and not keys.at(place)[0].isdigit() else unit


def _single(keys: Keys, place: int) -> Read | None:
    """``the next month`` is one month."""
    if not is_single(keys.at(place)) or keys.has(place, "the", "this"):
        return None
    unit = unit_at(keys, place + 1)
    if unit is None or unit.kind != "time" or keys.has(place + 1, "h", "d", "y", "min", "s", "second"):
        return None
    if keys.has(unit.after, "of"):
        return None
    timing = timing_at(keys, place, unit.after)
    return _made("amount", (1.0, 1.0), keys.span(place, unit.after), unit, timing=timing), unit.after


def _made(
    kind: str,
    numbers: tuple[float, ...],
    span: dict[str, int],
    unit: Unit | None,
    *,
    comparator: str = "",
    timing: str = "",
) -> Quantity:
    named = unit or Unit("", "", 0.0, 0)
    return Quantity(
        kind,
        numbers,
        unit=named.code,
        measure=named.kind,
        factor=named.factor,
        comparator=comparator,
        timing=timing,
        start=span["start"],
        end=span["end"],
    )


def _is_listed(keys: Keys, after: int) -> bool:
    """Whether another number comes right after, with nothing but a comparator between."""
    if not keys.has(after, *_LISTING):
        return False
    place = after + 1
    while keys.has(place, *_COMPARING):
        place += 1
    if number_at(keys, place) is None:
        return False
    return not keys.has(after, ",") or keys.has(place + 1, "and", "or", ",")


_READINGS: Sequence[Callable[[Keys, int], Read | None]] = (_schedule, _frequency, _ratio, _amount, _single)
