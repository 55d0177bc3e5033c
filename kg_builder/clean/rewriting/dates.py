"""Dates and times of day as rewritings write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_NAMES = (
    *("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august"),
    *("sep sept september", "oct october", "nov november", "dec december"),
)
_MONTHS = {name: number for number, names in enumerate(_NAMES, start=1) for name in names.split()}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_ORDINAL = r"(?:st|nd|rd|th)?"
_DATE = re.compile(
    r"(?<![\d/.-])(?:"
    r"(?P<iso>(?P<iy>(?:19|20)\d\d)-(?P<im>\d{1,2})-(?P<id>\d{1,2}))"
    r"|(?P<n1>\d{1,2})(?P<sep>[/.-])(?P<n2>\d{1,2})(?P=sep)(?P<ny>(?:19|20)?\d\d)"
    rf"|(?P<d1>\d{{1,2}}){_ORDINAL}[\s./-]{{0,3}}(?:of\s+)?(?P<m1>{_MONTH})\b\.?(?:[\s,'/-]{{1,3}}(?P<y1>(?:19|20)\d\d|\d\d(?![\d:/.]|\s?(?:mg|ml|tab|am|pm|days?|yr|%))))?"
    r")(?![\d/]|[.-]\d)"
    rf"|\b(?P<m2>{_MONTH})\b\.?\s{{0,2}}(?P<d2>\d{{1,2}}){_ORDINAL}\b(?!\s?(?:mg|ml|tab|am|pm|days?|yrs?|years?|mths?|months?|wks?|weeks?|hrs?|hours?|%|:))(?:,?\s{{1,2}}(?P<y2>(?:19|20)\d\d))?"
    rf"|\b(?P<m3>{_MONTH})\b\.?(?:\s|-|'|,\s|\sof\s)(?P<y3>(?:19|20)\d\d)\b"
    r"|(?<![\w\d])['\u2019](?P<y5>\d\d)(?![\w'\u2019])"
    r"|(?<![\d/.,-])(?P<y4>(?:19[4-9]|20[0-4])\d)(?![\d/%]|[.,-]\d|\s?(?:mg|ml|mcg|g|iu|units?|cells|/|kcal|cc)\b)",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?<![\d/.:-])(?:(?P<h1>\d{1,2})(?:[:.](?P<min1>\d{2}))?\s?(?P<half>[ap])\.?\s?m\b\.?"
    r"|(?P<h2>\d{1,2}):(?P<min2>\d{2})(?!\d)(?:\s?(?:hrs|hours|h)\b)?"
    r"|(?P<h3>[01]\d|2[0-3])(?P<min3>[0-5]\d)\s?(?:hrs|hours|h)\b"
    r"|(?P<h4>\d{1,2})\s?o['\u2019]?\s?clock)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class When:
    """A date (kind ``date``) or time of day (kind ``clock``), half-open in the text."""

    kind: str
    numbers: tuple[float, ...]
    """Year, month, day (0: not given), in the order of the readings' first; or minutes after midnight."""
    start: int
    end: int
    readings: frozenset[tuple[int, int, int]] = field(default=frozenset())


def read_dates(text: str) -> list[When]:
    """Dates and times in order, none within another."""
    found = [*_dates(text)]
    taken = [(item.start, item.end) for item in found]
    found += (item for item in _clocks(text) if not any(a < item.end and item.start < b for a, b in taken))
    return sorted(found, key=lambda item: item.start)


def _dates(text: str) -> Iterator[When]:
    for match in _DATE.finditer(text):
        readings = [reading for reading in _readings(match) if reading[1] <= 12 and reading[2] <= 31]
        if readings:
            numbers = tuple(float(number) for number in readings[0])
            yield When("date", numbers, match.start(), match.end(), frozenset(readings))


def _readings(match: re.Match[str]) -> Iterator[tuple[int, int, int]]:
    """Year, month, day; day before month first."""
    if match["iso"]:
        yield int(match["iy"]), int(match["im"]), int(match["id"])
    elif match["n1"]:
        first, second, year = int(match["n1"]), int(match["n2"]), _year(match["ny"])
        yield year, second, first
        if first != second:
            yield year, first, second
    elif match["d1"]:
        yield _year(match["y1"]), _MONTHS[match["m1"].lower()], int(match["d1"])
    elif match["d2"]:
        yield _year(match["y2"]), _MONTHS[match["m2"].lower()], int(match["d2"])
    elif match["y3"]:
        yield _year(match["y3"]), _MONTHS[match["m3"].lower()], 0
    else:
        yield _year(match["y4"] or match["y5"]), 0, 0


def _year(written: str | None) -> int:
    if not written:
        return 0
    year = int(written)
    return year + 2000 if year < 50 else year + 1900 if year < 100 else year


def _clocks(text: str) -> Iterator[When]:
    for match in _CLOCK.finditer(text):
        hour = int(match["h1"] or match["h2"] or match["h3"] or match["h4"])
        minute = int(match["min1"] or match["min2"] or match["min3"] or 0)
        if match["half"]:
            hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
        if hour < 25 and minute < 60:
            yield When("clock", (60.0 * hour + minute,), match.start(), match.end())
