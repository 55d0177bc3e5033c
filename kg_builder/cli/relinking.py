"""``kg-builder relink`` and ``kg-builder roll-up``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg_builder.cli.answers import print_table
from kg_builder.cli.console import AsJson, Graph, console, print_json
from kg_builder.text.counted import counted

if TYPE_CHECKING:
    from kg_builder.graph_store import GraphStore
    from kg_builder.graphs.relinking import Relinking
    from kg_builder.graphs.relinking_part import LinkChange
    from kg_builder.records import Concept

SettingsFile = Annotated[Path | None, typer.Option("--settings", help="YAML file of settings, as for build.")]
COLUMNS = ("document", "start", "end", "type", "old", "old_name", "new", "new_name", "reason", "how", "score")
SHOWN = 10
"""Kinds of change that are listed."""
WORDS = {
    "linked": "unknown before, linked now",
    "changed": "linked to something else",
    "retired": "linked by a retired id, by the current one now",
    "unlinked": "linked before, unknown now",
}


def relink(
    graph: Graph,
    settings: SettingsFile = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change and write nothing.")] = False,
    report: Annotated[
        Path | None,
        typer.Option(help="List every mention that changed: .json, else TSV. It names concepts: keep it as the graph."),
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the last relinking back.")] = False,
    forget_undo: Annotated[
        bool, typer.Option("--forget-undo", help="Keep the last relinking: drop what undoing it would need.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Link the graph's mentions again, with the terminologies of today's settings. Nothing is extracted again."""
    from kg_builder.errors import InputError

    if sum((dry_run or report is not None, undo, forget_undo)) > 1:
        raise InputError("--undo and --forget-undo stand alone: they link nothing")
    if undo or forget_undo:
        _take_back(graph, forget=forget_undo, as_json=as_json)
        return
    from kg_builder.graphs.components import make_components
    from kg_builder.graphs.relinking import relink as run
    from kg_builder.settings import load_settings
    from kg_builder.terminology.stack import open_terminologies

    chosen = load_settings(settings)
    store = _opened(graph, read_only=dry_run)
    kinds: Counter[tuple[str, str, str]] = Counter()
    with _listed(report) as listing:

        def note(change: LinkChange) -> None:
            kinds[_named(change.before), _named(change.after), change.reason.value] += 1
            listing(change)

        terminology = open_terminologies(chosen.terminologies)
        tally = run(store, make_components(chosen), terminology=terminology, dry_run=dry_run, on_change=note)
    store.close()
    if as_json:
        print_json(_as_data(graph, tally))
    else:
        _print(graph, tally, kinds, report)
    if tally.left:
        raise typer.Exit(1)


