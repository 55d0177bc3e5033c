"""One difference between a text and its rewriting, and the quantities that differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

from kg_builder.clean.rewriting.quantities import Quantity
from kg_builder.clean.rewriting.words import Word
from kg_builder.records import Issue

LOST, ADDED, CHANGED, TRUNCATED = "fact-lost", "fact-added", "fact-changed", "truncated-rewrite"

_USUAL_UNITS = {"mmHg", "bpm", "%", "C", "F"}
"""Units that vital signs have whether they are written or not."""
_USUAL_WORDS = {
    "mmHg": {"blood", "pressure", "bp"},
    "bpm": {"pulse", "rate", "respiratory", "pr", "hr", "rr", "p"},
    "%": {"saturation", "fraction", "oxygen", "sats"},
    "C": {"temperature", "fever", "t"},
    "F": {"temperature", "fever", "t"},
}
_SHORTHAND = {7.0: "day", 52.0: "week", 12.0: "month"}
_INTERVALS = {"hour", "minute"}
"""What ``q6`` may be in."""
_WITH_IN = {"after", "within", "usually for", "usually after"}
"""What a time may be besides "in three days"; that "fever 3 days" isn't the fever's end is left to the reader."""
_CLOSE = 1e-6

T = TypeVar("T")


class Texts(NamedTuple):
    """Both texts with their words."""

    source: str
    rewrite: str
    source_words: Sequence[Word]
    """Without short forms that the other text writes in full, see `short_forms`."""
    rewrite_words: Sequence[Word]
    quantities: tuple[Sequence[Quantity], Sequence[Quantity]]
    """Of the text and of its rewriting."""
    spelled: frozenset[str] = frozenset()
    """Stems of what is a short form in the other text."""


def issue(code: str, message: str) -> Issue:
    """As the checks give it."""
    return Issue(code=code, message=message)


def unmatched(
    first: Sequence[T], second: Sequence[T], equal: Callable[[T, T], bool], same: Callable[[T, T], bool]
) -> tuple[list[T], list[T]]:
    """What is left of both when those that are equal, then those that are the same, are paired off, each once."""
    here, there = list(first), list(second)
    for pairing in (equal, same):
        lost: list[T] = []
        for item in here:
            place = next((place for place, other in enumerate(there) if pairing(item, other)), None)
            if place is None:
                lost.append(item)
            else:
                del there[place]
        here = lost
    return here, there


def quantity_differences(texts: Texts) -> list[Issue]:
    """Numbers, units, comparators, times, frequencies and dates that are not in both."""
    source, rewrite = texts.quantities

    def same(first: Quantity, second: Quantity) -> bool:
        return _same(first, second, texts)

    lost, added = unmatched(source, rewrite, _equal, same)
    lost, added = _without_schedules(lost, added, source, rewrite)
    lost = [item for item in lost if not _idle(item)]
    added = [item for item in added if not _idle(item)]
    only_lost = [item for item in lost if not any(same(item, other) for other in rewrite)]
    only_added = [item for item in added if not any(same(other, item) for other in source)]
    if not only_lost and not only_added and not (lost and added):
        return []
    return list(_described(texts, only_lost or lost, only_added or added))


def _described(texts: Texts, lost: list[Quantity], added: list[Quantity]) -> list[Issue]:
    found: list[Issue] = []
    left = list(added)
    for item in lost:
        was = _shown(texts.source, item)
        place = next(
            (place for place, other in enumerate(left) if other.kind == item.kind and _akin(item, other)), None
        )
        if place is None:
            found.append(issue(LOST, f"'{was}' of the text is missing."))
        else:
            found.append(issue(CHANGED, f"'{was}' of the text became '{_shown(texts.rewrite, left.pop(place))}'."))
    found += (issue(ADDED, f"'{_shown(texts.rewrite, item)}' is not in the text.") for item in left)
    return found


def _shown(text: str, item: Quantity) -> str:
    return " ".join(text[max(0, item.start - 12) : item.end + 12].split())


def _akin(first: Quantity, second: Quantity) -> bool:
    return first.numbers == second.numbers or first.measure == second.measure


def _idle(item: Quantity) -> bool:
    """A bare "one" is a pronoun as often as a number, and once daily goes without saying."""
    return item.kind == "amount" and item.numbers == (1.0, 1.0) and not item.unit and not item.comparator


def _equal(first: Quantity, second: Quantity) -> bool:
    return replace(first, start=0, end=0) == replace(second, start=0, end=0)


def _same(first: Quantity, second: Quantity, texts: Texts) -> bool:
    """Whether two quantities say one thing, in other units or in other words."""
    if first.kind != second.kind:
        return any(_is_duration(*both) or _is_per(*both) for both in ((first, second), (second, first)))
    if first.kind == "date":
        return _same_date(first, second)
    if first.comparator != second.comparator:
        return False
    if first.kind == "frequency":
        units = {first.unit, second.unit}
        return first.numbers == second.numbers and (len(units) == 1 or ("" in units and bool(units & _INTERVALS)))
    return _same_amount(first, second, texts) and (first.kind == "ratio" or _timings_agree(first.timing, second.timing))


def _same_date(first: Quantity, second: Quantity) -> bool:
    """One of their readings is the same; two that can be read in two ways are read in the same way."""
    both_open = len(first.readings) > 1 and len(second.readings) > 1
    return first.numbers == second.numbers if both_open else bool(first.readings & second.readings)


def _same_amount(first: Quantity, second: Quantity, texts: Texts) -> bool:
    factors = (1.0, 1.0)
    if first.unit != second.unit:
        if first.measure == second.measure and first.factor and second.factor:
            factors = (first.factor, second.factor)
        elif not _unit_goes_without_saying(first, second, texts):
            return False
    return all(_close(a * factors[0], b * factors[1]) for a, b in zip(first.numbers, second.numbers, strict=True))


def _is_duration(ratio: Quantity, amount: Quantity) -> bool:
    """3/12 is three months."""
    if ratio.kind != "ratio" or amount.kind != "amount":
        return False
    if _SHORTHAND.get(ratio.numbers[1]) != amount.unit or ratio.numbers[0] != amount.numbers[0]:
        return False
    return _timings_agree(ratio.timing, amount.timing)


def _is_per(frequency: Quantity, amount: Quantity) -> bool:
    """6 kg/2 months are lost in two months."""
    if frequency.kind != "frequency" or frequency.timing != "per" or amount.kind != "amount":
        return False
    return frequency.unit == amount.unit and frequency.numbers[1:] == amount.numbers and amount.timing != "ago"


def _close(first: float, second: float) -> bool:
    return abs(first - second) <= _CLOSE * max(1.0, abs(first), abs(second))


def _timings_agree(first: str, second: str) -> bool:
    if not first or not second or first == second:
        return True
    if "open" in {first, second}:
        return not {first, second}.isdisjoint({"for", "after", "in", "usually for", "usually after"})
    if "in" in {first, second}:
        return not {first, second}.isdisjoint(_WITH_IN)
    usual = {first, second} & {"usually for", "usually after"}
    if "old" in {first, second}:
        return "usually for" in usual
    return len(usual) == 2 or (bool(usual) and first.rpartition(" ")[2] == second.rpartition(" ")[2])


def _unit_goes_without_saying(first: Quantity, second: Quantity, texts: Texts) -> bool:
    """One has no unit, the other the one that such a vital sign always has, or an age its years."""
    bare, with_unit, words = (
        (first, second, texts.source_words) if not first.unit else (second, first, texts.rewrite_words)
    )
    if bare.unit:
        return False
    if with_unit.unit == "year":
        return with_unit.timing == "old" and _before_sex(bare, words)
    if _followed_by(bare, with_unit.unit, texts):
        return True
    if with_unit.unit == "m":
        return any(word.key == "m" for word in words if bare.end <= word.start <= bare.end + 1)
    if with_unit.unit not in _USUAL_UNITS:
        return False
    return not _USUAL_WORDS[with_unit.unit].isdisjoint(
        word.key for word in words if bare.start - 40 < word.start < bare.start
    )


def _followed_by(bare: Quantity, unit: str, texts: Texts) -> bool:
    """Whether the next number of the bare one's own text has the unit: FBS 168 PPBS 245 mg/dl."""
    own = texts.quantities[bare not in texts.quantities[0]]
    following = [item for item in own if bare.end <= item.start < bare.end + 20]
    return bool(following) and following[0].unit == unit


def _before_sex(bare: Quantity, words: Sequence[Word]) -> bool:
    following = [word.key for word in words if bare.end <= word.start < bare.end + 12]
    return bool({"m", "f", "male", "female"}.intersection(following[:3]))


def _without_schedules(
    lost: list[Quantity], added: list[Quantity], source: Sequence[Quantity], rewrite: Sequence[Quantity]
) -> tuple[list[Quantity], list[Quantity]]:
    """``1-0-1`` is twice daily; once daily goes without saying where a time of day is given."""
    for item in [item for item in lost if item.kind == "schedule"]:
        times = float(sum(1 for number in item.numbers if number))
        match = next((o for o in added if o.kind == "frequency" and o.numbers == (times, times, 1.0)), None)
        if match is not None:
            lost.remove(item)
            added.remove(match)
    daily = (1.0, 1.0, 1.0)
    for side, other in ((lost, rewrite), (added, source)):
        for item in [
            item for item in side if item.kind == "frequency" and item.numbers == daily and item.unit == "day"
        ]:
            if any(o.kind == "frequency" and o.numbers == daily and o.unit == "day" for o in other):
                side.remove(item)
    return lost, added
