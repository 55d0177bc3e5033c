"""From labels of words to mentions: every scheme, ill-formed sequences, any text."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.backends.token_windows import Pieces, Scores
from kg_builder.extract.token_classifier.decoding import decode
from kg_builder.extract.token_classifier.label_schemes import read_labels
from kg_builder.extract.token_classifier.words import first_pieces, split_words

BIO = ("O", "B-Drug", "I-Drug", "B-Sign", "I-Sign")
BIOES = ("O", *(f"{place}-Drug" for place in "BIES"))
IO = ("None", "Drug", "Sign")


def scores(labels: tuple[str, ...], chosen: list[str], sure: float = 0.9) -> Scores:
    rows = np.full((len(chosen), len(labels)), (1 - sure) / (len(labels) - 1), np.float32)
    for row, label in enumerate(chosen):
        rows[row, labels.index(label)] = sure
    return np.log(rows)


def found(text: str, labels: tuple[str, ...], chosen: str, *, apart: tuple[int, ...] = ()) -> list[str]:
    """Mentions as ``text/type``; `chosen`: a label a word."""
    rows = scores(labels, chosen.split())
    mentions = decode(text, split_words(text), rows, read_labels(labels, "m"), apart)
    return [f"{text[one.start : one.end]}/{one.meaning.name}" for one in mentions]


@pytest.mark.parametrize(
    ("labels", "chosen", "wanted"),
    [
        (BIO, "O B-Drug I-Drug O", ["b c/Drug"]),
        (BIO, "B-Drug B-Drug I-Drug O", ["a/Drug", "b c/Drug"]),
        (BIO, "I-Drug I-Drug O I-Drug", ["a b/Drug", "d/Drug"]),
        (BIO, "B-Drug I-Sign I-Sign O", ["a/Drug", "b c/Sign"]),
        (BIO, "O O O O", []),
        (BIOES, "B-Drug I-Drug E-Drug S-Drug", ["a b c/Drug", "d/Drug"]),
        (BIOES, "S-Drug S-Drug O E-Drug", ["a/Drug", "b/Drug", "d/Drug"]),
        (BIOES, "B-Drug E-Drug I-Drug I-Drug", ["a b/Drug", "c d/Drug"]),
        (BIOES, "I-Drug B-Drug O B-Drug", ["a/Drug", "b/Drug", "d/Drug"]),
        (IO, "Drug Drug Sign None", ["a b/Drug", "c/Sign"]),
    ],
)
def test_every_scheme_and_ill_formed_sequences(labels: tuple[str, ...], chosen: str, wanted: list[str]) -> None:
    assert found("a b c d", labels, chosen) == wanted


def test_words_of_two_sentences_are_two_mentions() -> None:
    assert found("aspirin\nlithium", IO, "Drug Drug") == ["aspirin\nlithium/Drug"]
    assert found("aspirin\nlithium", IO, "Drug Drug", apart=(1,)) == ["aspirin/Drug", "lithium/Drug"]


def test_what_nothing_parts_is_one_mention() -> None:
    assert found("5-fluorouracil", BIO, "B-Drug B-Drug B-Drug") == ["5-fluorouracil/Drug"]


@pytest.mark.parametrize(
    ("text", "chosen", "wanted"),
    [
        ("aspirin , ibuprofen .", "Drug Drug Drug Drug", ["aspirin , ibuprofen/Drug"]),
        (", ;", "Drug Drug", []),
        ("(+) -", "Drug Drug Drug Drug", []),
        ("Na+", "Drug Drug", ["Na+/Drug"]),
    ],
)
def test_mentions_dont_end_in_stops_and_have_a_letter_or_digit(text: str, chosen: str, wanted: list[str]) -> None:
    assert found(text, IO, chosen) == wanted


def test_confidence_is_the_types_probability_at_the_least_certain_word() -> None:
    rows = np.log(np.array([[0.1, 0.6, 0.3, 0.0 + 1e-9, 1e-9], [0.3, 0.2, 0.5, 1e-9, 1e-9]], np.float32))
    (mention,) = decode("a b", split_words("a b"), rows, read_labels(BIO, "m"))
    assert mention.confidence == pytest.approx(0.7, abs=1e-3)


@given(st.text(max_size=40), st.data())
def test_mentions_are_runs_of_whole_words_in_order(text: str, data: st.DataObject) -> None:
    words = split_words(text)
    chosen = [data.draw(st.sampled_from(BIO)) for _ in words]
    mentions = decode(text, words, scores(BIO, chosen), read_labels(BIO, "m"))
    starts, ends = {start for start, _ in words}, {end for _, end in words}
    last = 0
    for one in mentions:
        assert one.start in starts
        assert one.end in ends
        assert last <= one.start < one.end
        assert 0 <= one.confidence <= 1
        last = one.end


@given(st.text(max_size=60))
def test_words_cover_all_but_white_space(text: str) -> None:
    words = split_words(text)
    covered = "".join(text[start:end] for start, end in words)
    assert covered == "".join(character for character in text if not character.isspace())
    assert all(end <= start for (_, end), (start, _) in pairwise(words))


@given(st.sampled_from(["Bệnh nhân bị sốt cao", "thuốc hạ áp", "naïve crème brûlée", "β-thalassämie"]))
def test_marks_that_stand_apart_stay_with_their_letters(text: str) -> None:
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    names = [[form[start:end] for start, end in split_words(form)] for form in (composed, decomposed)]
    assert names[0] == [unicodedata.normalize("NFC", word) for word in names[1]]


@pytest.mark.parametrize(
    ("offsets", "kept", "places"),
    [
        ([(0, 3), (3, 6), (7, 8)], [(0, 6), (7, 8)], [0, 2]),
        ([(0, 6), (6, 8)], [(0, 6), (7, 8)], [0, 1]),
        ([(0, 6)], [(0, 6)], [0]),
        ([(0, 0), (0, 6), (8, 8)], [(0, 6)], [1]),
        ([], [], []),
    ],
)
def test_a_word_is_scored_at_its_first_piece(
    offsets: list[tuple[int, int]], kept: list[tuple[int, int]], places: list[int]
) -> None:
    pieces = Pieces(list(range(len(offsets))), offsets)
    assert first_pieces([(0, 6), (7, 8)], pieces) == (kept, places)
