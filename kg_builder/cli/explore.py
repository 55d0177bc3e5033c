"""``kg-builder explore``."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from kg_builder.cli.console import AsJson, Graph, console, nothing_found, open_for_reading, print_json
from kg_builder.cli.querying import resolve
from kg_builder.text.counted import counted

if TYPE_CHECKING:
    from kg_builder.explore.server import ExplorerServer
    from kg_builder.graph_store import GraphStore

IN_THE_TERMINAL = frozenset({"www-browser", "links", "elinks", "lynx", "w3m"})
"""Browsers that would take the place of the command's own output, and that run no scripts."""


def explore(
    graph: Graph,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write one file that works by itself, instead.")
    ] = None,
    around: Annotated[
        list[str] | None,
        typer.Option("--around", metavar="CONCEPT", help="For -o: only what this id or name is related to. Repeat."),
    ] = None,
    max_nodes: Annotated[int, typer.Option(min=1, help="For -o: at most so many concepts.")] = 2000,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
    as_json: AsJson = False,
) -> None:
    """Look at the graph in a browser: search, expand, filter, evidence, documents, ledger.

    The page is served to this machine alone, until Ctrl-C. With -o it is written as one file with texts of documents.
    """
    from kg_builder.errors import InputError

    if output is None and around:
        raise InputError("--around is for -o.", hint="The page has a search box of its own.")
    store = open_for_reading(graph)
    try:
        if output is None:
            _serve(store, port, open_browser=not no_browser, as_json=as_json)
        else:
            _write(store, output, around or [], max_nodes, as_json=as_json)
    finally:
        store.close()


def _write(store: GraphStore, output: Path, around: list[str], max_nodes: int, *, as_json: bool) -> None:
    from kg_builder.explore.assembly import page
    from kg_builder.explore.embedding import embed
    from kg_builder.explore.selection import select
    from kg_builder.stores.export_files import written_whole

    centres = [resolve(store, one, ["assertion=any"]) for one in around]
    if None in centres:
        nothing_found()
    selection = select(store, most=max_nodes, around=[one for one in centres if one is not None])
    held = embed(store, selection)
    with written_whole([output]) as [file]:
        file.write(page(held.data).html)
    counts = {"concepts": held.concepts, "relations": held.relations, "documents": held.documents}
    if as_json:
        print_json({"file": str(output), "bytes": output.stat().st_size, **counts, "part_of": held.part_of})
        return
    listed = ", ".join(counted(number, name.removesuffix("s")) for name, number in counts.items())
    console().print(f"wrote {output}: {listed}", markup=False)
    if held.part_of is not None:
        console().print(f"It is a part of the graph. {held.part_of}", markup=False)
    texts = f"It holds the text of {counted(held.documents, 'document')}"
    console().print(f"{texts}: give it only to people who may read them.", markup=False)


def _serve(store: GraphStore, port: int, *, open_browser: bool, as_json: bool) -> None:
    from kg_builder.errors import InputError
    from kg_builder.explore.answers import Answers
    from kg_builder.explore.assembly import page
    from kg_builder.explore.server import ExplorerServer

    try:
        server = ExplorerServer(Answers(store), page(), port=port)
    except OSError as error:
        raise InputError(
            f"Port {port} can't be used ({error.strerror}).", hint="--port 0 takes any free one."
        ) from None
    with server:
        _leave_on_signals()
        gc.freeze()  # what is loaded by now needn't be looked through again and again during a long answer
        server.warm_up()
        _tell(server, as_json=as_json)
        with _browser_at(server.url) if open_browser else nullcontext():
            server.serve_forever()


def _tell(server: ExplorerServer, *, as_json: bool) -> None:
    if as_json:
        print_json({"url": server.url})
    else:
        print(f"exploring at {server.url}\nCtrl-C ends it.")
    sys.stdout.flush()


@contextmanager
def _browser_at(url: str) -> Iterator[None]:
    """Opened in a window of its own, where there is one; the address itself isn't among the words that start it."""
    import webbrowser

    from kg_builder.explore.redirect import redirect_to

    with ExitStack() as stack:
        with suppress(webbrowser.Error, OSError):
            browser = webbrowser.get()
            if Path(getattr(browser, "name", "")).name not in IN_THE_TERMINAL:
                page = stack.enter_context(redirect_to(url))
                # some browsers are waited for until they are closed
                Thread(target=browser.open, args=(page,), daemon=True).start()
        yield


def _leave_on_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    closed = getattr(signal, "SIGHUP", None)  # comes when a terminal is closed; Windows has none, and nohup ignores it
    if closed is not None and signal.getsignal(closed) is not signal.SIG_IGN:
        signal.signal(closed, _leave)


def _leave(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)
