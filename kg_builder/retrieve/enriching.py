"""From a question to a context for a prompt: the facts of the graph that bear on it, numbered, with their sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import log1p
from typing import TYPE_CHECKING, Any, NamedTuple

from kg_builder.protocols import GraphStore
from kg_builder.records import Record
from kg_builder.retrieve.asked import Recognize, Understood, understand
from kg_builder.retrieve.context import context_block
from kg_builder.retrieve.facts import Fact, every_assertion, fact_of
from kg_builder.retrieve.ranking import nearness
from kg_builder.stores.views import PLAIN_ASSERTIONS, Filter

if TYPE_CHECKING:
    import networkx

MAX_TOKENS = 1000
MAX_FACTS = 30
_BETWEEN_ASKED = 4.0
"""How much more a fact counts that joins two concepts of the question."""

Ends = tuple[str, str, str]
"""Subject, predicate, object."""


class Enrichment(Record):
    """What a graph knows about a question."""

    question: str
    understood: Understood
    facts: tuple[Fact, ...]
    """Those of the context, in the order of their numbers."""
    context: str
    """For a prompt: facts numbered from 1, each with its sources, or plainly that nothing is known."""
    left_out: int = 0
    """Facts about the concepts that the context has no room for."""


class Found(NamedTuple):
    """Concepts of a question and the facts about them."""

    understood: Understood
    facts: Iterator[Fact]
    """The most telling first, each read from the store when it is asked for."""
    total: int
    """Of the facts, with those that `max_facts` leaves out."""


def find_facts(
    store: GraphStore,
    question: str,
    *,
    recognize: Recognize | None = None,
    where: Filter | None = None,
    max_facts: int = MAX_FACTS,
) -> Found:
    """The facts that bear on a question, ranked by support, confidence and nearness to its concepts.

    `recognize` finds and links what the question names; None: the names of the graph alone are looked for.
    """
    where = where or Filter()
    understood = understand(store, question, where, recognize)
    every = every_assertion(where)
    ranked = _ranked(store, [concept.id for concept in understood.concepts], every)
    views = (store.relation(*ends, where=every) for ends in ranked[:max_facts])
    return Found(understood, (fact_of(view) for view in views if view is not None), len(ranked))


def enrich(
    store: GraphStore,
    question: str,
    *,
    recognize: Recognize | None = None,
    where: Filter | None = None,
    max_tokens: int = MAX_TOKENS,
) -> Enrichment:
    """The context of a question: its facts by `find_facts`, as many as `max_tokens` hold."""
    found = find_facts(store, question, recognize=recognize, where=where)
    context, shown = context_block(found.understood, found.facts, max_tokens=max_tokens)
    return Enrichment(
        question=question,
        understood=found.understood,
        facts=tuple(shown),
        context=context,
        left_out=found.total - len(shown),
    )


def _ranked(store: GraphStore, asked: Sequence[str], where: Filter) -> list[Ends]:
    """Relations that an asked concept takes part in, or that join two of its neighbours, the most telling first."""
    if not asked:
        return []
    stated = _stated(store.subgraph(asked, hops=1, where=where))
    near = nearness(_weights(stated), asked)
    seeds = frozenset(asked)

    def telling(ends: Ends) -> float:
        subject, _, object_ = ends
        score = near.get(subject, 0.0) * near.get(object_, 0.0) * stated[ends]
        return score * (_BETWEEN_ASKED if {subject, object_} <= seeds else 1.0)

    touching = [ends for ends in stated if seeds & {ends[0], ends[2]}]
    return sorted(touching, key=lambda ends: (-telling(ends), ends))


def _stated(graph: networkx.MultiDiGraph[Any]) -> dict[Ends, float]:
    """Weight of each relation: documents by their confidence, on a scale that many documents don't run away with."""
    documents: defaultdict[Ends, dict[str, float]] = defaultdict(dict)
    for subject, object_, edge in graph.edges(data=True):
        if "document" in edge:
            counts = edge.get("confidence", 0.5) if edge["assertion"] in PLAIN_ASSERTIONS else 0.1
            known = documents[subject, edge["predicate"], object_]
            known[edge["document"]] = max(counts, known.get(edge["document"], 0.0))
    return {ends: log1p(sum(known.values())) for ends, known in documents.items()}


def _weights(stated: Mapping[Ends, float]) -> dict[str, dict[str, float]]:
    weights: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for (subject, _, object_), weight in stated.items():
        for one, other in _both_ways(subject, object_):
            weights[one][other] = weights[one].get(other, 0.0) + weight
    return dict(weights)


def _both_ways(one: str, other: str) -> Iterable[tuple[str, str]]:
    return ((one, other), (other, one)) if one != other else ()
