"""Decoding, compared with counting out every sequence."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kg_builder.extract.tagger.decoding import (
    BEGIN,
    INSIDE,
    OUTSIDE,
    Floats,
    Lattice,
    allowed,
    best_tags,
    spans,
    tagged,
)

VALUES = st.floats(-30, 30)
SCORES = st.integers(1, 6).flatmap(lambda words: arrays(np.float64, (words, 3), elements=VALUES))
TRANSITIONS = arrays(np.float64, (3, 3), elements=st.floats(-5, 5)).map(allowed)


def sequences(scores: Floats, transitions: Floats) -> dict[tuple[int, ...], float]:
    """Score of every valid sequence."""
    return {
        tags: sum(scores[index, tag] for index, tag in enumerate(tags))
        + sum(transitions[a, b] for a, b in pairwise(tags))
        for tags in product(range(3), repeat=len(scores))
        if tags[0] != INSIDE and (OUTSIDE, INSIDE) not in pairwise(tags)
    }


@given(SCORES, TRANSITIONS)
def test_the_best_sequence_is_the_best_of_all(scores: Floats, transitions: Floats) -> None:
    every = sequences(scores, transitions)
    found = tuple(best_tags(scores, transitions))
    assert every[found] == pytest.approx(max(every.values()), abs=1e-9)


@given(SCORES, TRANSITIONS)
def test_a_span_has_the_share_of_the_sequences_with_exactly_it(scores: Floats, transitions: Floats) -> None:
    every = sequences(scores, transitions)
    top = max(every.values())
    total = sum(np.exp(score - top) for score in every.values())
    lattice, words = Lattice(scores, transitions), len(scores)
    for first in range(words):
        for last in range(first + 1, words + 1):
            having = sum(np.exp(every[tags] - top) for tags in every if (first, last) in tagged(tags))
            assert lattice.probability(first, last) == pytest.approx(having / total, abs=1e-6)


@given(SCORES, TRANSITIONS, st.floats(0.001, 0.5))
def test_likely_spans_are_all_that_are_likely(scores: Floats, transitions: Floats, least: float) -> None:
    lattice, words = Lattice(scores, transitions), len(scores)
    every = {
        (first, last): lattice.probability(first, last)
        for first in range(words)
        for last in range(first + 1, words + 1)
    }
    found = {(span.first, span.last): span.probability for span in lattice.likely(least)}
    assert all(every[span] == probability for span, probability in found.items())
    assert all(probability < least * 1.001 for span, probability in every.items() if span not in found)


@given(arrays(np.float64, (40, 3), elements=st.floats(-1e4, 1e4)), TRANSITIONS)
def test_any_scores_give_probabilities(scores: Floats, transitions: Floats) -> None:
    for span in spans(scores, transitions):
        assert 0 <= span.probability <= 1


def test_sequences_become_mentions() -> None:
    assert tagged([BEGIN, BEGIN, INSIDE, OUTSIDE, BEGIN]) == [(0, 1), (1, 3), (4, 5)]
    assert tagged([]) == []


def test_no_words_no_mentions() -> None:
    assert spans(np.zeros((0, 3)), np.zeros((3, 3))) == []
    assert best_tags(np.zeros((0, 3)), np.zeros((3, 3))) == []


def test_adjacent_mentions_stay_two() -> None:
    scores = np.full((2, 3), -5.0)
    scores[:, BEGIN] = 5
    assert [(span.first, span.last) for span in spans(scores, allowed(np.zeros((3, 3))))] == [(0, 1), (1, 2)]
