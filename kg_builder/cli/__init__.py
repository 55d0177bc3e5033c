"""The command ``kg-builder``: the only place that prints.

Exit codes: 0 done; 1 done, but some documents failed or nothing was found; 2 wrong usage or input
that can't be used; 3 the store can't be used; 4 a model or an optional part is missing or failed;
130 interrupted.

Modules of this package import the library inside their functions: ``kg-builder --help`` loads none of it.
"""

from __future__ import annotations

import sys

import typer

from kg_builder.cli import building, evaluating, exploring, managing
from kg_builder.cli.console import fail

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
app.add_typer(exploring.query, name="query")
app.command("forget")(managing.forget)
app.command("export")(managing.export)
app.command("evaluate")(evaluating.evaluate)
app.command("schemas")(managing.schemas)
app.command("doctor")(managing.doctor)


def main() -> None:
    """Entry point: errors of ours become one message and an exit code."""
    from kg_builder.errors import KgBuilderError

    try:
        app()
    except KgBuilderError as error:
        fail(error)
    except KeyboardInterrupt:
        print("Interrupted. What was written stays; the same command goes on from there.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
