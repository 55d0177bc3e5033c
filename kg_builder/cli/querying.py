"""``kg-builder query``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from kg_builder.cli.answers import print_relations, print_table, quotation
from kg_builder.cli.console import (
    AsJson,
    Graph,
    Where,
    console,
    nothing_found,
    open_for_reading,
    parse_where,
    print_json,
)
from kg_builder.text.counted import counted

if TYPE_CHECKING:
    from kg_builder.graph_store import GraphStore
    from kg_builder.stores.views import ConceptView, Filter, Path, RelationView

query = typer.Typer(help="Ask the graph: search, neighbours, paths, text.", no_args_is_help=True, rich_markup_mode=None)

Limit = Annotated[int, typer.Option(min=1, help="At most so many results.")]


@query.command("search")
def search(
    graph: Graph,
    text: Annotated[str, typer.Argument(help="Name, part of a name, or id; typos are forgiven.")],
    concept_type: Annotated[str | None, typer.Option("--type", help="Concept type, for example Chemical.")] = None,
    where: Where = None,
    limit: Limit = 10,
    as_json: AsJson = False,
) -> None:
    """Concepts by name."""
    hits = open_for_reading(graph).search(text, limit=limit, type=concept_type, where=mentioned(where))
    if as_json:
        print_json({"concepts": [hit.model_dump(mode="json") for hit in hits]})
    else:
        print_table(
            ("score", "id", "name", "type", "documents", "matched"),
            ((f"{h.score:.2f}", *_shown(h.concept), h.matched) for h in hits),
        )
    if not hits:
        nothing_found()


def _shown(view: ConceptView) -> tuple[str, str, str, str]:
    documents = "none, only narrower" if view.ancestor_only else str(view.documents)
    return view.id, view.name, view.type, documents


@query.command("neighbours")
def neighbours(
    graph: Graph,
    concept: Annotated[str, typer.Argument(help="Id or name.")],
    predicate: Annotated[str | None, typer.Option(help="Only this one, for example INDUCES.")] = None,
    direction: Annotated[str, typer.Option(help="out, in or both.")] = "both",
    with_descendants: Annotated[
        bool, typer.Option("--with-descendants", help="Also of all narrower concepts; needs kg-builder roll-up GRAPH.")
    ] = False,
    where: Where = None,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """Relations of a concept, best supported first. Negated, family and hypothetical ones: --where assertion=any."""
    from kg_builder.errors import InputError

    if direction not in {"out", "in", "both"}:
        raise InputError(f"--direction is out, in or both, not '{direction}'")
    store = open_for_reading(graph)
    if with_descendants and not store.rolled_up():
        raise InputError(f"{graph}: has no hierarchy yet", hint=f"Add it first: kg-builder roll-up {graph}")
    found: Sequence[RelationView] = ()
    if (concept_id := resolve(store, concept, where)) is not None:
        found = store.neighbours(
            concept_id,
            predicate=predicate,
            direction=direction,
            with_descendants=with_descendants,
            where=parse_where(where),
        )[:limit]
    if as_json:
        print_json({"relations": [relation.model_dump(mode="json") for relation in found]})
    elif found:
        if with_descendants and concept_id is not None:
            _print_scope(store, concept_id)
        print_relations(found, concept_id)
    if not found:
        nothing_found()


def _print_scope(store: GraphStore, concept_id: str) -> None:
    """What was asked for: the concept and those below it."""
    view = store.concept(concept_id)
    name = concept_id if view is None else f"{view.name} {view.id}"
    console().print(f"{name} and {counted(len(store.descendants(concept_id)), 'narrower concept')}:\n", markup=False)


@query.command("paths")
def paths(
    graph: Graph,
    source: Annotated[str, typer.Argument(help="Id or name.")],
    target: Annotated[str, typer.Argument(help="Id or name.")],
    max_length: Annotated[int, typer.Option(min=1, max=8, help="Relations in a path, at most.")] = 4,
    where: Where = None,
    limit: Limit = 10,
    as_json: AsJson = False,
) -> None:
    """Shortest paths between two concepts."""
    store = open_for_reading(graph)
    ends = (resolve(store, source, where), resolve(store, target, where))
    found: Sequence[Path] = ()
    if ends[0] is not None and ends[1] is not None:
        found = store.paths(ends[0], ends[1], max_length=max_length, limit=limit, where=parse_where(where))
    if as_json:
        print_json({"paths": [path.model_dump(mode="json") for path in found]})
    for path in [] if as_json else found:
        line = path.names[0]
        for here, name, relation in zip(path.concepts, path.names[1:], path.relations, strict=False):
            arrow = f"-[{relation.predicate}]->" if relation.subject == here else f"<-[{relation.predicate}]-"
            line += f" {arrow} {name}"
        console().print(line, markup=False)
    if not found:
        nothing_found()


@query.command("text")
def text_search(
    graph: Graph,
    text: Annotated[str, typer.Argument(help="Words that the sentences should have.")],
    where: Where = None,
    limit: Limit = 10,
    as_json: AsJson = False,
) -> None:
    """Evidence sentences by their words, with what they state, denied or not."""
    from kg_builder.retrieve.sentences import find_sentences

    hits = find_sentences(open_for_reading(graph), text, limit=limit, where=parse_where(where))
    if as_json:
        print_json({"sentences": [hit.model_dump(mode="json") for hit in hits]})
    for hit in [] if as_json else hits:
        console().print(f"{hit.score:.2f}  {quotation(hit.relations[0].evidence[0])}")
        for relation in hit.relations:
            stated = f"{relation.subject_name} -[{relation.predicate}]-> {relation.object_name}"
            console().print(f"      {stated}  ({', '.join(relation.assertions)})", markup=False)
    if not hits:
        nothing_found()


def mentioned(where: list[str] | None) -> Filter:
    """For finding concepts: also those that are only denied, unless assertions are asked for."""
    return parse_where(where, every_assertion=not any(item.startswith("assertion=") for item in where or []))


def resolve(store: GraphStore, concept: str, where: list[str] | None) -> str | None:
    """A concept's id from its id or its exact name; None if only documents not asked for may mention it."""
    from kg_builder.errors import InputError

    condition = mentioned(where)
    if store.concept(concept, where=condition) is not None:
        return concept
    hits = store.search(concept, limit=3, where=condition)
    if not hits and where:
        return None
    if not hits:
        raise InputError(f"no concept of this graph is called '{concept}'", hint="kg-builder query search GRAPH TEXT")
    if hits[0].score < 1:
        names = "; ".join(f"{hit.concept.id} {hit.concept.name}" for hit in hits)
        raise InputError(f"no concept is called exactly '{concept}'; nearest: {names}", hint="Give one of these ids.")
    return hits[0].concept.id
