"""Laboratory values: number, comparator, unit, limits, flag, and the test they belong to."""

from __future__ import annotations

from typing import Any

import pytest

from kg_builder.extract.attributes.laboratory import find_laboratory


def found(text: str, language: str = "en", **spans: list[tuple[int, int]]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (text[item.start : item.end], dict(item.value))
        for item in find_laboratory(text, 0, len(text), language=language, **spans)
    ]


def value(test: str, number: float, **fields: Any) -> dict[str, Any]:
    return {"test": test, "number": number, **fields}


ONE = [
    ("K 5.9 mmol/L (H)", "5.9 mmol/L (H)", value("potassium", 5.9, unit="mmol/L", flag="high")),
    ("HbA1c 8.2%", "8.2%", value("haemoglobin A1c", 8.2, unit="%")),
    ("creatinine of 2.3 mg/dL", "2.3 mg/dL", value("creatinine", 2.3, unit="mg/dL")),
    ("WBC 12.4 x10^9/L, high", "12.4 x10^9/L, high", value("white cell count", 12.4, unit="10*9/L", flag="high")),
    ("platelets were 45,000/mm3", "45,000/mm3", value("platelets", 45000, unit="/mm3")),
    ("a platelet count of 36 x 10(3)/mm(3)", "36 x 10(3)/mm(3)", value("platelets", 36, unit="10*3/mm3")),
    ("Hb: 7,2 g/dL", "7,2 g/dL", value("haemoglobin", 7.2, unit="g/dL")),
    ("Elevated creatinine of 190 µmol/L", "190 µmol/L", value("creatinine", 190, unit="umol/L", flag="high")),
    ("INR > 9", "9", value("international normalized ratio", 9, comparator=">")),
    ("CRP was less than 5 mg/L", "5 mg/L", value("C-reactive protein", 5, unit="mg/L", comparator="<")),
    (
        "ALT 245 U/L (normal range 10-40 U/L)",
        "245 U/L (normal range 10-40 U/L)",
        value("alanine aminotransferase", 245, unit="U/L", reference_low=10, reference_high=40),
    ),
    ("Platelets 68 today", "68", value("platelets", 68)),
    ("prothrombin time was 14.2 seconds", "14.2 seconds", value("prothrombin time", 14.2, unit="s")),
    ("temp 38.5 °C", "38.5 °C", value("temperature", 38.5, unit="Cel")),
]


@pytest.mark.parametrize(("text", "span", "fields"), ONE)
def test_one_value(text: str, span: str, fields: dict[str, Any]) -> None:
    assert found(text) == [(span, fields)]


def test_blood_pressure_has_two_numbers() -> None:
    assert found("BP 90/60 mmHg") == [
        ("90/60 mmHg", {"test": "blood pressure", "systolic": 90, "diastolic": 60, "unit": "mm[Hg]"})
    ]


def test_a_series() -> None:
    assert [fields["test"] for _, fields in found("Na 138, K 5.9, Cl 101, creatinine 1.2")] == [
        "sodium", "potassium", "chloride", "creatinine",
    ]  # fmt: skip


def test_a_change_is_two_values() -> None:
    assert found("Hemoglobin fell from 9.1 to 6.8 g/dL") == [
        ("9.1", value("haemoglobin", 9.1, unit="g/dL")),
        ("6.8 g/dL", value("haemoglobin", 6.8, unit="g/dL")),
    ]


VIETNAMESE = [
    ("Kali máu 5,9 mmol/L, cao", "5,9 mmol/L, cao", value("potassium", 5.9, unit="mmol/L", flag="high")),
    ("Bạch cầu 12,4 G/L", "12,4 G/L", value("white cell count", 12.4, unit="10*9/L")),
    ("mạch 88 lần/phút", "88 lần/phút", value("heart rate", 88, unit="/min")),
    ("nhiệt độ 38,5 độ C", "38,5 độ C", value("temperature", 38.5, unit="Cel")),
]


@pytest.mark.parametrize(("text", "span", "fields"), VIETNAMESE)
def test_vietnamese(text: str, span: str, fields: dict[str, Any]) -> None:
    assert found(text, "vi") == [(span, fields)]


NONE = [
    "sodium 2 g diet",
    "potassium chloride 20 mEq daily",
    "platelets: 3 bags",
    "glucose 5 g",
    "k 5",
    "creatinine 5 days later",
]


@pytest.mark.parametrize("text", NONE)
def test_doses_and_times_are_no_values(text: str) -> None:
    assert found(text) == []


def test_the_level_of_a_medicine() -> None:
    text = "Theophylline level 24 mg/L"
    assert found(text, measured=[(0, 12)]) == [("24 mg/L", value("theophylline", 24, unit="mg/L"))]
    assert found("Theophylline 24 mg/L", measured=[(0, 12)]) == []
