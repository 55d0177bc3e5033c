"""Confidence from token probabilities and from agreement."""

from __future__ import annotations

import math

import pytest

from kg_builder.answers.confidence import agreement, span_confidence
from kg_builder.answers.items import AnswerItem
from kg_builder.backends.generation import Generated, TokenScore

ANSWER = '[{"entity": "ho khan"}]'
TOKENS = (TokenScore(0, 12, math.log(0.1)), TokenScore(12, 15, math.log(0.5)), TokenScore(15, 20, math.log(0.8)))


def test_an_item_is_as_likely_as_its_own_tokens() -> None:
    generated = Generated(ANSWER, tokens=TOKENS)
    assert span_confidence(AnswerItem("ho khan", "S", 13, 20), generated) == pytest.approx(0.4)
    assert span_confidence(AnswerItem("khan", "S", 16, 20), generated) == pytest.approx(0.8)


def test_without_scores_or_a_place_there_is_none() -> None:
    item = AnswerItem("ho", "S", 13, 15)
    assert span_confidence(item, Generated(ANSWER)) is None
    assert span_confidence(AnswerItem("ho", "S", 13, 13), Generated(ANSWER, tokens=TOKENS)) is None
    assert span_confidence(AnswerItem("]", "S", 22, 23), Generated(ANSWER, tokens=TOKENS)) is None
    assert span_confidence(item, Generated(ANSWER, tokens=(TokenScore(12, 15, math.nan),))) is None


def test_it_stays_a_probability() -> None:
    rounded_up = Generated(ANSWER, tokens=(TokenScore(12, 15, 1e-7),))
    assert span_confidence(AnswerItem("ho", "S", 13, 15), rounded_up) == 1.0
    impossible = Generated(ANSWER, tokens=(TokenScore(12, 15, -math.inf),))
    assert span_confidence(AnswerItem("ho", "S", 13, 15), impossible) == 0.0


def test_agreement_is_the_share_of_answers() -> None:
    assert agreement([{"a", "b"}, {"a"}, {"c"}, set()], "a") == 0.5
    assert agreement([], "a") is None
