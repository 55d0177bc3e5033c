"""One spelling, and the way back to the text's own characters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.extract.vietnamese.spelling import in_one_spelling

LETTERS = st.text(st.sampled_from("aeđhntộấởưệý \u0301\u0323\u0302_1(-"), max_size=30)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("viêm_phổi", "viêm phổi"),
        (unicodedata.normalize("NFD", "viêm phổi nặng"), "viêm phổi nặng"),
        (unicodedata.normalize("NFD", "viêm_phổi"), "viêm phổi"),
        ("mã_1 và _", "mã_1 và _"),
        ("ho, sốt", "ho, sốt"),
    ],
)
def test_accents_are_joined_and_syllables_parted(written: str, read: str) -> None:
    assert in_one_spelling(written).text == read


@given(LETTERS)
def test_every_character_has_its_place_in_the_original(text: str) -> None:
    spelled = in_one_spelling(text)
    assert len(spelled.starts) == len(spelled.text) + 1
    assert list(spelled.starts) == sorted(spelled.starts)
    assert spelled.original(0, len(spelled.text)) == (0, len(text))
    pieces = [text[slice(*spelled.original(place, place + 1))] for place in range(len(spelled.text))]
    assert "".join(pieces) == text


@given(LETTERS)
def test_reading_twice_changes_nothing(text: str) -> None:
    once = in_one_spelling(text).text
    assert in_one_spelling(once).text == once
