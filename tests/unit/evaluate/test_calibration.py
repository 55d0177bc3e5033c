"""Reliability, thresholds and Platt's scaling: worked examples and properties."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.calibration import Platt, log_odds, sigmoid
from kg_builder.evaluate.calibration import (
    at_thresholds,
    calibrated,
    fit_platt,
    markdown_bins,
    markdown_thresholds,
    reliability,
)

PROBABILITY = st.floats(0, 1)
ANSWERS = st.lists(st.tuples(PROBABILITY, st.booleans()), max_size=60)


def test_the_error_is_the_gap_of_each_bin_weighted_by_its_size() -> None:
    judged = Counter({(0.95, True): 6, (0.95, False): 2, (0.25, False): 2})
    found = reliability(judged)
    assert found.count == 10
    assert found.error == pytest.approx(0.8 * (0.95 - 0.75) + 0.2 * 0.25)
    assert [(one.low, one.count, one.accuracy) for one in found.bins if one.count] == [(0.2, 2, 0), (0.9, 8, 0.75)]


def test_certainty_belongs_to_the_last_bin_and_nothing_gives_no_figure() -> None:
    assert reliability(Counter({(1.0, True): 3})).bins[-1].count == 3
    assert reliability({}).error is None


@given(ANSWERS)
def test_bins_share_out_all_answers_and_the_error_is_a_share(answers: list[tuple[float, bool]]) -> None:
    found = reliability(Counter(answers))
    assert sum(one.count for one in found.bins) == len(answers)
    assert found.error is None if not answers else 0 <= (found.error or 0) <= 1


def test_precision_and_recall_at_thresholds() -> None:
    judged = Counter({(0.9, True): 3, (0.9, False): 1, (0.4, True): 1})
    low, high, none = at_thresholds(judged, gold=8, thresholds=(0.3, 0.5, 0.95))
    assert (low.kept, low.precision, low.recall) == (5, 0.8, 0.5)
    assert (high.kept, high.precision, high.recall) == (4, 0.75, 0.375)
    assert (none.kept, none.precision, none.recall) == (0, None, 0)
    assert at_thresholds(judged, gold=0, thresholds=(0.5,))[0].recall is None


@given(ANSWERS)
def test_a_higher_threshold_never_keeps_more(answers: list[tuple[float, bool]]) -> None:
    kept = [row.kept for row in at_thresholds(Counter(answers), gold=1)]
    assert kept == sorted(kept, reverse=True)


@given(PROBABILITY)
def test_the_plain_scaling_changes_nothing(p: float) -> None:
    assert Platt().apply(p) == pytest.approx(p, abs=2e-6)


@given(PROBABILITY, PROBABILITY, st.floats(0, 50), st.floats(-50, 50))
def test_a_rising_scaling_keeps_the_order(p: float, q: float, slope: float, intercept: float) -> None:
    platt = Platt(slope, intercept)
    low, high = sorted((p, q))
    assert 0 <= platt.apply(low) <= platt.apply(high) <= 1


@given(st.floats(-13, 13))
def test_log_odds_and_sigmoid_undo_each_other(value: float) -> None:
    assert log_odds(sigmoid(value)) == pytest.approx(value, abs=1e-6)


def test_sigmoid_bears_any_number() -> None:
    assert (sigmoid(-1e6), sigmoid(1e6)) == (0, 1)


@pytest.mark.parametrize(("slope", "intercept"), [(1.0, 0.0), (0.4, -0.5), (2.0, 1.0)])
def test_the_fit_finds_the_curve_that_made_the_answers(slope: float, intercept: float) -> None:
    dice = random.Random(7)
    given_ = [dice.uniform(0.02, 0.98) for _ in range(20_000)]
    right = [dice.random() < sigmoid(slope * log_odds(p) + intercept) for p in given_]
    found = fit_platt(given_, right)
    assert found.slope == pytest.approx(slope, abs=0.1)
    assert found.intercept == pytest.approx(intercept, abs=0.1)
    after = reliability(calibrated(Counter(zip(given_, right, strict=True)), found))
    assert (after.error or 0) < 0.02


def test_the_fit_agrees_with_a_known_solution() -> None:
    """Balanced answers at log odds ±1, three in four on their side: targets 9/10 and 1/10, closed form."""
    given_ = [sigmoid(1.0)] * 8 + [sigmoid(-1.0)] * 8
    right = [True] * 6 + [False] * 2 + [True] * 2 + [False] * 6
    found = fit_platt(given_, right)
    assert found.slope == pytest.approx(log_odds(0.75 * 0.9 + 0.25 * 0.1), abs=1e-4)
    assert found.intercept == pytest.approx(0, abs=1e-4)


@settings(max_examples=50)
@given(ANSWERS)
def test_the_fit_bears_any_answers(answers: list[tuple[float, bool]]) -> None:
    platt = fit_platt([p for p, _ in answers], [right for _, right in answers])
    assert all(0 < platt.apply(p) < 1 for p, _ in answers)


def test_few_answers_that_are_all_right_give_no_certainty() -> None:
    platt = fit_platt([0.9, 0.8, 0.99], [True, True, True])
    assert platt.apply(0.9) == pytest.approx(0.8, abs=0.03)
    assert fit_platt([], []) == Platt()


def test_answers_that_are_surer_when_wrong_dont_turn_the_order_round() -> None:
    platt = fit_platt([0.9] * 10 + [0.1] * 10, [False] * 9 + [True] + [True] * 9 + [False])
    assert platt.slope > 0
    assert (platt.apply(0.9) + platt.apply(0.1)) / 2 == pytest.approx(0.5, abs=0.01)


def test_lists_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        fit_platt([0.5], [])


def test_markdown_leaves_out_empty_bins() -> None:
    judged = Counter({(0.95, True): 3, (0.95, False): 1})
    assert markdown_bins(reliability(judged)).splitlines()[2:] == ["| 0.9–1.0 | 4 | 0.950 | 0.750 |"]
    assert markdown_thresholds(at_thresholds(judged, gold=4, thresholds=(0.5, 0.99))).splitlines()[2:] == [
        "| 0.5 | 4 | 0.750 | 0.750 |",
        "| 0.99 | 0 | – | 0.000 |",
    ]
