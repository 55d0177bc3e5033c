"""``kg-builder show`` and ``kg-builder query``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

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

if TYPE_CHECKING:
    from kg_builder.protocols import GraphStore
    from kg_builder.records import Attribute
    from kg_builder.stores.views import ConceptView, EvidenceView, Filter, Path, RelationView

query = typer.Typer(help="Ask the graph: search, neighbours, paths.", no_args_is_help=True, rich_markup_mode=None)

Limit = Annotated[int, typer.Option(min=1, help="At most so many results.")]
EVIDENCE_SHOWN = 3


def show(
    graph: Graph,
    concept: Annotated[str | None, typer.Argument(help="Id or name: show it with neighbours and evidence.")] = None,
    ledger: Annotated[bool, typer.Option("--ledger", help="Rejected items and failed documents.")] = False,
    runs: Annotated[bool, typer.Option("--runs", help="Records of the builds.")] = False,
    where: Where = None,
    limit: Limit = 10,
    as_json: AsJson = False,
) -> None:
    """Statistics and best-known concepts; or one concept; or the ledger; or the runs."""
    store = open_for_reading(graph)
    if ledger:
        _show_ledger(store, as_json=as_json)
    elif runs:
        _show_runs(store, as_json=as_json)
    elif concept is not None:
        _show_concept(store, resolve(store, concept, where), where, as_json=as_json)
    else:
        _show_overview(store, where, limit, as_json=as_json)


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
    hits = open_for_reading(graph).search(text, limit=limit, type=concept_type, where=_mentioned(where))
    if as_json:
        print_json({"concepts": [hit.model_dump(mode="json") for hit in hits]})
    else:
        _table(
            ("score", "id", "name", "type", "documents", "matched"),
            (
                (f"{h.score:.2f}", h.concept.id, h.concept.name, h.concept.type, h.concept.documents, h.matched)
                for h in hits
            ),
        )
    if not hits:
        nothing_found()


@query.command("neighbours")
def neighbours(
    graph: Graph,
    concept: Annotated[str, typer.Argument(help="Id or name.")],
    predicate: Annotated[str | None, typer.Option(help="Only this one, for example INDUCES.")] = None,
    direction: Annotated[str, typer.Option(help="out, in or both.")] = "both",
    where: Where = None,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """Relations of a concept, best supported first. Negated, family and hypothetical ones: --where assertion=any."""
    from kg_builder.errors import InputError

    if direction not in {"out", "in", "both"}:
        raise InputError(f"--direction is out, in or both, not '{direction}'")
    store = open_for_reading(graph)
    found: Sequence[RelationView] = ()
    if (concept_id := resolve(store, concept, where)) is not None:
        condition = parse_where(where)
        found = store.neighbours(concept_id, predicate=predicate, direction=direction, where=condition)[:limit]
    if as_json:
        print_json({"relations": [relation.model_dump(mode="json") for relation in found]})
    else:
        _relations(found)
    if not found:
        nothing_found()


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


def _mentioned(where: list[str] | None) -> Filter:
    """For finding concepts: also those that are only denied, unless assertions are asked for."""
    return parse_where(where, every_assertion=not any(item.startswith("assertion=") for item in where or []))


def resolve(store: GraphStore, concept: str, where: list[str] | None) -> str | None:
    """A concept's id from its id or its exact name; None if only documents not asked for may mention it."""
    from kg_builder.errors import InputError

    condition = _mentioned(where)
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


def _show_overview(store: GraphStore, where: list[str] | None, limit: int, *, as_json: bool) -> None:
    condition = parse_where(where, every_assertion=not where)
    statistics = store.statistics(condition)
    top = sorted(store.concepts(condition), key=lambda view: (-view.documents, -view.mentions, view.id))[:limit]
    if as_json:
        print_json({**statistics.model_dump(mode="json"), "top": [view.model_dump(mode="json") for view in top]})
        return
    out = console()
    out.print(
        f"{statistics.documents} documents, {statistics.concepts} concepts ({statistics.concepts_unlinked} unlinked), "
        f"{statistics.mentions} mentions, {statistics.relations} relations"
    )
    for label, counts in (
        ("concepts", statistics.concepts_by_type),
        ("mentions", statistics.mentions_by_assertion),
        ("relations", {**statistics.relations_by_predicate, **statistics.relations_by_assertion}),
        ("ledger", {"rejected items": statistics.rejects, "failed documents": statistics.failures}),
    ):
        out.print(f"  {label}: " + ", ".join(f"{name} {count}" for name, count in counts.items()), markup=False)
    _table(
        ("id", "name", "type", "documents", "mentions"),
        ((view.id, view.name, view.type, view.documents, view.mentions) for view in top),
    )


