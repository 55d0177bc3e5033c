"""Numbers with units: "5 mg/kg", "0.5-1 g", "two tablets", "7,2 g/dL", with their unit as a UCUM code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from kg_builder.extract.attributes.tables import Row, rows, spelled

DIGITS = r"(?:\d{1,12}(?:[.,]\d{1,9}){0,4}|\.\d{1,9})"
_BEFORE = r"(?<![\w^])(?<!\d[.,/])"
_RANGE = r"\s{0,2}(?P<between>-|–|−|~|to|and|or|đến|và|hoặc)\s{0,2}"
_SPREAD = r"(?:\s{0,2}(?:\+/?-|±)\s{0,2}" + DIGITS + ")?"
_LISTED = frozenset({"and", "or", "và", "hoặc"})
_BETWEEN = re.compile(r"(?:between|từ)\s{1,2}$", re.IGNORECASE)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_VIETNAMESE_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?")
_COUNTED = frozenset({"form", "time", "volume"})
"""Kinds of units that numbers in words stand before."""

Number = int | float


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or range with its unit, at half-open offsets."""

    start: int
    end: int
    low: Number
    high: Number | None
    """None: a single number."""
    unit: str
    """UCUM."""
    kind: str
    """Of the unit before the slash; see ``units.tsv``."""
    per: tuple[str, ...] = ()
    """Kinds of the units after the slashes."""

    @property
    def value(self) -> dict[str, str | Number]:
        """As fields of an attribute's value."""
        return numbers(self.low, self.high) | {"unit": self.unit}


def numbers(low: Number, high: Number | None) -> dict[str, str | Number]:
    """A number as ``number``, a range as ``low`` and ``high``."""
    return {"number": low} if high is None else {"low": low, "high": high}


def quantities(text: str, start: int, end: int, *, language: str) -> Iterator[Quantity]:
    """Quantities of ``text[start:end]``, in order. "10 and 20 mg" are two, "10 to 20 mg" is a range."""
    for match in _pattern().finditer(text, start, end):
        yield from _read(match, language)


def quantity_at(text: str, place: int, end: int, *, language: str) -> list[Quantity]:
    """The quantity, or two listed with one unit, that begins just there."""
    match = _pattern().match(text, place, end)
    return list(_read(match, language)) if match else []


def number_of(text: str, language: str) -> Number | None:
    """The number that digits or a word stand for: decimal comma and thousands are told by their form."""
    if (word := _number_words().get(" ".join(text.lower().split()))) is not None:
        return word
    if _THOUSANDS.fullmatch(text) and not (language == "vi" and text.count(",") == 1):
        text = text.replace(",", "")
    elif language == "vi" and _VIETNAMESE_THOUSANDS.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    elif text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if value.is_integer() and "." not in text else value


def _read(match: re.Match[str], language: str) -> Iterator[Quantity]:
    found = _unit(match["unit"] or "", match["per"] or match["only"] or "")
    low = number_of(match["first"], language)
    high = number_of(match["second"], language) if match["second"] else None
    if found is None or low is None:
        return
    unit, kind, per = found
    if not match["first"][-1].isdigit() and kind not in _COUNTED:
        return
    listed = high is not None and match["between"].lower() in _LISTED
    if listed and not _BETWEEN.search(match.string, max(match.start() - 12, 0), match.start()):
        yield Quantity(match.start(), match.end("first"), low, None, unit, kind, per)
        yield Quantity(match.start("second"), match.end(), high or 0, None, unit, kind, per)
        return
    yield Quantity(match.start(), match.end(), low, high, unit, kind, per)


def _unit(numerator: str, denominators: str) -> tuple[str, str, tuple[str, ...]] | None:
    """UCUM code, kind and kinds after the slashes of a unit as written; None for what is none."""
    per = [(match["number"], _named(match["unit"], divides=True)) for match in _denominator().finditer(denominators)]
    if not all(unit for _, unit in per):
        return None
    own = _named(numerator, divides=False) if numerator else ("", "count")
    if own is not None and own[1] == "count" and not per and own[0] in {"10*9", "10*12", "10*3", "10*6"}:
        own = _units()[1].get(numerator.lower(), own)  # "5 G" without a volume are grams
    if own is None:
        return None
    code = own[0]
    for number, unit in per:
        name = unit[0] if unit else ""
        code += f"/({number}.{name})" if number not in {"", "1"} else f"/{name}"
    return code, own[1], tuple(unit[1] for _, unit in per if unit)


def _named(spelling: str, *, divides: bool) -> tuple[str, str] | None:
    exact, lower, body = _units()
    spelling = "".join(spelling.split())
    if divides and (weight := body.get(spelling.lower())):
        return weight
    return exact.get(spelling) or lower.get(spelling.lower())


Units = dict[str, tuple[str, str]]


@lru_cache
def _units() -> tuple[Units, Units, Units]:
    """By exact spelling, by small letters, and those of bodies, which stand after a slash only."""
    exact: Units = {}
    lower: Units = {}
    body: Units = {}
    for written, row in spelled(rows("units"), 2):
        spelling = written.replace(" ", "")
        if row[1] == "body":
            body[spelling.lower()] = row[0], row[1]
        else:
            exact.setdefault(spelling, (row[0], row[1]))
            lower.setdefault(spelling.lower(), (row[0], row[1]))
    return exact, lower, body


@lru_cache
def _number_words() -> dict[str, Number]:
    return {row[0]: float(row[1]) if "." in row[1] else int(row[1]) for row in rows("numbers")}


def _alternatives(spellings: list[str]) -> str:
    """Longest first; a blank may be missing or wide, and a letter or digit may not follow a letter."""
    parts = []
    for spelling in sorted(set(spellings), key=lambda item: (-len(item), item)):
        part = re.escape(spelling).replace(r"\ ", r"\s{0,2}")
        parts.append(part + (r"(?![^\W_])" if spelling[-1].isalnum() else ""))
    return "|".join(parts)


@lru_cache
def _parts() -> tuple[str, str, str]:
    """Alternatives for units, for units after a slash, and for numbers."""
    listed: tuple[Row, ...] = rows("units")
    units = _alternatives([spelling for spelling, row in spelled(listed, 2) if row[1] != "body"])
    divisors = _alternatives(
        [s for s, row in spelled(listed, 2) if row[1] in {"body", "time", "volume", "form", "mass", "amount"}]
    )
    number = f"{DIGITS}|{_alternatives(list(_number_words()))}"
    return units, divisors, number


@lru_cache
def _pattern() -> re.Pattern[str]:
    units, divisors, number = _parts()
    slash = r"(?:\s{0,2}(?:/|(?:per|a|each)\s)\s{0,2}\d{0,3}\s{0,1}(?:" + divisors + "))"
    return re.compile(
        rf"{_BEFORE}(?P<first>{number}){_SPREAD}(?:{_RANGE}(?P<second>{number}){_SPREAD})?"
        rf"(?:[\s-]{{0,2}}(?P<unit>{units})(?P<per>{slash}{{0,3}})|(?P<only>\s?/\s?(?:{divisors})))",
        re.IGNORECASE,
    )


@lru_cache
def _denominator() -> re.Pattern[str]:
    return re.compile(
        rf"(?:/|\b(?:per|a|each)\s)\s{{0,2}}(?P<number>\d{{0,3}})\s?(?P<unit>{_parts()[1]})", re.IGNORECASE
    )