def roll_up(
    graph: Graph,
    settings: SettingsFile = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the edges out again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add IS_A edges from the graph's concepts to everything broader, so that queries can ask for whole branches."""
    from kg_builder.graphs.rolling_up import roll_up as run
    from kg_builder.settings import load_settings
    from kg_builder.terminology.stack import open_terminologies

    store = _opened(graph)
    if remove:
        removed = store.remove_hierarchy()
        shown: dict[str, Any] = {"store": graph, "removed": removed}
        line = "IS_A edges removed" if removed else "there were no IS_A edges"
    else:
        done = run(store, open_terminologies(load_settings(settings).terminologies))
        shown = {"store": graph, **{name: getattr(done, name) for name in done.__slots__}}
        line = (
            f"{counted(done.edges, 'IS_A edge')} {'written' if done.changed else 'as before'}: "
            f"{counted(done.concepts, 'concept')} of the documents and {done.ancestors:,} broader that no "
            f"document mentions; nothing broader is known of {done.without:,}"
        )
    store.close()
    if as_json:
        print_json(shown)
    else:
        console().print(line, markup=False)


def _opened(graph: str, *, read_only: bool = False) -> GraphStore:
    """A graph that is there: one that isn't is an error, not a new one."""
    from kg_builder.stores import open_store

    open_store(graph, read_only=True).close()
    return open_store(graph, read_only=read_only)


def _take_back(graph: str, *, forget: bool, as_json: bool) -> None:
    store = _opened(graph)
    if forget:
        documents = store.relinked()
        store.forget_undo()
    else:
        documents = store.undo_relinking()
    store.close()
    if as_json:
        print_json({"store": graph, "kept" if forget else "undone": list(documents)})
    elif not documents:
        console().print("there is no relinking to undo")
    elif forget:
        console().print(f"the last relinking ({counted(len(documents), 'document')}) can't be undone any more")
    else:
        console().print(f"{counted(len(documents), 'document')} linked as before the last relinking")


@contextmanager
def _listed(path: Path | None) -> Iterator[Callable[[LinkChange], None]]:
    """What to call with each change; the file appears whole when all is done."""
    if path is None:
        yield lambda _change: None
        return
    from kg_builder.stores.export_files import json_text, written_whole

    with written_whole([path]) as [file]:
        as_list = path.suffix.lower() == ".json"
        file.write("[" if as_list else "\t".join(COLUMNS) + "\n")
        first = True

        def write(change: LinkChange) -> None:
            nonlocal first
            row = _row(change)
            if as_list:
                file.write(("\n" if first else ",\n") + json_text(row))
            else:
                file.write("\t".join(_cell(row[name]) for name in COLUMNS) + "\n")
            first = False

        yield write
        if as_list:
            file.write("\n]\n")


def _row(change: LinkChange) -> dict[str, Any]:
    return {
        "document": change.document,
        "start": change.start,
        "end": change.end,
        "type": change.type,
        "old": [concept.id for concept in change.before],
        "old_name": [concept.name for concept in change.before],
        "new": [concept.id for concept in change.after],
        "new_name": [concept.name for concept in change.after],
        "reason": change.reason.value,
        "how": change.how,
        "score": change.score,
    }


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = "|".join(value) if isinstance(value, list) else str(value)
    return " ".join(text.split())


def _named(concepts: tuple[Concept, ...]) -> str:
    return " + ".join(f"{concept.id} {concept.name}" if concept.linked else concept.id for concept in concepts)


def _as_data(graph: str, tally: Relinking) -> dict[str, Any]:
    fields = {name: getattr(tally, name) for name in tally.__slots__}
    return json.loads(json.dumps({"store": graph, **fields}))  # type: ignore[no-any-return]


def _print(graph: str, tally: Relinking, kinds: Counter[tuple[str, str, str]], report: Path | None) -> None:
    """The accounting, the commonest changes, and the way back."""
    out = console()
    changed = tally.mentions_changed.total()
    if tally.resumed:
        out.print(f"going on after {counted(tally.resumed, 'document')} that an interrupted relinking had done")
    out.print(
        f"{counted(tally.mentions, 'mention')} in {counted(tally.documents, 'document')} linked again: "
        f"{changed:,} changed, in {counted(tally.documents_changed, 'document')}"
        + (" (dry run: nothing was written)" if tally.dry_run else "")
    )
    for reason, words in WORDS.items():
        if count := tally.mentions_changed[reason]:
            out.print(f"  {count:,} {words}")
    if changed:
        out.print(f"  relations of these documents: {tally.relations_before:,} before, {tally.relations_after:,} now")
    for count, what, words in (
        (tally.rejected, "statement", "rejected, as both ends are one concept now or of types that don't fit (ledger)"),
        (tally.described_anew, "time", "a concept kept its id and is described anew"),
        (tally.unplaced, "mention", "not found again in the cleaned text: links are kept"),
        (tally.to_be_read_again, "document", "that the next build with these settings reads again"),
    ):
        if count:
            out.print(f"  {counted(count, what)} {words}")
    print_table(
        ("mentions", "from", "to", "why"),
        ((count, old, new, reason) for (old, new, reason), count in kinds.most_common(SHOWN)),
    )
    if len(kinds) > SHOWN:
        out.print(f"… and {counted(len(kinds) - SHOWN, 'other kind')} of change")
    for document, why in tally.left.items():
        out.print(f"left as it is: {document}: {why}", markup=False)
    if report is not None:
        out.print(f"wrote {report}", markup=False)
    if (changed or tally.described_anew) and not tally.dry_run:
        out.print(f"take it back: kg-builder relink {graph} --undo", markup=False)