def _show_concept(store: GraphStore, concept_id: str | None, where: list[str] | None, *, as_json: bool) -> None:
    view = store.concept(concept_id, where=_mentioned(where)) if concept_id is not None else None
    if view is None or concept_id is None:
        nothing_found()
    relations = store.neighbours(concept_id, where=parse_where(where))
    attributes = _attributes_of(store, concept_id, _mentioned(where))
    if as_json:
        described = [relation.model_dump(mode="json") for relation in relations]
        values = [{"document": name, **item.model_dump(mode="json")} for name, item in attributes]
        print_json({**view.model_dump(mode="json"), "attributes": values, "relations": described})
        return
    _describe(view)
    for line in _attribute_lines(attributes):
        console().print(f"  {line}", markup=False)
    for relation in relations:
        console().print(f"\n{_line(relation)}", markup=False)
        sentences = {(item.document, item.sentence, item.assertion): item for item in reversed(relation.evidence)}
        quoted = list(sentences.values())[::-1]
        for evidence in quoted[:EVIDENCE_SHOWN]:
            console().print(f"  {_quote(evidence)}")
        if len(quoted) > EVIDENCE_SHOWN:
            console().print(f"  … and {len(quoted) - EVIDENCE_SHOWN} more sentences")


def _attributes_of(store: GraphStore, concept_id: str, where: Filter | None) -> list[tuple[str, Attribute]]:
    """Attributes of a concept's mentions with their documents. Documents that have no attributes cost nothing."""
    from kg_builder.stores.views import Filter

    where = where or Filter(assertions=None)
    attributes = {
        view.id: owned
        for view in store.documents(where)
        if (owned := [item for item in view.attributes if item.mention is not None])
    }
    if not attributes:
        return []
    condition = where.model_copy(update={"documents": frozenset(attributes)})
    places = {(m.document, (m.start, m.end)) for m in store.mentions(condition) if m.concept == concept_id}
    return [(name, item) for name, owned in attributes.items() for item in owned if (name, item.mention) in places]


def _attribute_lines(attributes: Iterable[tuple[str, Attribute]]) -> list[str]:
    """One a type and document: "Dose: 5 mg; 10 mg (note.txt)"."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for document, item in attributes:
        grouped.setdefault((document, item.type), []).append(" ".join(item.text.split()))
    return [f"{kind}: {'; '.join(dict.fromkeys(texts))}  ({document})" for (document, kind), texts in grouped.items()]


def _describe(view: ConceptView) -> None:
    out = console()
    out.print(f"{view.name}  {view.id}  {view.type}{'' if view.linked else '  (unlinked)'}", markup=False)
    out.print(f"  {_counted(view.mentions, 'mention')} in {_counted(view.documents, 'document')}", markup=False)
    out.print(f"  seen as: {'; '.join(view.synonyms_seen)}", markup=False)
    if view.xrefs:
        out.print(f"  also: {', '.join(view.xrefs)}", markup=False)


def _quote(evidence: EvidenceView) -> str:
    """The sentence with both mentions marked, as rich markup."""
    from rich.markup import escape

    start, text = evidence.sentence[0], evidence.sentence_text
    marks = sorted({evidence.subject, evidence.object})
    parts, done = [], 0
    for begin, end in marks:
        first, last = max(begin - start, done), end - start
        if first >= last:
            continue
        parts += [escape(text[done:first]), f"[bold underline]{escape(text[first:last])}[/]"]
        done = last
    sentence = " ".join(("".join(parts) + escape(text[done:])).split())
    about = "" if evidence.assertion == "present" else f" ({evidence.assertion})"
    return f"{escape(evidence.document)} {evidence.sentence[0]}–{evidence.sentence[1]}{about}: {sentence}"


def _line(relation: RelationView) -> str:
    confidence = "" if relation.confidence is None else f", confidence {relation.confidence:.2f}"
    support = _counted(len(relation.documents), "document")
    said = ", ".join(relation.assertions)
    return f"{relation.subject_name} -[{relation.predicate}]-> {relation.object_name}  ({support}, {said}{confidence})"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _relations(relations: Iterable[RelationView]) -> None:
    for relation in relations:
        console().print(_line(relation), markup=False)


def _show_ledger(store: GraphStore, *, as_json: bool) -> None:
    failures, rejects = list(store.failures()), list(store.rejects())
    if as_json:
        print_json(
            {
                "failures": [
                    {"document": item.document_id, "code": item.code, "message": item.message} for item in failures
                ],
                "rejects": [{"document": name, **reject.model_dump(mode="json")} for name, reject in rejects],
            }
        )
        return
    if not failures and not rejects:
        console().print("nothing was rejected, no document failed")
    _table(("failed document", "code", "why"), ((item.document_id, item.code, item.message) for item in failures))
    _table(
        ("document", "kind", "type", "offsets", "text", "why"),
        (
            (name, item.kind, item.type, f"{item.start}–{item.end}", item.text or "", item.issues[0].code)
            for name, item in rejects
        ),
    )


def _show_runs(store: GraphStore, *, as_json: bool) -> None:
    runs = store.runs()
    if as_json:
        print_json({"runs": [run.model_dump(mode="json") for run in runs]})
        return
    _table(
        ("started", "seconds", "read", "written", "unchanged", "failed", "settings"),
        (
            (
                f"{run.started:%Y-%m-%d %H:%M:%S}",
                f"{(run.finished - run.started).total_seconds():.1f}" if run.finished else "cut off",
                *(run.read, run.written, run.unchanged, run.failed, run.settings_hash),
            )
            for run in runs
        ),
    )


def _table(columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    if table.row_count:
        console().print(table)
