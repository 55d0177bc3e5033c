"""What is found of a prescription, and what it says as data."""

from __future__ import annotations

from typing import Any

import pytest

from kg_builder.extract.attributes.medication import find_medication
from kg_builder.extract.attributes.quantities import number_of, quantities


def found(text: str, language: str = "en") -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (item.kind.value, text[item.start : item.end], dict(item.value))
        for item in find_medication(text, 0, len(text), language=language)
    ]


DOSES = [
    ("500 mg", {"number": 500, "unit": "mg"}),
    ("500mg", {"number": 500, "unit": "mg"}),
    ("1,500 mg", {"number": 1500, "unit": "mg"}),
    ("5 mg/kg", {"number": 5, "unit": "mg/kg"}),
    ("0.5-1 g", {"low": 0.5, "high": 1, "unit": "g"}),
    ("300 to 600 mg/day", {"low": 300, "high": 600, "unit": "mg/d"}),
    ("20 units", {"number": 20, "unit": "[iU]"}),
    ("two tablets", {"number": 2, "unit": "{tablet}"}),
    ("half a tablet", {"number": 0.5, "unit": "{tablet}"}),
    ("1/2 tablet", {"number": 0.5, "unit": "{tablet}"}),
    ("2 puffs", {"number": 2, "unit": "{puff}"}),
    ("40 mg per kg per day", {"number": 40, "unit": "mg/kg/d"}),
    ("75 mg/m(2)", {"number": 75, "unit": "mg/m2"}),
    ("250 µg", {"number": 250, "unit": "ug"}),
    ("5 mg/24 h", {"number": 5, "unit": "mg/(24.h)"}),
]


@pytest.mark.parametrize(("text", "value"), DOSES)
def test_doses(text: str, value: dict[str, Any]) -> None:
    assert found(f"She took {text}.") == [("dose", text, value)]


STRENGTHS = [
    ("5 mg tablets", "5 mg", {"number": 5, "unit": "mg", "form": "tablet"}),
    ("100 U/mL", "100 U/mL", {"number": 100, "unit": "[iU]/mL"}),
    ("250 mg/5 mL", "250 mg/5 mL", {"number": 250, "unit": "mg/(5.mL)"}),
    ("0.9 %", "0.9 %", {"number": 0.9, "unit": "%"}),
]


@pytest.mark.parametrize(("text", "span", "value"), STRENGTHS)
def test_strengths(text: str, span: str, value: dict[str, Any]) -> None:
    assert found(text) == [("strength", span, value)]


def test_a_volume_of_a_solution_is_a_dose_and_a_strength() -> None:
    assert [(kind, text) for kind, text, _ in found("10 mL of 5% dextrose")] == [("dose", "10 mL"), ("strength", "5%")]


def test_concentrations_in_blood_are_no_strengths() -> None:
    assert found("It was 3 micrograms/L and 80 mg/dL.") == []


ROUTES = {
    "oral": ("orally", "PO", "p.o.", "by mouth"),
    "intravenous": ("IV", "i.v.", "intravenous bolus", "intravenously"),
    "subcutaneous": ("subcutaneously", "s.c.", "SQ"),
    "cutaneous": ("topical", "topically"),
    "inhalation": ("inhaled",),
    "inhalation, nebulized": ("nebulized", "via nebulizer"),
    "intrathecal": ("intrathecal",),
}


@pytest.mark.parametrize(("text", "route"), [(text, route) for route, texts in ROUTES.items() for text in texts])
def test_routes(text: str, route: str) -> None:
    assert found(text) == [("route", text, {"route": route})]


