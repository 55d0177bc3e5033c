"""Finds dose, strength, route, frequency and duration in a sentence; what they belong to is decided afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kg_builder.extract.attributes.findings import Finding, Places, Tokens, tokens_of
from kg_builder.extract.attributes.quantities import Quantity, quantities, quantity_at
from kg_builder.extract.attributes.tables import Kind, Row, phrases, phrases_with_role
from kg_builder.records import Scalar
from kg_builder.text.phrases import Found

_AMOUNTS = frozenset({"mass", "amount", "activity", "volume", "radiation"})
_FORM_AFTER = re.compile(r"[\s-]{0,2}")
_CONCENTRATED = re.compile(r"/(?:L|dL|uL|mm3)$")
_TIMES = frozenset({"body", "time"})


def find_medication(
    text: str, start: int, end: int, *, language: str, claimed: Sequence[Finding] = ()
) -> list[Finding]:
    """Candidates of ``text[start:end]``, in order and without overlap but for doses in words.

    `claimed`: laboratory values, whose characters are no doses.
    """
    tokens = tokens_of(text, start, end, language=language)
    values = Places((item.start, item.end) for item in claimed)
    frequencies = [item for item in _frequencies(tokens) if not values.touch(item.start, item.end)]
    timed = _places(frequencies)
    measured = [
        item
        for item in quantities(text, start, end, language=language)
        if not values.touch(item.start, item.end) and not timed.touch(item.start, item.end)
    ]
    levels, amounts = list(_levels(tokens)), [*_doses(text, end, measured, language), *_durations(tokens, measured)]
    taken = (values, timed, _places(levels), _places(amounts))
    routes = [item for item in _routes(tokens) if not any(places.touch(item.start, item.end) for places in taken)]
    found = [*frequencies, *levels, *amounts, *routes]
    return sorted(found, key=lambda item: (item.start, item.end))


def _places(found: Sequence[Finding]) -> Places:
    return Places((item.start, item.end) for item in found)


def _doses(text: str, end: int, measured: Sequence[Quantity], language: str) -> Iterator[Finding]:
    for item in measured:
        value: dict[str, Scalar] = dict(item.value)
        if item.kind == "form":
            if item.unit != "{dose}":
                yield Finding(item.start, item.end, Kind.DOSE, value)
        elif item.kind == "percent" and not item.per:
            yield Finding(item.start, item.end, Kind.STRENGTH, value)
        elif item.kind in _AMOUNTS:
            form = _form_after(text, item.end, end, language) if not item.per else None
            if form is not None:
                value["form"] = form
            if _CONCENTRATED.search(item.unit):
                continue  # of blood, not of a medicine
            if form is not None or not _TIMES.issuperset(item.per):
                yield Finding(item.start, item.end, Kind.STRENGTH, value)
            else:
                yield Finding(item.start, item.end, Kind.DOSE, value)


def _form_after(text: str, place: int, end: int, language: str) -> str | None:
    """The form that a strength is of: "5 mg tablets"."""
    gap = _FORM_AFTER.match(text, place, end)
    rest = gap.end() if gap else place
    if rest == place:
        return None
    read = quantity_at(f"1 {text[rest : min(end, rest + 20)]}", 0, 24, language=language)
    return (
        read[0].unit.strip("{}")
        if read and read[0].kind == "form" and read[0].unit not in {"{dose}", "{injection}"}
        else None
    )


def _frequencies(tokens: Tokens) -> Iterator[Finding]:
    for found in phrases("frequencies").find(tokens.keys):
        given = [number for number in tokens.numbers[found.first : found.last] if number is not None]
        times, period, unit = (*found.value, "-", "-", "-")[:3]
        value: dict[str, Scalar] = {}
        for name, cell in (("times", times), ("period", period)):
            value |= _numbered(name, cell, given)
        if "period" in value or "period_low" in value:
            value["period_unit"] = unit
        if len(found.value) > 3 and found.value[3] != "-":
            value["when"] = found.value[3]
        yield _finding(tokens, found, Kind.FREQUENCY, value)


def _numbered(name: str, cell: str, given: list[int | float]) -> dict[str, Scalar]:
    """A cell of the list with the numbers of the text for @1 and @2."""
    if cell == "-":
        return {}
    values = [given[int(part[1:]) - 1] if part.startswith("@") else int(part) for part in cell.split("-")]
    return {name: values[0]} if len(values) == 1 else {f"{name}_low": values[0], f"{name}_high": values[1]}


def _levels(tokens: Tokens) -> Iterator[Finding]:
    for found in phrases("dose_levels").find(tokens.keys):
        yield _finding(tokens, found, Kind.DOSE, {"level": found.value[0]})


def _routes(tokens: Tokens) -> Iterator[Finding]:
    for found in phrases("routes").find(tokens.keys):
        yield _finding(tokens, found, Kind.ROUTE, {"route": found.value[0]})


def _durations(tokens: Tokens, measured: Sequence[Quantity]) -> Iterator[Finding]:
    cues = {found.last: found.first for found in phrases_with_role("durations", "before").find(tokens.keys)}
    after = {found.first for found in phrases_with_role("durations", "after").find(tokens.keys)}
    places = {start: place for place, start in enumerate(tokens.starts)}
    lasts = {end: place + 1 for place, end in enumerate(tokens.ends)}
    for item in measured:
        if item.kind != "time" or item.per:
            continue
        first, last = places.get(item.start), lasts.get(item.end)
        if first in cues:
            yield Finding(tokens.starts[cues[first]], item.end, Kind.DURATION, item.value)
        elif last in after:
            yield Finding(item.start, item.end, Kind.DURATION, item.value)


def _finding(tokens: Tokens, found: Found[Row], kind: Kind, value: dict[str, Scalar]) -> Finding:
    return Finding(tokens.starts[found.first], tokens.ends[found.last - 1], kind, value)
