"""``kg-builder report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg_builder.cli.console import AsJson, Graph, console, open_for_reading, print_json


def report(
    graph: Graph,
    output: Annotated[Path, typer.Option("--output", "-o", help="HTML file to write.")] = Path("report.html"),
    run: Annotated[
        str | None, typer.Option("--run", metavar="ID", help="Run to report, or how its id begins; else the latest.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write one HTML page for a build: accounting, what the graph holds, rejects, time, models and settings."""
    from kg_builder.reports.run_report import run_report
    from kg_builder.stores.export_files import written_whole

    store = open_for_reading(graph)
    reported, page = run_report(store, run)
    with written_whole([output]) as [file]:
        file.write(page)
    store.close()
    if as_json:
        print_json({"file": str(output), "run": reported.id})
        return
    console().print(f"wrote {output}, of run {reported.id[:8]}", markup=False)
