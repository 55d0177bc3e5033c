"""Which predicted spans answer which gold spans."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.evaluate.matching import (
    TypedSpan,
    maximum_matching,
    overlap,
    relaxed_pairs,
    strict_pairs,
)


def disease(start: int, end: int, *fragments: tuple[int, int]) -> TypedSpan:
    return TypedSpan("Disease", start, end, fragments)


def chemical(start: int, end: int) -> TypedSpan:
    return TypedSpan("Chemical", start, end)


@st.composite
def spans(draw: st.DrawFn) -> TypedSpan:
    start = draw(st.integers(0, 25))
    end = start + draw(st.integers(1, 8))
    fragments: tuple[tuple[int, int], ...] = ()
    if end - start >= 3 and draw(st.booleans()):
        cut = draw(st.integers(start + 1, end - 2))
        fragments = ((start, cut), (cut + 1, end))
    return TypedSpan(draw(st.sampled_from(["Chemical", "Disease"])), start, end, fragments)


span_sets = st.lists(spans(), max_size=6)


class TestStrict:
    def test_same_span_and_type(self) -> None:
        assert strict_pairs([disease(0, 4)], [disease(0, 4)]) == [(disease(0, 4), disease(0, 4))]

    @pytest.mark.parametrize("other", [disease(0, 5), disease(1, 4), chemical(0, 4)])
    def test_other_boundaries_or_type(self, other: TypedSpan) -> None:
        assert strict_pairs([disease(0, 4)], [other]) == []

    def test_fragments_count_where_both_have_them(self) -> None:
        split = disease(0, 20, (0, 5), (12, 20))
        assert len(strict_pairs([split], [split])) == 1
        assert len(strict_pairs([split], [disease(0, 20)])) == 1
        assert strict_pairs([split], [disease(0, 20, (0, 8), (12, 20))]) == []

    def test_one_stretch_answers_one_of_two_discontinuous_mentions(self) -> None:
        gold = [disease(0, 20, (0, 5), (12, 20)), disease(0, 20, (0, 8), (12, 20))]
        assert len(strict_pairs(gold, [disease(0, 20)])) == 1

    def test_duplicates_count_once(self) -> None:
        assert len(strict_pairs([disease(0, 4), disease(0, 4)], [disease(0, 4)] * 3)) == 1

    @settings(deadline=None)
    @given(span_sets, span_sets)
    def test_is_symmetric(self, gold: list[TypedSpan], predicted: list[TypedSpan]) -> None:
        assert len(strict_pairs(gold, predicted)) == len(strict_pairs(predicted, gold))


class TestRelaxed:
    def test_a_long_prediction_is_worth_one_of_two_mentions(self) -> None:
        assert len(relaxed_pairs([disease(0, 4), disease(5, 9)], [disease(0, 9)])) == 1

    def test_touching_is_not_overlapping(self) -> None:
        assert relaxed_pairs([disease(0, 4)], [disease(4, 9)]) == []

    def test_another_type_does_not_count(self) -> None:
        assert relaxed_pairs([disease(0, 4)], [chemical(0, 4)]) == []

    def test_the_gap_of_a_discontinuous_mention_is_not_part_of_it(self) -> None:
        assert not overlap(disease(0, 20, (0, 5), (12, 20)), disease(6, 10))
        assert overlap(disease(0, 20, (0, 5), (12, 20)), disease(4, 8))

    def test_matching_is_maximum_where_taking_the_best_overlap_first_is_not(self) -> None:
        gold = [disease(0, 10), disease(8, 12)]
        predicted = [disease(0, 2), disease(3, 9)]
        assert len(relaxed_pairs(gold, predicted)) == 2

    @settings(deadline=None)
    @given(span_sets, span_sets)
    def test_agrees_with_trying_everything(self, gold: list[TypedSpan], predicted: list[TypedSpan]) -> None:
        left, right = sorted(set(gold)), sorted(set(predicted))
        assert len(relaxed_pairs(gold, predicted)) == most_pairs(left, right)

    @settings(deadline=None)
    @given(span_sets, span_sets)
    def test_pairs_are_one_to_one_overlapping_and_no_fewer_than_strict(
        self, gold: list[TypedSpan], predicted: list[TypedSpan]
    ) -> None:
        pairs = relaxed_pairs(gold, predicted)
        assert all(left.type == right.type and overlap(left, right) for left, right in pairs)
        assert len({left for left, _ in pairs}) == len({right for _, right in pairs}) == len(pairs)
        assert len(pairs) >= len(strict_pairs(gold, predicted))


def most_pairs(left: list[TypedSpan], right: list[TypedSpan]) -> int:
    """The first span answered by none, or by each of those that could."""
    if not left:
        return 0
    first, rest = left[0], left[1:]
    answers = [span for span in right if span.type == first.type and overlap(first, span)]
    with_first = (1 + most_pairs(rest, [other for other in right if other != answer]) for answer in answers)
    return max(most_pairs(rest, right), *with_first, 0)


@settings(deadline=None)
@given(st.integers(0, 9), st.lists(st.sets(st.integers(0, 8)), max_size=9))
def test_maximum_matching_agrees_with_networkx(size: int, candidates: list[set[int]]) -> None:
    edges = [sorted(right for right in rights if right < size) for rights in candidates]
    graph: nx.Graph[tuple[str, int]] = nx.Graph()
    graph.add_nodes_from(("left", left) for left in range(len(edges)))
    graph.add_edges_from((("left", left), ("right", right)) for left, rights in enumerate(edges) for right in rights)
    expected = nx.bipartite.hopcroft_karp_matching(graph, [("left", left) for left in range(len(edges))])
    matched = maximum_matching(edges, size)
    assert len(matched) == len(expected) // 2
    assert len(set(matched.values())) == len(matched)
    assert all(right in edges[left] for left, right in matched.items())


def test_a_long_chain_of_overlaps_needs_no_recursion() -> None:
    gold = [disease(4 * i, 4 * i + 4) for i in range(3000)]
    predicted = [disease(4 * i + 2, 4 * i + 6) for i in range(3000)]
    assert len(relaxed_pairs(gold, predicted)) == 3000
