"""Finds laboratory values and vital signs: a test, and after it a number with comparator, unit, limits and flag."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from kg_builder.extract.attributes.findings import Finding
from kg_builder.extract.attributes.quantities import (
    DIGITS,
    Number,
    Quantity,
    number_of,
    numbers,
    quantity_at,
)
from kg_builder.extract.attributes.tables import (
    Kind,
    phrase_at,
    phrases_with_role,
    rows,
    spelled,
)
from kg_builder.records import Scalar
from kg_builder.text.phrases import PhraseTable, Words, split_words

_MOST_LINKS = 8
_EXACT_CASE = 2
"""Names of so few letters count in the case of the list only."""
_LINKS_OF_SHORT = 2
"""Words between such a name and its value, at most."""
_OPENING = frozenset("([")
_CLOSING = frozenset(")]")
_BARE = re.compile(rf"(?P<low>{DIGITS})(?:\s{{0,2}}(?:-|–|to|đến)\s{{0,2}}(?P<high>{DIGITS}))?(?![\w%/]|[.,]\d)")
_PRESSURE = re.compile(r"(?P<high>\d{2,3})\s?/\s?(?P<low>\d{2,3})(?![\d/])(?:\s?(?:mm\s?-?hg|torr))?", re.IGNORECASE)
_LIMITS = re.compile(
    rf"(?P<low>{DIGITS})\s{{0,2}}(?:-|–|to|đến)\s{{0,2}}(?P<high>{DIGITS})|(?P<bound>[<>≤≥]=?)\s?(?P<one>{DIGITS})"
)
_CHANGE = re.compile(r"\s{0,2}(?:to|→|->|=>|lên|xuống|còn)\s{1,2}", re.IGNORECASE)
_CONCENTRATIONS = frozenset({"percent", "concentration", "pressure", "temperature", "rate"})
_UNITS_OF = {"time": ("prothrombin", "thromboplastin"), "mass": ("weight",), "length": ("height",)}
"""Units that are a value of these tests only: elsewhere they are a dose or a duration."""


class Test(NamedTuple):
    """Where a test is named, as words (half-open)."""

    first: int
    last: int
    name: str
    lowest: float | None
    """Limits of a value without a unit; None: there is none."""
    highest: float | None


@dataclass(frozen=True, slots=True)
class _Read:
    """A value read: its characters, its data, and the word after it."""

    start: int
    end: int
    value: dict[str, Scalar]


def find_laboratory(
    text: str,
    start: int,
    end: int,
    *,
    language: str,
    named: Sequence[tuple[int, int]] = (),
    measured: Sequence[tuple[int, int]] = (),
) -> list[Finding]:
    """Values of ``text[start:end]``, in order. `named`: mentions of tests; `measured`: of medicines, whose
    level may be measured. Both in order.
    """
    if not any(character.isdigit() for character in text[start:end]):
        return []
    words = split_words(text, start, end)
    found: list[Finding] = []
    done = 0
    for test in _tests(text, words, named, measured):
        if test.first < done:
            continue
        values = list(_values(text, words, test, end, language))
        where = words.starts[test.first], words.ends[test.last - 1]
        found += (Finding(v.start, v.end, Kind.LABORATORY, {"test": test.name} | v.value, test=where) for v in values)
        if values:
            done = _word_after(words, values[-1].end)
    return found


def _tests(
    text: str, words: Words, named: Sequence[tuple[int, int]], measured: Sequence[tuple[int, int]]
) -> list[Test]:
    """Names of the list, then mentions that are none of it."""
    tests = []
    for found in _names().find(words.keys):
        surface = text[words.starts[found.first] : words.ends[found.last - 1]]
        name, exact, limits = found.value
        if len(surface) > _EXACT_CASE or surface in exact:
            tests.append(Test(found.first, found.last, name, *limits))
    known = {place for test in tests for place in range(test.first, test.last)}
    levels = phrases_with_role("laboratory_words", "level")
    for spans, leveled in ((named, False), (measured, True)):
        for begin, stop in spans:
            first, last = _word_at(words, begin), _word_after(words, stop)
            if first >= last or not known.isdisjoint(range(first, last)):
                continue
            if not leveled or phrase_at(levels, words.keys, last):
                name = " ".join(text[begin:stop].lower().split())
                tests.append(Test(first, last, name, None, None))
                known.update(range(first, last))
    return sorted(tests, key=lambda test: test.first)


def _values(text: str, words: Words, test: Test, end: int, language: str) -> Iterator[_Read]:
    """The value that follows a test, and the one it changed to."""
    at, comparator = _links(text, words, test)
    if at is None:
        return
    read = _value_at(text, at, end, test, language)
    if read is None:
        return
    change = _changed(text, read, test, end, language)
    first = change[0] if change else read
    flag = _flag_before(words, test)
    yield _completed(text, words, first, end, comparator=comparator, flag=flag)
    if change:
        yield _completed(text, words, change[1], end)


def _links(text: str, words: Words, test: Test) -> tuple[int | None, str | None]:
    """Where the number begins that words lead to from a test, and the comparator before it."""
    place, comparator = test.last, None
    for _ in range(_MOST_LINKS):
        if place >= len(words.keys):
            break
        if text[words.starts[place]].isdigit():
            short = words.ends[test.last - 1] - words.starts[test.first] <= _EXACT_CASE
            return (None if short and place - test.last > _LINKS_OF_SHORT else words.starts[place]), comparator
        compared = phrase_at(phrases_with_role("laboratory_words", "compare"), words.keys, place)
        if compared is not None and compared[0] < len(words.keys) and text[words.starts[compared[0]]].isdigit():
            place, comparator = compared[0], compared[1][0]
            continue
        linked = phrase_at(phrases_with_role("laboratory_words", "link"), words.keys, place)
        if linked is None:
            break
        place = linked[0]
    return None, None


def _value_at(text: str, at: int, end: int, test: Test, language: str) -> _Read | None:
    if test.name == "blood pressure":
        match = _PRESSURE.match(text, at, end)
        if match is None:
            return None
        fields: dict[str, Scalar] = {"systolic": int(match["high"]), "diastolic": int(match["low"]), "unit": "mm[Hg]"}
        return _Read(at, match.end(), fields)
    measured = quantity_at(text, at, end, language=language)
    if measured:
        last = measured[-1]
        if not _fits(last, test):
            return None
        high = last.low if len(measured) > 1 else last.high
        unit = last.unit if "i" in text[last.start : last.end].lower() else last.unit.replace("[iU]", "U")  # of enzymes
        return _Read(at, last.end, {**numbers(measured[0].low, high), "unit": unit})
    return _bare_value(text, at, end, test, language)


def _bare_value(text: str, at: int, end: int, test: Test, language: str) -> _Read | None:
    """A number without a unit, where it is one that the test may have."""
    match = _BARE.match(text, at, end)
    if match is None or test.lowest is None or test.highest is None:
        return None
    low, high = number_of(match["low"], language), number_of(match["high"], language) if match["high"] else None
    if low is None or not test.lowest <= low <= test.highest or not _ends_there(text, match.end(), end):
        return None
    return _Read(at, match.end(), dict(numbers(low, high)))


def _fits(item: Quantity, test: Test) -> bool:
    """Whether a unit is one of a value; a dose or a time is none."""
    if item.kind in _CONCENTRATIONS or {"volume", "mass"}.intersection(item.per):
        return True
    if item.kind == "volume" and "time" in item.per:
        return test.name in {"glomerular filtration rate", "creatinine clearance", "urine output"}
    if item.kind == "count":
        return bool(item.per)
    return not item.per and any(part in test.name for part in _UNITS_OF.get(item.kind, ()))


def _ends_there(text: str, place: int, end: int) -> bool:
    """Whether what follows a number without a unit lets it stand alone."""
    following = split_words(text, place, min(end, place + 30)).keys
    if not following or not following[0][0].isalpha():
        return True
    return any(
        phrase_at(phrases_with_role("laboratory_words", role), following, 0) for role in ("follow", "flag", "reference")
    )


def _changed(text: str, read: _Read, test: Test, end: int, language: str) -> tuple[_Read, _Read] | None:
    """Two values where one became the other: "fell from 9.1 to 6.8 g/dL"."""
    unit = {"unit": read.value["unit"]} if "unit" in read.value else {}
    if "high" in read.value:
        cut = re.search(r"\sto\s|→|->", text[read.start : read.end])
        if cut is None:
            return None
        low_end = read.start + cut.start()
        return (
            _Read(read.start, low_end, {"number": read.value["low"], **unit}),
            _Read(read.start + cut.end(), read.end, {"number": read.value["high"], **unit}),
        )
    arrow = _CHANGE.match(text, read.end, end)
    if arrow is None or not text[arrow.end() : arrow.end() + 1].isdigit():
        return None
    second = _value_at(text, arrow.end(), end, test, language)
    if second is None:
        return None
    if not unit and "unit" in second.value:
        read = _Read(read.start, read.end, {**read.value, "unit": second.value["unit"]})
    return read, second


def _completed(
    text: str, words: Words, read: _Read, end: int, *, comparator: str | None = None, flag: str | None = None
) -> _Read:
    """With comparator, flag and limits of normal; the flag after the value belongs to its characters."""
    value, stop = dict(read.value), read.end
    if comparator:
        value["comparator"] = comparator
    place = _word_at(words, stop)
    for _ in range(2):
        at = place + (place < len(words.keys) and words.keys[place] in {",", ":", "*"} | _OPENING)
        opened = at > place and words.keys[place] in _OPENING
        limits = _limits(text, words, at, end) if opened else None
        if limits is not None:
            value |= limits[1]
            stop, place = limits[0], _word_after(words, limits[0])
            continue
        flagged = phrase_at(phrases_with_role("laboratory_words", "flag"), words.keys, at)
        if flagged is None or "flag" in value:
            break
        after = flagged[0]
        if opened and (after >= len(words.keys) or words.keys[after] not in _CLOSING):
            break
        value["flag"] = flagged[1][0]
        place = after + opened
        stop = words.ends[place - 1]
    if flag and "flag" not in value:
        value["flag"] = flag
    return _Read(read.start, stop, value)


def _limits(text: str, words: Words, at: int, end: int) -> tuple[int, dict[str, Scalar]] | None:
    """Limits of normal in brackets: "[3.5-5.0]", "(normal range 10-40 U/L)". The place after them, and the limits."""
    while (named := phrase_at(phrases_with_role("laboratory_words", "reference"), words.keys, at)) is not None:
        at = named[0]
    if at < len(words.keys) and words.keys[at] in {":", "="}:
        at += 1
    match = _LIMITS.match(text, words.starts[at], end) if at < len(words.keys) else None
    if match is None:
        return None
    fields: dict[str, Scalar] = {}
    pairs = [("reference_low", match["low"]), ("reference_high", match["high"])]
    if match["bound"]:
        pairs = [("reference_high" if match["bound"][0] in "<≤" else "reference_low", match["one"])]
    for name, digits in pairs:
        number: Number | None = number_of(digits, "en")
        if number is not None:
            fields[name] = number
    place = _word_after(words, match.end())
    closing = next((p for p in range(place, min(place + 5, len(words.keys))) if words.keys[p] in _CLOSING), None)
    return (words.ends[closing], fields) if closing is not None else None


def _flag_before(words: Words, test: Test) -> str | None:
    """What the word before a test says: "elevated creatinine of 2.3 mg/dL". Single letters are no flags there."""
    word = words.keys[test.first - 1] if test.first else ""
    found = phrase_at(phrases_with_role("laboratory_words", "flag"), [word], 0) if len(word) > _EXACT_CASE else None
    return found[1][0] if found else None


def _word_at(words: Words, place: int) -> int:
    """The first word that begins at a character or after it."""
    return bisect_left(words.starts, place)


def _word_after(words: Words, place: int) -> int:
    """The first word after the one that ends at a character."""
    return bisect_left(words.ends, place) + 1


@lru_cache
def _names() -> PhraseTable[tuple[str, frozenset[str], tuple[float | None, float | None]]]:
    listed = rows("tests")
    entries = []
    for spelling, row in spelled(listed, 1):
        low, _, high = row[2].partition("-")
        limits = (float(low), float(high)) if low else (None, None)
        entries.append((spelling, (row[0], frozenset(row[1].split("|")), limits)))
    return PhraseTable(entries)
