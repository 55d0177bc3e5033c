"""Nearness to the concepts of a question: personalized PageRank over their surroundings.

Forward push (Andersen, Chung, Lang: Local graph partitioning using PageRank vectors, FOCS 2006): work is bounded by
1 / (restart * tolerance), whatever the size of the graph.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping

RESTART = 0.2
"""Share of each visit that goes back to the concepts of the question."""
TOLERANCE = 1e-3
"""What a concept holds back, by its number of neighbours."""

Weights = Mapping[str, Mapping[str, float]]
"""Of the edges between two concepts, in both directions, by concept and neighbour."""


def nearness(
    weights: Weights, seeds: Collection[str], *, restart: float = RESTART, tolerance: float = TOLERANCE
) -> dict[str, float]:
    """PageRank of the concepts around the seeds; those that aren't reached are left out. The sum is at most 1."""
    starts = [seed for seed in dict.fromkeys(seeds) if seed in weights]
    residue = dict.fromkeys(starts, 1 / len(starts)) if starts else {}
    rank: dict[str, float] = {}
    waiting = deque(starts)
    while waiting:
        concept = waiting.popleft()
        held = residue.get(concept, 0.0)
        around = weights.get(concept, {})
        if held < tolerance * max(len(around), 1):
            continue
        residue[concept] = 0.0
        total = sum(around.values())
        rank[concept] = rank.get(concept, 0.0) + (held * restart if total else held)
        for other, weight in around.items() if total else ():
            before = residue.get(other, 0.0)
            residue[other] = after = before + held * (1 - restart) * weight / total
            least = tolerance * max(len(weights.get(other, ())), 1)
            if before < least <= after:
                waiting.append(other)
    for concept, held in residue.items():  # what was held back has come that near, too
        rank[concept] = rank.get(concept, 0.0) + held * restart
    return rank
