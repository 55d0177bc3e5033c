from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.text.abbreviations import find_abbreviations


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They had acute renal failure (ARF).", {"ARF": "acute renal failure"}),
        ("ARF (acute renal failure) followed.", {"ARF": "acute renal failure"}),
        ("Treated with 5-FU (5-fluorouracil).", {"5-FU": "5-fluorouracil"}),
        ("congestive heart failure [CHF; 12 cases]", {"CHF": "congestive heart failure"}),
        ("Bệnh nhân đái tháo đường (ĐTĐ) lâu năm", {"ĐTĐ": "đái tháo đường"}),
        ("THA (tăng huyết áp)", {"THA": "tăng huyết áp"}),
        ("a heart rate of 90 (SD 12)", {}),
        ("He was well (see below).", {}),
        ("We saw it. Then (WSI) it went.", {}),
        ("aspirin (100 mg)", {}),
        ("", {}),
    ],
)
def test_definitions(text: str, expected: dict[str, str]) -> None:
    assert {short: found.long for short, found in find_abbreviations(text).items()} == expected


def test_first_definition_counts() -> None:
    found = find_abbreviations("myocardial infarction (MI) and mitral insufficiency (MI)")
    assert found["MI"].long == "myocardial infarction"


@given(st.text(alphabet="abAB ()[].,-é1\n", max_size=300))
def test_offsets_hold_both_forms(text: str) -> None:
    for short, found in find_abbreviations(text).items():
        assert text[found.short_start : found.short_end] == found.short == short
        assert text[found.long_start : found.long_end] == found.long


@pytest.mark.parametrize("unit", ["(", "(a", "()", "[(A B) ", "x ", "(" * 50 + ")" * 50])
def test_time_is_linear_for_hostile_text(unit: str) -> None:
    started = time.perf_counter()
    find_abbreviations(unit * (300_000 // len(unit)))
    assert time.perf_counter() - started < 5
