"""Nearness by forward push, against the full iteration it approximates."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.retrieve.ranking import RESTART, nearness

EDGES = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7), st.floats(0.1, 5)).filter(lambda edge: edge[0] != edge[1]),
    max_size=20,
)


@given(EDGES, st.lists(st.integers(0, 9), max_size=3))
def test_it_comes_close_to_personalized_pagerank(edges: list[tuple[int, int, float]], asked: list[int]) -> None:
    weights = both_ways(edges)
    seeds = [str(seed) for seed in asked]

    found = nearness(weights, seeds, tolerance=1e-6)

    expected = by_iteration(weights, [seed for seed in dict.fromkeys(seeds) if seed in weights])
    assert set(found) <= set(weights)
    assert sum(found.values()) <= 1 + 1e-9
    for concept, rank in expected.items():
        assert found.get(concept, 0.0) == pytest.approx(rank, abs=1e-4)


def test_what_is_asked_for_is_nearest_and_what_is_joined_often_nearer() -> None:
    weights = both_ways([(0, 1, 5.0), (0, 2, 1.0), (2, 3, 1.0)])

    found = nearness(weights, ["0"])

    assert found["0"] > found["1"] > found["2"] > found["3"] > 0


def both_ways(edges: list[tuple[int, int, float]]) -> dict[str, dict[str, float]]:
    weights: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for one, other, weight in edges:
        weights[str(one)][str(other)] = weights[str(other)][str(one)] = weight
    return dict(weights)


def by_iteration(weights: dict[str, dict[str, float]], seeds: list[str]) -> dict[str, float]:
    start = {concept: (seeds.count(concept) / len(seeds) if seeds else 0.0) for concept in weights}
    rank = dict(start)
    for _ in range(200):
        spread = dict.fromkeys(weights, 0.0)
        for concept, around in weights.items():
            for other, weight in around.items():
                spread[other] += rank[concept] * weight / sum(around.values())
        rank = {concept: RESTART * start[concept] + (1 - RESTART) * spread[concept] for concept in weights}
    return rank
