"""From a question to a context for a prompt: the facts of the graph that bear on it, numbered, with their sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import log1p
from typing import NamedTuple

from kg_builder.graph_store import GraphStore
from kg_builder.records import Record
from kg_builder.retrieve.asked import Recognize, Understood, understand
from kg_builder.retrieve.asked_predicates import asked_predicates
from kg_builder.retrieve.context import context_block
from kg_builder.retrieve.facts import Fact, every_assertion, fact_of
from kg_builder.retrieve.ranking import nearness
from kg_builder.stores.strengths import Ends
from kg_builder.stores.views import ConceptView, Filter

MAX_TOKENS = 1000
MAX_FACTS = 30
_BETWEEN_ASKED = 4.0
"""How much more a fact counts that joins two concepts of the question."""


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
    about: Sequence[ConceptView] = (),
) -> Found:
    """The facts that bear on a question, ranked by what it asks for, support, confidence and nearness to its concepts.

    `recognize` finds and links what the question names; None: the names of the graph alone are looked for. `about`:
    what is meant where the question names nothing at all.
    """
    where = where or Filter()
    understood = understand(store, question, where, recognize)
    if not understood.concepts and not understood.unknown:
        understood = Understood(concepts=tuple(about))
    every = every_assertion(where)
    ranked = _ranked(store, question, [concept.id for concept in understood.concepts], every)
    views = (store.relation(*ends, where=every) for ends in ranked[:max_facts])
    return Found(understood, (fact_of(view) for view in views if view is not None), len(ranked))


def enrich(
    store: GraphStore,
    question: str,
    *,
    recognize: Recognize | None = None,
    where: Filter | None = None,
    max_tokens: int = MAX_TOKENS,
    about: Sequence[ConceptView] = (),
) -> Enrichment:
    """The context of a question: its facts by `find_facts`, as many as `max_tokens` hold."""
    found = find_facts(store, question, recognize=recognize, where=where, about=about)
    context, shown = context_block(found.understood, found.facts, max_tokens=max_tokens)
    return Enrichment(
        question=question,
        understood=found.understood,
        facts=tuple(shown),
        context=context,
        left_out=found.total - len(shown),
    )


def _ranked(store: GraphStore, question: str, asked: Sequence[str], where: Filter) -> list[Ends]:
    """Relations that an asked concept takes part in: first what the question asks for, by its predicate or by both
    ends, then the others; the most telling first.
    """
    if not asked:
        return []
    stated = {ends: log1p(strength) for ends, strength in store.strengths(asked, where=where).items()}
    near = nearness(_weights(stated), asked)
    seeds = frozenset(asked)

    def telling(ends: Ends) -> float:
        subject, _, object_ = ends
        score = near.get(subject, 0.0) * near.get(object_, 0.0) * stated[ends]
        return score * (_BETWEEN_ASKED if {subject, object_} <= seeds else 1.0)

    predicates = asked_predicates(question, {predicate for _, predicate, _ in stated})

    def asked_for(ends: Ends) -> bool:
        return ends[1] in predicates or {ends[0], ends[2]} <= seeds

    return sorted(stated, key=lambda ends: (not asked_for(ends), -telling(ends), ends))


def _weights(stated: Mapping[Ends, float]) -> dict[str, dict[str, float]]:
    weights: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for (subject, _, object_), weight in stated.items():
        for one, other in _both_ways(subject, object_):
            weights[one][other] = weights[one].get(other, 0.0) + weight
    return dict(weights)


def _both_ways(one: str, other: str) -> Iterable[tuple[str, str]]:
    return ((one, other), (other, one)) if one != other else ()
