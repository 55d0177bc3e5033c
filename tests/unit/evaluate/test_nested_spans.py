"""Nested and crossing mentions are counted one by one, strictly and relaxed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg_builder.evaluate.counts import Cell, Count, Measure, mention_counts
from kg_builder.evaluate.facts import Facts
from kg_builder.evaluate.matching import TypedSpan, relaxed_pairs, strict_pairs

HOSPITAL = TypedSpan("ORGANIZATION", 0, 17)
PLACE = TypedSpan("LOCATION", 10, 17)
PNEUMONIA = TypedSpan("DISEASE", 20, 29)
INFLAMMATION = TypedSpan("DISEASE", 20, 24)
LUNG = TypedSpan("ANATOMY", 25, 29)
GOLD = [HOSPITAL, PLACE, PNEUMONIA, INFLAMMATION, LUNG]


def counted(gold: list[TypedSpan], predicted: list[TypedSpan], measure: Measure, type: str) -> Count:
    sides = [Facts(mentions=dict.fromkeys(side, frozenset())) for side in (gold, predicted)]
    counts = mention_counts(sides[0], sides[1], strict_pairs(sides[0].mentions, sides[1].mentions))
    return counts[Cell(measure, type)]


def test_all_of_them_found_is_perfect() -> None:
    for measure in (Measure.STRICT, Measure.RELAXED):
        assert counted(GOLD, GOLD, measure, "DISEASE") == Count(2, 0, 0)
        assert counted(GOLD, GOLD, measure, "LOCATION") == Count(1, 0, 0)


def test_the_outer_one_alone_leaves_the_inner_ones_missed() -> None:
    found = [HOSPITAL, PNEUMONIA]
    assert counted(GOLD, found, Measure.STRICT, "DISEASE") == Count(1, 0, 1)
    assert counted(GOLD, found, Measure.STRICT, "LOCATION") == Count(0, 0, 1)
    assert counted(GOLD, found, Measure.STRICT, "ANATOMY") == Count(0, 0, 1)


def test_one_prediction_over_two_of_a_type_is_worth_one_of_them() -> None:
    wide = TypedSpan("DISEASE", 18, 29)
    assert counted(GOLD, [wide], Measure.RELAXED, "DISEASE") == Count(1, 0, 1)
    assert counted(GOLD, [wide, INFLAMMATION], Measure.RELAXED, "DISEASE") == Count(2, 0, 0)
    assert counted(GOLD, [wide, INFLAMMATION], Measure.STRICT, "DISEASE") == Count(1, 1, 1)


spans = st.builds(
    lambda start, length, label: TypedSpan(label, start, start + length),
    st.integers(0, 12),
    st.integers(1, 10),
    st.sampled_from(["DISEASE", "ANATOMY"]),
)


@given(st.sets(spans, max_size=8), st.data())
def test_each_one_left_out_costs_exactly_one(gold: set[TypedSpan], data: st.DataObject) -> None:
    left_out = data.draw(st.sets(st.sampled_from(sorted(gold)), max_size=3)) if gold else set()
    found = gold - left_out
    assert len(strict_pairs(gold, found)) == len(relaxed_pairs(gold, found)) == len(found)
