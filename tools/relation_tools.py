"""Tools that tell how concepts are related, and what says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kg_builder.errors import InputError
from kg_builder.graph_store import GraphStore
from kg_builder.records import ReviewStatus
from kg_builder.retrieve.context import concept_name, fact_line, fact_lines, one_line, quotation
from kg_builder.retrieve.facts import Fact, every_assertion, fact_of, facts_of
from kg_builder.retrieve.naming import concept_named
from kg_builder.stores.views import ConceptView, Filter, Path
from kg_builder.text.counted import counted
from kg_builder.tools.answers import Answer, listed

_ACCEPTED = frozenset({ReviewStatus.ACCEPTED})


def neighbours(
    store: GraphStore,
    where: Filter,
    concept: str,
    *,
    predicate: str | None = None,
    direction: str = "both",
    type: str | None = None,
    with_narrower: bool = False,
    accepted_only: bool = False,
    limit: int = 20,
    max_tokens: int = 1500,
) -> Answer[list[Fact]]:
    """Relations of a concept, best supported first, each with sentences for and against it."""
    asked = concept_named(store, concept, where)
    if with_narrower and not store.rolled_up():
        raise InputError(
            "The graph has no hierarchy.", hint="Ask without narrower concepts, or run kg-builder roll-up."
        )
    found = facts_of(
        store.neighbours(
            asked.id,
            predicate=predicate,
            direction=direction,
            with_descendants=with_narrower,
            where=_looked_at(where, accepted_only=accepted_only),
        )
    )
    if type is not None:
        found = [fact for fact in found if _other_is(store, fact, asked.id, type)]
    what = f"{one_line(predicate)} " if predicate else ""
    narrower = " and narrower concepts" if with_narrower else ""
    return listed(
        [fact_lines(fact, number) for number, fact in enumerate(found[:limit], start=1)],
        list(found[:limit]),
        max_tokens,
        heading=f"{counted(len(found), f'{what}relation')} of {concept_name(asked)}{narrower}",
        nothing=f"Nothing is known: the graph has no {what}relation of {concept_name(asked)}{narrower} like that.",
    )


def evidence(
    store: GraphStore,
    where: Filter,
    subject: str,
    predicate: str,
    object: str,
    *,
    accepted_only: bool = False,
    max_tokens: int = 2000,
) -> Answer[Fact | None]:
    """All sentences that state, deny or only name a relation."""
    ends = (concept_named(store, subject, where), concept_named(store, object, where))
    seen = _looked_at(where, accepted_only=accepted_only)
    view = store.relation(ends[0].id, predicate, ends[1].id, where=seen)
    if view is None:
        asked = f"{concept_name(ends[0])} {one_line(predicate)} {concept_name(ends[1])}"
        return f"Nothing is known: no document relates them so: {asked}", None
    fact = fact_of(view)
    blocks = [
        [f"{label}:", *(f"- {quotation(item)}" for item in items)]
        for label, items in (("Stated", fact.supporting), ("DENIED", fact.denying), ("Not a fact here", fact.other))
        if items
    ]
    lines = [[line] for block in blocks for line in block]
    return listed(lines, fact, max_tokens, heading=fact_line(fact), nothing="")


def paths(
    store: GraphStore,
    where: Filter,
    source: str,
    target: str,
    *,
    max_length: int = 3,
    limit: int = 5,
    max_tokens: int = 1000,
) -> Answer[list[Path]]:
    """Shortest chains of relations between two concepts."""
    one, other = concept_named(store, source, where), concept_named(store, target, where)
    found = list(store.paths(one.id, other.id, max_length=max_length, limit=limit, where=where))
    blocks = [[f"{number}. {_chain(path)}"] for number, path in enumerate(found, start=1)]
    nothing = f"No chain of up to {max_length} relations joins {concept_name(one)} and {concept_name(other)}."
    return listed(blocks, found, max_tokens, nothing=nothing)


class Shared(NamedTuple):
    """A concept that is related to each of several others."""

    id: str
    name: str
    facts: Sequence[Fact]
    """With each of them, in their order."""


def common_neighbours(
    store: GraphStore,
    where: Filter,
    concepts: Sequence[str],
    *,
    predicate: str | None = None,
    direction: str = "both",
    limit: int = 20,
    max_tokens: int = 1000,
) -> Answer[list[Shared]]:
    """What several concepts are all related to, such as the drugs that share effects."""
    asked = list({view.id: view for view in (concept_named(store, one, where) for one in concepts)}.values())
    if len(asked) < 2:
        raise InputError("These names are one concept.", hint="Give at least two different ones.")
    around = [_by_other_end(store, where, view, predicate, direction) for view in asked]
    shared = [
        Shared(other, _name(facts[0], other), facts)
        for other in around[0].keys() & set.intersection(*(set(each) for each in around))
        if (facts := [each[other] for each in around])
    ]
    shared.sort(key=lambda one: (-sum(fact.support for fact in one.facts), one.id))
    blocks = [
        [f"{number}. {one_line(one.name)} ({one.id})", *(f"   - {fact_line(fact)}" for fact in one.facts)]
        for number, one in enumerate(shared[:limit], start=1)
    ]
    names = ", ".join(map(concept_name, asked))
    return listed(
        blocks,
        shared[:limit],
        max_tokens,
        heading=f"Related to each of {names}: {counted(len(shared), 'concept')}",
        nothing=f"Nothing is related to each of {names}.",
    )


def _by_other_end(
    store: GraphStore, where: Filter, view: ConceptView, predicate: str | None, direction: str
) -> dict[str, Fact]:
    """The best supported fact with each neighbour; what is only denied doesn't count."""
    found: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in facts_of(store.neighbours(view.id, predicate=predicate, direction=direction, where=where)):
        found[fact.object if fact.subject == view.id else fact.subject].append(fact)
    return {other: facts[0] for other, facts in found.items() if other != view.id}


def _looked_at(where: Filter, *, accepted_only: bool) -> Filter:
    """Whatever is said of it; of what may be seen, what a person accepted."""
    every = every_assertion(where)
    if not accepted_only:
        return every
    return every.model_copy(update={"reviews": _ACCEPTED if every.reviews is None else every.reviews & _ACCEPTED})


def _other_is(store: GraphStore, fact: Fact, asked: str, type: str) -> bool:
    other = fact.object if fact.subject in {asked, fact.under} else fact.subject
    view = store.concept(other)
    return view is not None and view.type.casefold() == type.casefold()


def _name(fact: Fact, concept_id: str) -> str:
    return fact.subject_name if fact.subject == concept_id else fact.object_name


def _chain(path: Path) -> str:
    parts: Iterable[str] = (
        f" -[{one_line(relation.predicate)}]-> {one_line(name)}"
        if relation.subject == here
        else f" <-[{one_line(relation.predicate)}]- {one_line(name)}"
        for here, name, relation in zip(path.concepts, path.names[1:], path.relations, strict=False)
    )
    return one_line(path.names[0]) + "".join(parts)
