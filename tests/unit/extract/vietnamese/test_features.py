"""Words, their forms, and what the model is told about them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.extract.vietnamese.features import hits_of_words, sentence_features
from kg_builder.extract.vietnamese.words import split_words
from kg_builder.records import Mention, Provenance


def features(text: str) -> list[list[str]]:
    words = split_words(text)
    return sentence_features(words.forms, ["-"] * len(words.forms))


def test_letters_numbers_and_marks_are_words_of_their_own() -> None:
    text = "AFB(+) 38,5°C"
    assert [text[start:end] for start, end in split_words(text).spans] == [
        "AFB",
        "(",
        "+",
        ")",
        "38",
        ",",
        "5",
        "°",
        "C",
    ]


@pytest.mark.parametrize(
    ("word", "key", "letters", "shape"),
    [
        ("Khoẻ", "khỏe", "khoe", "Xx+"),
        ("HIV", "hiv", "hiv", "X+"),
        ("2017", "2017", "2017", "9+"),
        ("12", "99", "99", "9+"),
        ("%", "%", "%", "%"),
        ("Đường", "đường", "duong", "Xx+"),
    ],
)
def test_a_words_form(word: str, key: str, letters: str, shape: str) -> None:
    (form,) = split_words(word).forms
    assert (form.key, form.letters, form.shape) == (key, letters, shape)


@given(st.text(max_size=60))
def test_words_are_in_order_and_hold_everything_but_white_space_and_marks_without_letter(text: str) -> None:
    spans = split_words(text).spans
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(start < end and not text[start:end].isspace() for start, end in spans)


def test_each_word_knows_its_neighbours() -> None:
    (first, _, last) = features("ho ra máu")
    assert {"w0=ho", "w1=ra", "w2=máu", "w-1=<s>", "ww0=ho ra", "www0=ho ra máu"} <= set(first)
    assert {"w0=máu", "l0=mau", "w1=</s>", "www-2=ho ra máu"} <= set(last)


def test_a_run_of_capitals_knows_what_stands_before_and_after_it() -> None:
    rows = features("ở Gò Vấp năm nay")
    assert "cB<ở" in rows[1]
    assert {"cI<ở", "cI>năm", "cI#2"} <= set(rows[2])
    assert not any(name.startswith("cB") for name in rows[0])


def test_places_need_a_capital() -> None:
    assert {"gB", "gB#2"} <= set(features("Huế, Đà Nẵng")[2])
    assert "gB" not in features("đà nẵng")[0]


def test_names_of_the_dictionary_are_marked_word_by_word() -> None:
    text = "bị viêm phổi nặng"
    name = Mention(start=3, end=12, text="viêm phổi", type="Disease", provenance=Provenance(extractor="lexicon"))
    assert hits_of_words(split_words(text), [name]) == ["-", "BDisease", "IDisease", "-"]
