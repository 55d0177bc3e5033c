"""What is shown can't steer a terminal, turn lines round or hide words."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.text.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "�[31mred"),
        ("\x9b31m", "�31m"),
        ("a\rb\x08\x00", "a�b��"),
        ("\u202eabc\u202c \u2066x\u2069", "�abc� �x�"),
        ("one\u2028two", "one�two"),
        ("tag\U000e0041", "tag�"),
        ("\ud800", "�"),
        ("kept:\ttab\nline, đau đầu, 日本, 👩‍⚕️, עברית\u200f", "kept:\ttab\nline, đau đầu, 日本, 👩‍⚕️, עברית\u200f"),
    ],
)
def test_what_is_not_to_be_shown_is_replaced(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_no_control_character_is_left_and_nothing_else_moves(text: str) -> None:
    shown = printable(text)

    assert len(shown) == len(text)
    assert not [one for one in shown if unicodedata.category(one) in {"Cc", "Cs"} and one not in "\t\n"]
    assert printable(shown) == shown
    assert all(one == other or other == "�" for one, other in zip(text, shown, strict=True))