DAILY = {"period": 1, "period_unit": "d"}
FREQUENCIES = [
    ("BID", {"times": 2, **DAILY}),
    ("b.i.d.", {"times": 2, **DAILY}),
    ("t.i.d.", {"times": 3, **DAILY}),
    ("q6h", {"times": 1, "period": 6, "period_unit": "h"}),
    ("q 8 hrs", {"times": 1, "period": 8, "period_unit": "h"}),
    ("every 4 to 6 hours", {"times": 1, "period_low": 4, "period_high": 6, "period_unit": "h"}),
    ("every 12 hours", {"times": 1, "period": 12, "period_unit": "h"}),
    ("twice a day", {"times": 2, **DAILY}),
    ("three times daily", {"times": 3, **DAILY}),
    ("3 times weekly", {"times": 3, "period": 1, "period_unit": "wk"}),
    ("once daily", {"times": 1, **DAILY}),
    ("nightly", {"times": 1, **DAILY, "when": "NIGHT"}),
    ("at bedtime", {"times": 1, **DAILY, "when": "HS"}),
    ("prn", {"when": "PRN"}),
    ("as needed", {"when": "PRN"}),
    ("weekly", {"times": 1, "period": 1, "period_unit": "wk"}),
    ("every other day", {"times": 1, "period": 2, "period_unit": "d"}),
]


@pytest.mark.parametrize(("text", "value"), FREQUENCIES)
def test_frequencies(text: str, value: dict[str, Any]) -> None:
    assert found(text) == [("frequency", text, value)]


DURATIONS = [
    ("for 7 days", {"number": 7, "unit": "d"}),
    ("x 10 days", {"number": 10, "unit": "d"}),
    ("over 3 weeks", {"number": 3, "unit": "wk"}),
    ("for six months", {"number": 6, "unit": "mo"}),
    ("for 7-10 days", {"low": 7, "high": 10, "unit": "d"}),
]


@pytest.mark.parametrize(("text", "value"), DURATIONS)
def test_durations(text: str, value: dict[str, Any]) -> None:
    assert found(f"given {text}.") == [("duration", text, value)]


@pytest.mark.parametrize(
    "text", ["She came 3 days ago.", "In 3 patients aged 45 years", "Vitamin B12 and T3.", "Room 5, bed 2"]
)
def test_other_numbers_are_nothing(text: str) -> None:
    assert found(text) == []


VIETNAMESE = [
    ("uống 2 lần/ngày trong 7 ngày", ["route uống", "frequency 2 lần/ngày", "duration trong 7 ngày"]),
    ("tiêm tĩnh mạch 1 ống mỗi 8 giờ", ["route tiêm tĩnh mạch", "dose 1 ống", "frequency mỗi 8 giờ"]),
    ("sáng 1 viên tối 1 viên", ["frequency sáng", "dose 1 viên", "frequency tối", "dose 1 viên"]),
    ("0,5 mg ngày uống 3 lần", ["dose 0,5 mg", "frequency ngày uống 3 lần"]),
]


@pytest.mark.parametrize(("text", "expected"), VIETNAMESE)
def test_vietnamese(text: str, expected: list[str]) -> None:
    assert [f"{kind} {span}" for kind, span, _ in found(text, "vi")] == expected


def test_doses_in_words() -> None:
    assert found("after high-dose therapy") == [("dose", "high-dose", {"level": "high"})]
    assert found("a high fever") == []


NUMBERS = [
    ("7,2", "en", 7.2),
    ("45,000", "en", 45000),
    ("0,125", "en", 0.125),
    ("1.000", "vi", 1000),
    ("1.5", "vi", 1.5),
    ("12", "en", 12),
    ("six", "en", 6),
    ("sáu", "vi", 6),
    ("1.2.3", "en", None),
]


@pytest.mark.parametrize(("text", "language", "number"), NUMBERS)
def test_numbers(text: str, language: str, number: float | None) -> None:
    assert number_of(text, language) == number


def test_numbers_listed_with_one_unit_are_two_and_a_range_is_one() -> None:
    listed, ranged = "75 and 100 mg/m2", "between 75 and 100 mg/m2"
    assert [(item.low, item.high) for item in quantities(listed, 0, len(listed), language="en")] == [
        (75, None),
        (100, None),
    ]
    assert [(item.low, item.high) for item in quantities(ranged, 0, len(ranged), language="en")] == [(75, 100)]
