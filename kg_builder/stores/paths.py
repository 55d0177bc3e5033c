"""Shortest paths over any store's relations, and surroundings in the graph in memory, in either direction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from kg_builder.records import ReviewStatus
from kg_builder.stores.strengths import Ends, Statement, statement, summed
from kg_builder.stores.views import Filter

if TYPE_CHECKING:
    from kg_builder.stores.graph import Graph

MOST_STEPS = 200_000
"""How many times a search steps from concept to concept before it makes do with the paths it has."""

Adjacency = dict[str, dict[str, dict[str, dict[str, Any]]]]
"""Edges by their keys, by the node at their one end and the node at their other."""
NeighboursOf = Callable[[Collection[str]], Mapping[str, Sequence[str]]]
"""Concepts that a relation joins to each of these, in order of id."""


class Surroundings:
    """Which relations of a graph count, and what they join."""

    def __init__(self, graph: Graph, where: Filter, documents: frozenset[str] | None) -> None:
        self._graph = graph
        self._next, self._before = _adjacency(graph)
        self._assertions = where.assertions
        self._min_confidence = where.min_confidence
        self._reviews = where.reviews
        self._documents = documents
        self._known: dict[str, Sequence[str]] = {}
        self._strengths: dict[str, dict[Ends, float]] = {}

    def passes(self, edge: dict[str, Any]) -> bool:
        """Whether it is a relation that counts."""
        if "document" not in edge or (self._documents is not None and edge["document"] not in self._documents):
            return False
        if self._assertions is not None and edge["assertion"] not in self._assertions:
            return False
        if self._reviews is not None and edge.get("review", ReviewStatus.UNREVIEWED) not in self._reviews:
            return False
        return self._min_confidence is None or bool(edge.get("confidence", 1.0) >= self._min_confidence)

    def neighbours(self, concept_id: str) -> Sequence[str]:
        """Concepts that a relation joins to this one, in order of id."""
        known = self._known.get(concept_id)
        if known is None:
            passes = self.passes
            joined = {
                other
                for adjacent in (self._next[concept_id], self._before[concept_id])
                for other, edges in adjacent.items()
                if any(passes(edge) for edge in edges.values())
            }
            known = self._known[concept_id] = sorted(joined)
        return known

    def neighbours_of(self, concept_ids: Collection[str]) -> dict[str, Sequence[str]]:
        """Of each of these."""
        return {concept_id: self.neighbours(concept_id) for concept_id in concept_ids}

    def strengths(self, concept_ids: Collection[str]) -> dict[Ends, float]:
        """Relations of these concepts, each with the sum over its documents of how surely they state it."""
        found: dict[Ends, float] = {}
        for concept_id in concept_ids:
            if concept_id not in self._strengths:
                self._strengths[concept_id] = summed(self._statements(concept_id))
            found |= self._strengths[concept_id]
        return found if len(concept_ids) == 1 else dict(sorted(found.items()))

    def _statements(self, concept_id: str) -> Iterator[Statement]:
        for adjacent, is_subject in ((self._next, True), (self._before, False)):
            for other, edges in adjacent.get(concept_id, {}).items():
                one, another = (concept_id, other) if is_subject else (other, concept_id)
                for edge in edges.values():
                    if self.passes(edge):
                        ends = (one, edge["predicate"], another)
                        yield statement(ends, edge["document"], edge["assertion"], edge.get("confidence"))

    def subgraph(self, concept_ids: Iterable[str], hops: int) -> Graph:
        """A copy of the concepts within so many hops, with the relations among them."""
        from kg_builder.stores.knowledge_graph import KnowledgeGraph

        reached = {concept for concept in concept_ids if self._graph.nodes.get(concept, {}).get("kind") == "concept"}
        edge_of = set(reached)
        for _ in range(hops):
            edge_of = {other for concept in edge_of for other in self.neighbours(concept)} - reached
            reached |= edge_of
        part: Graph = KnowledgeGraph()
        part.add_nodes_from((concept, self._graph.nodes[concept].copy()) for concept in sorted(reached))
        into, back = _adjacency(part)
        for subject in sorted(reached):
            joined = self._next[subject]
            for object_ in sorted(reached & joined.keys()):
                if edges := {key: edge.copy() for key, edge in sorted(joined[object_].items()) if self.passes(edge)}:
                    into[subject][object_] = back[object_][subject] = edges
        return part


def _adjacency(graph: Graph) -> tuple[Adjacency, Adjacency]:
    """What follows each node and what precedes it, as networkx keeps it: its views of that are many times slower."""
    return graph._succ, graph._pred  # type: ignore[attr-defined]


def shortest_paths(
    neighbours_of: NeighboursOf, source: str, target: str, *, max_length: int, limit: int
) -> list[tuple[str, ...]]:
    """Simple paths, shortest first and then in order of ids; at most `limit` of at most `max_length` relations."""
    return list(islice(_paths(neighbours_of, source, target, max_length), max(limit, 0)))


def _paths(neighbours_of: NeighboursOf, source: str, target: str, max_length: int) -> Iterator[tuple[str, ...]]:
    steps = iter(range(MOST_STEPS))
    ahead, back = _Walks(neighbours_of, source), _Walks(neighbours_of, target)
    for length in range(1, max_length + 1):
        yield from _of_length(_following(ahead, back, length), (source,), steps)


class _Walks:
    """Where walks from one concept end, by their length."""

    def __init__(self, neighbours_of: NeighboursOf, start: str) -> None:
        self._neighbours_of = neighbours_of
        self._ends = [frozenset({start})]
        self.neighbours: dict[str, Sequence[str]] = {}
        """Of all concepts that walks went on from."""

    def ends(self, length: int) -> frozenset[str]:
        """Where those of this length end."""
        while len(self._ends) <= length:
            unknown = sorted(self._ends[-1] - self.neighbours.keys())
            self.neighbours.update(self._neighbours_of(unknown) if unknown else {})
            self._ends.append(frozenset(other for end in self._ends[-1] for other in self.neighbours.get(end, ())))
        return self._ends[length]


def _following(ahead: _Walks, back: _Walks, length: int) -> list[dict[str, list[str]]]:
    """Where walks of this length from the one start to the other go, step by step: they meet in the middle, so that
    what is further from both isn't looked at.
    """
    middle = (length + 1) // 2
    met = ahead.ends(middle) & back.ends(length - middle)
    following: list[dict[str, list[str]]] = []
    wanted = set(met)
    for done in reversed(range(middle)):
        step = {one: [x for x in ahead.neighbours.get(one, ()) if x in wanted] for one in ahead.ends(done)}
        following.insert(0, {one: others for one, others in step.items() if others})
        wanted = set(following[0])
    reached: Iterable[str] = met
    for left in reversed(range(length - middle)):
        begun: dict[str, list[str]] = {one: [] for one in reached}
        for other in sorted(back.ends(left)):
            for one in back.neighbours.get(other, ()):
                if one in begun:
                    begun[one].append(other)
        following.append(begun)
        reached = {other for others in begun.values() for other in others}
    return following


def _of_length(
    following: Sequence[dict[str, list[str]]], begun: tuple[str, ...], steps: Iterator[int]
) -> Iterator[tuple[str, ...]]:
    """All ways to go on from what is begun, that come to no concept twice."""
    if len(begun) > len(following):
        yield begun
        return
    for concept in following[len(begun) - 1].get(begun[-1], ()):
        if concept not in begun and next(steps, None) is not None:
            yield from _of_length(following, (*begun, concept), steps)
