"""The pace of requests: what may go out in a minute, and when the next one may."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kg_builder.backends.limits import MINUTE, ModelLimits, Pace
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.settings import load_settings

Request = tuple[int, int]
"""Seconds after the one before, and tokens."""


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 60)), max_size=40),
    st.integers(1, 6),
    st.integers(50, 120),
)
def test_no_minute_holds_more_than_the_limits(requests: list[Request], most: int, tokens: int) -> None:
    pace = Pace(ModelLimits(requests_per_minute=most, tokens_per_minute=tokens))
    now: Any = Fraction(0)
    sent: list[tuple[Any, int]] = []
    for later, size in requests:
        now += later
        while delay := pace.delay(size, now):
            assert delay > 0
            now += delay
        pace.send(size, now)
        sent.append((now, size))
    for start, _ in sent:
        window = [size for at, size in sent if start <= at < start + MINUTE]
        assert len(window) <= most
        assert sum(window) <= tokens or len(window) == 1


@given(st.lists(st.integers(0, 30), min_size=1, max_size=30), st.integers(1, 5))
def test_nothing_waits_longer_than_it_must(gaps: list[int], most: int) -> None:
    pace = Pace(ModelLimits(requests_per_minute=most))
    now, sent = 0.0, list[float]()
    for gap in gaps:
        now += gap
        earliest = max(now, sent[-most] + MINUTE) if len(sent) >= most else now
        now += pace.delay(1, now)
        assert now == earliest
        pace.send(1, now)
        sent.append(now)


def test_a_request_larger_than_a_minutes_tokens_goes_out_alone() -> None:
    pace = Pace(ModelLimits(tokens_per_minute=100))
    assert pace.delay(500, 0.0) == 0
    pace.send(500, 0.0)
    assert pace.delay(1, 10.0) == 50
    assert pace.delay(500, 60.0) == 0


def test_what_the_answer_took_counts_instead_of_the_estimate() -> None:
    pace = Pace(ModelLimits(tokens_per_minute=100))
    sent = pace.send(100, 0.0)
    assert pace.delay(80, 1.0) == 59
    sent.tokens = 20
    assert pace.delay(80, 1.0) == 0


def test_without_limits_nothing_waits() -> None:
    pace = Pace(ModelLimits(concurrency=2))
    assert not any(pace.delay(10**9, 0.0) or not pace.send(10**9, 0.0) for _ in range(1000))


def test_least_time_at_the_limits() -> None:
    limits = ModelLimits(requests_per_minute=60, tokens_per_minute=1000)
    assert limits.minutes(120, 1000) == 2
    assert limits.minutes(60, 5000) == 5
    assert ModelLimits().minutes(60, 5000) is None


def test_cost_is_the_users_prices() -> None:
    assert ModelLimits(input_price=2.5, output_price=10).cost(1_000_000, 100_000) == 3.5
    assert ModelLimits(token_budget=1).cost(1, 1) is None


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"cost_ceiling": 5}, "needs input_price"),
        ({"input_price": 1}, "go together"),
        ({"requests_per_minute": 0}, "greater than or equal to 1"),
        ({"price": 3}, "Extra inputs"),
    ],
)
def test_limits_that_do_not_hold_together(limits: dict[str, float], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ModelLimits.model_validate(limits)


def test_limits_are_for_chat_models_and_do_not_change_the_graph() -> None:
    with pytest.raises(ValidationError, match="limits are for chat"):
        ModelSettings(source="hf:a/b", limits=ModelLimits(concurrency=1))

    def described(**more: object) -> object:
        return load_settings(None, models={"far": {"source": "chat:openai:x", **more}}).described()

    assert described() == described(limits={"token_budget": 10})
