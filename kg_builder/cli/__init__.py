"""The command ``kg-builder``: the only place that prints.

Exit codes: 0 done; 1 done, but some documents failed or nothing was found; 2 wrong usage or input
that can't be used; 3 the store can't be used; 4 a model or an optional part is missing or failed;
130 or 143 stopped by Ctrl-C or SIGTERM.

Modules of this package import the library inside their functions: ``kg-builder --help`` loads none of it.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from typing import Annotated

import typer

from kg_builder.cli import (
    asking,
    building,
    copying,
    cypher_query,
    deidentifying,
    evaluating,
    explore,
    exploring,
    managing,
    model_training,
    querying,
    relinking,
    reporting,
    reviewing,
    serving,
    terms,
    training,
)
from kg_builder.cli.console import fail
from kg_builder.cli.stopping import leave

OBJECTS_BETWEEN_COLLECTIONS = 100_000
"""Python's own is 700."""

app = typer.Typer(
    name="kg-builder",
    help="Clinical and biomedical text in, a knowledge graph out: ontology ids, assertions, evidence on every edge.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("build")(building.build)
app.command("import")(building.import_gold)
app.command("show")(exploring.show)
app.command("explore")(explore.explore)
querying.query.command("cypher")(cypher_query.cypher)
app.add_typer(querying.query, name="query")
app.command("ask")(asking.ask)
app.command("chat")(asking.chat)
app.command("mcp")(serving.mcp)
app.command("roll-up")(relinking.roll_up)
app.command("relink")(relinking.relink)
app.command("review")(reviewing.review)
app.command("copy")(copying.copy)
app.command("forget")(managing.forget)
app.command("export")(managing.export)
app.command("report")(reporting.report)
app.command("deidentify")(deidentifying.deidentify)
app.command("evaluate")(evaluating.evaluate)
app.add_typer(training.train, name="train")
app.command("export-model")(model_training.export_model)
app.add_typer(terms.terms, name="terms")
app.command("schemas")(managing.schemas)
app.command("doctor")(managing.doctor)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(version("clinical-kg-builder"))
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Clinical and biomedical text in, a knowledge graph out: ontology ids, assertions, evidence on every edge."""


def _leave_garbage() -> None:
    """Not where torch was loaded: its compiled parts would report all that is left as leaks."""
    if "torch" not in sys.modules:
        gc.freeze()


def main() -> None:
    """Entry point: errors of ours become one message and an exit code."""
    from kg_builder.errors import KgBuilderError

    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller
            setattr(sys, name, open(os.devnull, "w"))  # noqa: PTH123, SIM115
    # what a command loads is large and stays: Python would look for garbage in it again and again, and at exit
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    atexit.register(_leave_garbage)
    try:
        app()
    except SystemExit as leaving:
        leave(leaving.code if isinstance(leaving.code, int) else 0)
        raise
    except KgBuilderError as error:
        fail(error)
    except OSError as error:
        print(f"error: cannot write the output: {error.strerror}", file=sys.stderr)
        os._exit(2)  # what is left in the buffer can't be written at exit either
