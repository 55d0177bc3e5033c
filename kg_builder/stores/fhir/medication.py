"""Doses, routes and times of a medicine as FHIR's Dosage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kg_builder.records import Attribute, Scalar
from kg_builder.stores.fhir.identity import fhir_text, given, quantity

KINDS = frozenset({"dose", "strength", "route", "frequency", "duration"})
"""`Attribute.value["kind"]` of what belongs to a dosage."""

_AS_NEEDED = "PRN"
_EVENTS = frozenset({"MORN", "NOON", "AFT", "EVE", "NIGHT", "HS", "WAKE", "C", "AC", "PC"})
"""Codes of HL7's EventTiming that attributes have; STAT is none, and stands in the text alone."""


def dosage(attributes: Sequence[Attribute]) -> dict[str, Any]:
    """What the attributes of one mention say, in words as the text has them, and as data where they were read."""
    values = [item.value for item in attributes]
    return given(
        text=fhir_text(", ".join(" ".join(item.text.split()) for item in attributes)),
        timing=given(repeat=_repeat(values)),
        asNeededBoolean=True if any(value.get("when") == _AS_NEEDED for value in values) else None,
        route=given(text=_first(values, "route")),
        doseAndRate=[found for value in values if value.get("kind") == "dose" and (found := _dose(value))],
    )


def _dose(value: Mapping[str, Scalar]) -> dict[str, Any]:
    amount = amount_of(value)
    return given(**{"doseRange" if "low" in amount else "doseQuantity": amount}) if amount else {}


def amount_of(value: Mapping[str, Scalar]) -> dict[str, Any]:
    """A number as a Quantity, two as a Range; empty where there is none."""
    unit = value.get("unit")
    unit = unit if isinstance(unit, str) else None
    if _is_number(value.get("number")):
        return quantity(value["number"], unit)  # type: ignore[arg-type]
    if _is_number(value.get("low")) and _is_number(value.get("high")):
        return {name: quantity(value[name], unit) for name in ("low", "high")}  # type: ignore[arg-type]
    return {}


def _repeat(values: Sequence[Mapping[str, Scalar]]) -> dict[str, Any]:
    repeat: dict[str, Any] = {}
    for value in values:
        if value.get("kind") == "frequency":
            repeat |= _times(value) | _period(value)
            if value.get("when") in _EVENTS:
                repeat.setdefault("when", []).append(value["when"])
        elif value.get("kind") == "duration" and "unit" in value and (amount := amount_of(value)):
            repeat["boundsRange" if "low" in amount else "boundsDuration"] = amount
    return repeat


def _times(value: Mapping[str, Scalar]) -> dict[str, Any]:
    """Whole numbers alone: FHIR has no half times a day."""
    times = _span("frequency", "times", value)
    return times if all(isinstance(number, int) for number in times.values()) else {}


def _period(value: Mapping[str, Scalar]) -> dict[str, Any]:
    period = _span("period", "period", value)
    return period | {"periodUnit": value["period_unit"]} if period and "period_unit" in value else {}


def _span(name: str, ours: str, value: Mapping[str, Scalar]) -> dict[str, Any]:
    return given(
        **{name: value.get(ours, value.get(f"{ours}_low")), f"{name}Max": value.get(f"{ours}_high")},
    )


def _first(values: Sequence[Mapping[str, Scalar]], name: str) -> str | None:
    return next((str(value[name]) for value in values if name in value), None)


def _is_number(value: Scalar | None) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
