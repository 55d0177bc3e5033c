"""Words, pieces and windows of any text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from kg_builder.extract.tagger.encoding import MAX_PIECES, Window, Words, split_words, windows
from kg_builder.extract.tagger.features import Shape, shape
from kg_builder.extract.tagger.model import load_tagger
from kg_builder.records import Mention

TOKENIZER: Tokenizer = load_tagger().tokenizer
MARKS = {"start_mark": 101, "end_mark": 102}

ODD = st.text(
    st.one_of(
        st.sampled_from("aA1 .,;()-\n\t\u00a0\u200b\u0301\ufeff\x00\ud800ßİﬁβ漢😀é"),
        st.characters(),
    ),
    max_size=80,
)
SENTENCES = st.lists(
    st.lists(
        st.sampled_from(["Fever", "5-fluorouracil", "hepatotoxicity", "α-tocopherol", "x" * 150, "(AKI)"]), max_size=30
    ),
    max_size=12,
).map(lambda rows: " ".join(" ".join(row) + "." for row in rows))


def all_windows(text: str, words: Words, limit: int = MAX_PIECES) -> list[Window]:
    return list(windows(text, words, **MARKS, limit=limit))


@given(ODD)
@settings(max_examples=300)
def test_words_are_stretches_of_the_text_in_order(text: str) -> None:
    words = split_words(TOKENIZER, text, ())
    assert len(words.spans) == len(words.pieces) == len(words.features)
    ends = 0
    for start, end in words.spans:
        assert ends <= start < end <= len(text)
        ends = end
    assert all(words.pieces)


@given(st.one_of(ODD, SENTENCES), st.integers(4, 40))
def test_windows_hold_every_word_exactly_once(text: str, limit: int) -> None:
    words = split_words(TOKENIZER, text, ())
    held: list[int] = []
    for window in all_windows(text, words, limit):
        assert 2 < len(window.input_ids) <= limit
        assert len(window.features) == len(window.input_ids)
        assert (window.input_ids[0], window.input_ids[-1]) == (101, 102)
        own = range(window.first, window.first + window.word_count)
        held += own
        assert (window.kept[0], window.kept[-1]) == (0, len(window.input_ids) - 1)
        heads = window.kept[1:-1]
        assert [window.input_ids[head] for head in heads] == [words.pieces[index][0] for index in own]
        assert (window.features[heads] == words.features[window.first : window.first + len(own)]).all()
    assert held == list(range(len(words.spans)))


def test_windows_end_with_sentences_where_they_can() -> None:
    text = "One two three four. Five six seven eight. Nine ten."
    words = split_words(TOKENIZER, text, ())
    firsts = [text[words.spans[window.first][0] :].split(maxsplit=1)[0] for window in all_windows(text, words, 14)]
    assert firsts == ["One", "Nine"]


def test_a_window_never_grows_past_its_limit_after_a_short_sentence() -> None:
    text = "No. " + " ".join(["hepatotoxicity"] * 40) + "."
    words = split_words(TOKENIZER, text, ())
    assert all(len(window.input_ids) <= 20 for window in all_windows(text, words, 20))


def test_no_words_no_windows() -> None:
    for text in ("", " \n", "\u200b"):
        assert not all_windows(text, split_words(TOKENIZER, text, ()))


def test_dictionary_hits_and_shapes_are_features() -> None:
    text = "Renal failure after 5-FU."
    hits = [
        Mention(start=0, end=13, text="Renal failure", type="Disease"),
        Mention(start=20, end=24, text="5-FU", type="Chemical"),
        Mention(start=0, end=5, text="Renal", type="Gene"),
    ]
    words = split_words(TOKENIZER, text, hits)
    assert [text[start:end] for start, end in words.spans] == ["Renal", "failure", "after", "5", "-", "FU", "."]
    assert words.features[:, 0].tolist() == [0, 0, 0, 1, 2, 2, 0]
    assert words.features[:, 1].tolist() == [1, 2, 0, 0, 0, 0, 0]
    assert words.features[:, 2].tolist() == [2, 1, 1, 5, 0, 3, 0]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("fever", Shape.LOWER),
        ("Fever", Shape.INITIAL),
        ("K", Shape.INITIAL),
        ("AKI", Shape.UPPER),
        ("mRNA", Shape.MIXED),
        ("12", Shape.DIGITS),
        ("p53", Shape.LETTERS_AND_DIGITS),
        ("-", Shape.OTHER),
        ("漢字", Shape.MIXED),
    ],
)
def test_shapes(word: str, expected: Shape) -> None:
    assert shape(word) == expected


def test_a_feature_row_belongs_to_each_piece_of_its_word() -> None:
    text = "hepatotoxicity"
    words = split_words(TOKENIZER, text, [Mention(start=0, end=14, text=text, type="Disease")])
    (window,) = all_windows(text, words)
    inner: Sequence[Sequence[int]] = window.features[1:-1].tolist()
    assert len(inner) == len(words.pieces[0]) > 1
    assert all(row == inner[0] for row in inner)
    assert not np.any(window.features[[0, -1]])
