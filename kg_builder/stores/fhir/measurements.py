"""Laboratory values and vital signs as the value of FHIR's Observation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kg_builder.records import Attribute, Scalar
from kg_builder.stores.fhir.identity import coded, fhir_text, given, quantity
from kg_builder.stores.fhir.medication import amount_of

KIND = "laboratory value"
"""`Attribute.value["kind"]` of a measurement."""

_INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
_FLAGS = {"high": "H", "low": "L", "normal": "N", "abnormal": "A", "critical": "AA"}
_COMPARATORS = frozenset({"<", "<=", ">=", ">"})
_LOINC = "http://loinc.org"
BLOOD_PRESSURE = {"system": _LOINC, "code": "85354-9", "display": "Blood pressure panel with all children optional"}
_PRESSURES = {
    "systolic": coded(_LOINC, "8480-6", "Systolic blood pressure"),
    "diastolic": coded(_LOINC, "8462-4", "Diastolic blood pressure"),
}


def observed(attribute: Attribute) -> dict[str, Any]:
    """The fields of an observation that hold a value; in words as the text has it, where FHIR can't hold its data."""
    value = attribute.value
    if "systolic" in value and "diastolic" in value:
        parts = [{"code": code, "valueQuantity": _amount(value, name)} for name, code in _PRESSURES.items()]
        return given(component=parts, interpretation=_interpretation(value))
    amount, comparator = amount_of(value), value.get("comparator")
    if amount and "low" not in amount and comparator in _COMPARATORS:
        amount["comparator"] = comparator
    if not amount or comparator not in {None, *_COMPARATORS}:
        told: dict[str, Any] = given(valueString=fhir_text(attribute.text))
    else:
        told = {"valueRange" if "low" in amount else "valueQuantity": amount}
    return given(**told, interpretation=_interpretation(value), referenceRange=_limits(value))


def _amount(value: Mapping[str, Scalar], name: str) -> dict[str, Any]:
    return quantity(value[name], str(value["unit"]) if "unit" in value else None)  # type: ignore[arg-type]


def _interpretation(value: Mapping[str, Scalar]) -> list[dict[str, Any]]:
    code = _FLAGS.get(str(value.get("flag")))
    return [coded(_INTERPRETATION, code)] if code else []


def _limits(value: Mapping[str, Scalar]) -> list[dict[str, Any]]:
    limits = {name: _amount(value, f"reference_{name}") for name in ("low", "high") if f"reference_{name}" in value}
    return [limits] if limits else []
