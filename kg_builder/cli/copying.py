"""``kg-builder copy``."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg_builder.cli.console import AsJson, console, open_for_reading, print_json
from kg_builder.text.counted import counted

if TYPE_CHECKING:
    from kg_builder.graph_store import GraphStore
    from kg_builder.graphs.copying import Copied

Source = Annotated[str, typer.Argument(metavar="FROM", help="Store file, or URI such as neo4j://localhost.")]
Target = Annotated[
    str, typer.Argument(metavar="TO", help="Store file (made if it isn't there), or URI; with --bulk, a folder.")
]


def copy(
    source: Source,
    target: Target,
    bulk: Annotated[
        bool, typer.Option("--bulk", help="Write files for neo4j-admin into the folder TO, for graphs of millions.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Copy a graph from one store into another: file or Neo4j, either way. What the target has besides stays.

    Running it again copies only what changed. Cut short, the same command goes on from there.
    """
    if bulk:
        _write_bulk(source, Path(target), as_json=as_json)
        return
    from kg_builder.errors import InputError
    from kg_builder.graphs.copying import copy as run
    from kg_builder.stores import open_store

    if source == target or Path(source).resolve() == Path(target).resolve():
        raise InputError(f"{source} can't be copied onto itself")
    origin = open_for_reading(source)
    store = open_store(target)
    try:
        with _progress(origin, quiet=as_json or not sys.stderr.isatty()) as on_document:
            tally = run(origin, store, on_documents=lambda tally: on_document(tally.documents))
    except KeyboardInterrupt:
        print("interrupted: what was copied stays; the same command goes on from there", file=sys.stderr)
        raise typer.Exit(130) from None
    finally:
        store.close()
        origin.close()
    if as_json:
        print_json({"from": source, "to": target, **asdict(tally)})
    else:
        _print(tally, source, target)


def _write_bulk(source: str, folder: Path, *, as_json: bool) -> None:
    from kg_builder.stores.neo4j.bulk import write_bulk

    origin = open_for_reading(source)
    with _progress(origin, quiet=as_json or not sys.stderr.isatty()) as on_document:
        written = write_bulk(origin.parts(), folder, on_document=on_document)
    origin.close()
    after = f"cypher-shell --file {shlex.quote(str(written.after))}"
    if as_json:
        commands = {"import": written.import_command, "after": after}
        print_json({"from": source, "to": str(folder), "documents": written.documents, **commands})
        return
    out = console()
    out.print(f"{counted(written.documents, 'document')} → {folder}", markup=False)
    out.print("With the server stopped, and the database not there yet or empty:", markup=False)
    out.print(written.import_command, markup=False)
    out.print("With the server started again:", markup=False)
    out.print(after, markup=False)
    again = f"kg-builder copy {shlex.quote(source)} neo4j://…"
    out.print(f"{again}  (adds ledger, decisions and hierarchy, and checks)", markup=False)


@contextmanager
def _progress(source: GraphStore, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """What to call with the number of documents done: a bar on a terminal."""
    if quiet:
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from kg_builder.stores.views import EVERYTHING

    columns = (MofNCompleteColumn(), TextColumn("documents"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        task = progress.add_task("copy", total=source.statistics(EVERYTHING).documents)
        yield lambda done: progress.update(task, completed=done)


def _print(tally: Copied, source: str, target: str) -> None:
    """The accounting."""
    out = console()
    replaced = f" ({tally.replaced:,} of them replaced)" if tally.replaced else ""
    out.print(
        f"{counted(tally.documents, 'document')} = {tally.written:,} written{replaced} + {tally.unchanged:,} unchanged"
    )
    if tally.decisions:
        out.print(f"{counted(tally.decisions, 'decision')} of reviewers")
    if tally.failures or tally.runs:
        out.print(f"ledger: {counted(tally.failures, 'failed document')}, {counted(tally.runs, 'run')}")
    if tally.hierarchy is not None:
        out.print(f"IS_A edges {'written' if tally.hierarchy else 'as before'}")
    out.print(f"{source} → {target}", markup=False)
