"""Shortest paths and surroundings over the relations of the graph in memory, in either direction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from kg_builder.stores.views import Filter

if TYPE_CHECKING:
    from kg_builder.stores.graph import Graph

MOST_STEPS = 200_000
"""How many times a search steps from concept to concept before it makes do with the paths it has."""

Neighbours = Callable[[str], Sequence[str]]
"""Concepts that a relation joins to one, in order of id."""


class Surroundings:
    """Which relations of a graph count, and what they join."""

    def __init__(self, graph: Graph, where: Filter, documents: frozenset[str] | None) -> None:
        self._graph = graph
        self._assertions = where.assertions
        self._min_confidence = where.min_confidence
        self._documents = documents
        self._known: dict[str, Sequence[str]] = {}

    def passes(self, edge: dict[str, Any]) -> bool:
        """Whether it is a relation that counts."""
        if "document" not in edge or (self._documents is not None and edge["document"] not in self._documents):
            return False
        if self._assertions is not None and edge["assertion"] not in self._assertions:
            return False
        return self._min_confidence is None or bool(edge.get("confidence", 1.0) >= self._min_confidence)

    def neighbours(self, concept_id: str) -> Sequence[str]:
        """Concepts that a relation joins to this one, in order of id."""
        known = self._known.get(concept_id)
        if known is None:
            joined = {
                other
                for adjacent in (self._graph.succ[concept_id], self._graph.pred[concept_id])
                for other, edges in adjacent.items()
                if any(self.passes(edge) for edge in edges.values())
            }
            known = self._known[concept_id] = sorted(joined)
        return known

    def subgraph(self, concept_ids: Iterable[str], hops: int) -> Graph:
        """A copy of the concepts within so many hops, with the relations among them."""
        import networkx

        reached = {concept for concept in concept_ids if self._graph.nodes.get(concept, {}).get("kind") == "concept"}
        edge_of = set(reached)
        for _ in range(hops):
            edge_of = {other for concept in edge_of for other in self.neighbours(concept)} - reached
            reached |= edge_of
        part: Graph = networkx.MultiDiGraph()
        part.add_nodes_from((concept, self._graph.nodes[concept].copy()) for concept in sorted(reached))
        for subject in sorted(reached):
            for object_ in sorted(reached.intersection(self._graph.succ[subject])):
                for key, edge in sorted(self._graph.succ[subject][object_].items()):
                    if self.passes(edge):
                        part.add_edge(subject, object_, key, **edge)
        return part


def shortest_paths(
    neighbours: Neighbours, source: str, target: str, *, max_length: int, limit: int
) -> list[tuple[str, ...]]:
    """Simple paths, shortest first and then in order of ids; at most `limit` of at most `max_length` relations."""
    return list(islice(_paths(neighbours, source, target, max_length), max(limit, 0)))


def _paths(neighbours: Neighbours, source: str, target: str, max_length: int) -> Iterator[tuple[str, ...]]:
    steps = iter(range(MOST_STEPS))
    reaching: list[frozenset[str]] = [frozenset({target})]
    """Concepts from which the target can be reached in exactly so many steps: nothing else is worth a visit."""
    for length in range(1, max_length + 1):
        reaching.append(frozenset(other for concept in reaching[-1] for other in neighbours(concept)))
        if source in reaching[length]:
            yield from _of_length(neighbours, (source,), reaching[: length + 1], steps)


def _of_length(
    neighbours: Neighbours, begun: tuple[str, ...], reaching: Sequence[frozenset[str]], steps: Iterator[int]
) -> Iterator[tuple[str, ...]]:
    """All ways to go on from what is begun to the target, with as many steps as `reaching` has left."""
    left = len(reaching) - len(begun)
    if left == 0:
        yield begun
        return
    for concept in neighbours(begun[-1]):
        if concept in reaching[left - 1] and concept not in begun and next(steps, None) is not None:
            yield from _of_length(neighbours, (*begun, concept), reaching, steps)
