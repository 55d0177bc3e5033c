"""``kg-builder evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg_builder.cli.console import AsJson, console, must_exist, print_json


def evaluate(
    corpus: Annotated[list[str], typer.Argument(metavar="CORPUS...", help="Annotated files or folders.")],
    schema: Annotated[str | None, typer.Option(help="Built-in schema or YAML file, for every document.")] = None,
    extractor: Annotated[list[str] | None, typer.Option(help="Extractor; repeat for a ladder of them.")] = None,
    settings: Annotated[Path | None, typer.Option(help="YAML file of settings.")] = None,
    input_format: Annotated[str | None, typer.Option("--format", help="Format, where the suffix doesn't tell.")] = None,
    errors: Annotated[Path | None, typer.Option(help="Write the list of errors to this file (.tsv or .md).")] = None,
    resamples: Annotated[int, typer.Option(min=1, help="Bootstrap resamples for the intervals.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """Compare what is extracted with a corpus's own annotations."""
    must_exist(corpus)
    from kg_builder.evaluate.report import notes, render, render_confidences
    from kg_builder.graphs.evaluating import evaluate_corpus
    from kg_builder.settings import load_settings

    given = {"schema_name": schema or "chemical-disease"} | ({"extractors": tuple(extractor)} if extractor else {})
    chosen = load_settings(settings, **given)
    report = evaluate_corpus(corpus, chosen, format=input_format, errors=errors, resamples=resamples)
    if as_json:
        print_json(report.as_json())
        return
    out = console()
    out.print(render(report))
    for table in render_confidences(report):
        out.print(table)
    for note in notes(report):
        out.print(note, markup=False)
    if errors is not None:
        console().print(f"errors: {errors}", markup=False)
