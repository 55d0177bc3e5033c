"""Choosing tokens."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.backends.generation import GenerationOptions
from kg_builder.backends.sampling import Chooser

LOGITS = (2.0, 1.0, 0.0, -1.0, -30.0)
LOGIT_LISTS = st.lists(st.floats(-20, 20, width=32), min_size=2, max_size=30)


def draws(options: GenerationOptions, count: int = 2500) -> Counter[int]:
    chooser = Chooser(options, ())
    return Counter(chooser.choose(torch.tensor(LOGITS)) for _ in range(count))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_draws_follow_the_softmax(temperature: float) -> None:
    found = draws(GenerationOptions(temperature=temperature, seed=3))
    expected = (torch.tensor(LOGITS) / temperature).softmax(-1)
    for token, chance in enumerate(expected.tolist()):
        assert found[token] / 2500 == pytest.approx(chance, abs=0.03)


def test_top_p_draws_from_the_likeliest_only() -> None:
    assert set(draws(GenerationOptions(temperature=1.0, top_p=0.8, seed=1), 300)) == {0, 1}
    assert set(draws(GenerationOptions(temperature=1.0, top_p=1e-6, seed=1), 300)) == {0}


@given(logits=LOGIT_LISTS)
def test_without_temperature_the_likeliest_is_chosen(logits: list[float]) -> None:
    row = torch.tensor(logits)
    assert Chooser(GenerationOptions(), ()).choose(row.clone()) == int(row.argmax())


@given(logits=LOGIT_LISTS, seed=st.integers(0, 2**70), top_p=st.floats(0.01, 1.0))
def test_equal_seeds_draw_equal_tokens(logits: list[float], seed: int, top_p: float) -> None:
    options = GenerationOptions(temperature=0.7, top_p=top_p, seed=seed)
    one, other = Chooser(options, ()), Chooser(options, ())
    assert [one.choose(torch.tensor(logits)) for _ in range(5)] == [
        other.choose(torch.tensor(logits)) for _ in range(5)
    ]


def test_what_was_seen_is_made_less_likely() -> None:
    options = GenerationOptions(repetition_penalty=3.0)
    assert Chooser(options, ()).choose(torch.tensor(LOGITS)) == 0
    seen = Chooser(options, [0])
    assert [seen.choose(torch.tensor(LOGITS)) for _ in range(2)] == [1, 0]  # then 1 was seen too
