"""``kg-builder show``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from kg_builder.cli.answers import print_table, quotation, relation_line
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
from kg_builder.cli.querying import Limit, mentioned, resolve
from kg_builder.text.counted import counted

if TYPE_CHECKING:
    from kg_builder.graph_store import GraphStore
    from kg_builder.records import Attribute
    from kg_builder.stores.views import ConceptView, Filter

EVIDENCE_SHOWN = 3
NARROWER_SHOWN = 5


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


def _show_overview(store: GraphStore, where: list[str] | None, limit: int, *, as_json: bool) -> None:
    condition = parse_where(where, every_assertion=not where)
    statistics = store.statistics(condition)
    top = sorted(store.concepts(condition), key=lambda view: (-view.documents, -view.mentions, view.id))[:limit]
    if as_json:
        print_json({**statistics.model_dump(mode="json"), "top": [view.model_dump(mode="json") for view in top]})
        return
    out = console()
    out.print(
        f"{counted(statistics.documents, 'document')}, {counted(statistics.concepts, 'concept')} "
        f"({statistics.concepts_unlinked:,} unlinked), {counted(statistics.mentions, 'mention')}, "
        f"{counted(statistics.relations, 'relation')}"
    )
    for label, counts in (
        ("concepts", statistics.concepts_by_type),
        ("mentions", statistics.mentions_by_assertion),
        ("relations", {**statistics.relations_by_predicate, **statistics.relations_by_assertion}),
        ("ledger", {"rejected items": statistics.rejects, "failed documents": statistics.failures}),
    ):
        out.print(f"  {label}: " + ", ".join(f"{name} {count}" for name, count in counts.items()), markup=False)
    if statistics.broader:
        edges = counted(statistics.broader, "IS_A edge")
        out.print(f"  hierarchy: {counted(statistics.ancestors, 'broader concept')} that no document mentions, {edges}")
    print_table(
        ("id", "name", "type", "documents", "mentions"),
        ((view.id, view.name, view.type, view.documents, view.mentions) for view in top),
    )


def _show_concept(store: GraphStore, concept_id: str | None, where: list[str] | None, *, as_json: bool) -> None:
    view = store.concept(concept_id, where=mentioned(where)) if concept_id is not None else None
    if view is None or concept_id is None:
        nothing_found()
    relations = store.neighbours(concept_id, where=parse_where(where))
    attributes = _attributes_of(store, concept_id, mentioned(where))
    if as_json:
        described = [relation.model_dump(mode="json") for relation in relations]
        values = [{"document": name, **item.model_dump(mode="json")} for name, item in attributes]
        print_json({**view.model_dump(mode="json"), "attributes": values, "relations": described})
        return
    _describe(store, view)
    for line in _attribute_lines(attributes):
        console().print(f"  {line}", markup=False)
    for relation in relations:
        console().print(f"\n{relation_line(relation)}", markup=False)
        sentences = {(item.document, item.sentence, item.assertion): item for item in reversed(relation.evidence)}
        quoted = list(sentences.values())[::-1]
        for evidence in quoted[:EVIDENCE_SHOWN]:
            console().print(f"  {quotation(evidence)}")
        if len(quoted) > EVIDENCE_SHOWN:
            console().print(f"  … and {counted(len(quoted) - EVIDENCE_SHOWN, 'more sentence')}")


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


def _describe(store: GraphStore, view: ConceptView) -> None:
    out = console()
    out.print(f"{view.name}  {view.id}  {view.type}{'' if view.linked else '  (unlinked)'}", markup=False)
    if view.ancestor_only:
        out.print("  no document mentions it: it is here because narrower concepts are")
    else:
        out.print(f"  {counted(view.mentions, 'mention')} in {counted(view.documents, 'document')}", markup=False)
        out.print(f"  seen as: {'; '.join(view.synonyms_seen)}", markup=False)
    if view.xrefs:
        out.print(f"  also: {', '.join(view.xrefs)}", markup=False)
    if view.broader:
        out.print(f"  is a: {'; '.join(_names(store, view.broader))}", markup=False)
    if below := store.descendants(view.id):
        more = f"; … {len(below) - NARROWER_SHOWN} more" if len(below) > NARROWER_SHOWN else ""
        out.print(f"  narrower: {'; '.join(_names(store, below[:NARROWER_SHOWN]))}{more}", markup=False)


def _names(store: GraphStore, concept_ids: Iterable[str]) -> list[str]:
    views = (store.concept(concept_id) for concept_id in concept_ids)
    return [f"{view.name} {view.id}" for view in views if view is not None]


def _show_ledger(store: GraphStore, *, as_json: bool) -> None:
    failures, rejects = list(store.failures()), list(store.rejects())
    if as_json:
        print_json(
            {
                "failures": [
                    {
                        "document": item.document_id,
                        "code": item.code,
                        "message": item.message,
                        "attempts": item.attempts,
                    }
                    for item in failures
                ],
                "rejects": [{"document": name, **reject.model_dump(mode="json")} for name, reject in rejects],
            }
        )
        return
    if not failures and not rejects:
        console().print("nothing was rejected, no document failed")
    print_table(("failed document", "code", "why"), ((item.document_id, item.code, item.message) for item in failures))
    print_table(
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
    print_table(
        ("started", "seconds", "read", "written", "unchanged", "failed", "settings"),
        (
            (
                f"{run.started:%Y-%m-%d %H:%M:%S}",
                f"{(run.finished - run.started).total_seconds():.1f}" if run.finished else run.ended or "cut off",
                *(run.read, run.written, run.unchanged, run.failed, run.settings_hash),
            )
            for run in runs
        ),
    )
