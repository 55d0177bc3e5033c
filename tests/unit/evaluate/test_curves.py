"""Whole curves of precision and recall."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from kg_builder.evaluate.calibration import AtThreshold, at_thresholds, precision_recall

ANSWERS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60).map(Counter)


def test_a_curve_goes_down_from_the_surest_answer() -> None:
    judged = Counter({(0.9, True): 1, (0.5, False): 1, (0.5, True): 1, (0.1, False): 2})
    assert precision_recall(judged, gold=4) == (
        AtThreshold(0.9, 1, 1.0, 0.25),
        AtThreshold(0.5, 3, 2 / 3, 0.5),
        AtThreshold(0.1, 5, 0.4, 0.5),
    )


def test_there_is_no_curve_where_there_is_nothing_to_find() -> None:
    assert precision_recall({(0.9, False): 3}, gold=0) == ()
    assert precision_recall({}, gold=3) == ()


@given(ANSWERS)
def test_each_point_is_what_the_threshold_gives(judged: Counter[tuple[float, bool]]) -> None:
    gold = max(1, sum(times for (_, right), times in judged.items() if right))
    curve = precision_recall(judged, gold=gold)
    assert curve == at_thresholds(judged, gold=gold, thresholds=[point.threshold for point in curve])
    assert len(curve) == len({confidence for confidence, _ in judged})


@given(ANSWERS, st.integers(1, 10))
def test_a_long_curve_is_thinned_but_keeps_its_ends(judged: Counter[tuple[float, bool]], most: int) -> None:
    whole, thinned = (precision_recall(judged, gold=9, most=many) for many in (1000, most))
    assert len(thinned) <= most + 2
    assert set(thinned) <= set(whole)
    assert (thinned[:1], thinned[-1:]) == (whole[:1], whole[-1:])
