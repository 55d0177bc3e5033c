"""``kg-builder evaluate``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg_builder.backends.family import Family
from kg_builder.cli.console import AsJson, console, must_exist, print_json

if TYPE_CHECKING:
    from kg_builder.evaluate.kept_mistakes import KeptMistakes
    from kg_builder.evaluate.results import Report
    from kg_builder.settings import Settings


class Metric(StrEnum):
    """What is compared."""

    MENTIONS = "mentions"
    LIST = "list"


def evaluate(
    corpus: Annotated[list[str], typer.Argument(metavar="CORPUS...", help="Annotated files or folders.")],
    schema: Annotated[str | None, typer.Option(help="Built-in schema or YAML file, for every document.")] = None,
    extractor: Annotated[list[str] | None, typer.Option(help="Extractor; repeat for a ladder of them.")] = None,
    family: Annotated[
        Family | None, typer.Option(help="Family of the models named by --extractor, where it can't be told.")
    ] = None,
    relation_extractor: Annotated[
        str | None, typer.Option(help="classifier, cooccurrence, none, or a model (hf:…, chat:…).")
    ] = None,
    settings: Annotated[Path | None, typer.Option(help="YAML file of settings.")] = None,
    input_format: Annotated[str | None, typer.Option("--format", help="Format, where the suffix doesn't tell.")] = None,
    metric: Annotated[
        Metric,
        typer.Option(help="mentions: places, ids, relations; list: sets of names, as list models are scored."),
    ] = Metric.MENTIONS,
    errors: Annotated[Path | None, typer.Option(help="Write the list of errors to this file (.tsv or .md).")] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write a page to this file: figures, curves, calibration, errors in their text.")
    ] = None,
    resamples: Annotated[int, typer.Option(min=1, help="Bootstrap resamples for the intervals.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """Compare what is extracted with a corpus's own annotations."""
    must_exist(corpus)
    from kg_builder.settings import load_settings, with_family

    given: dict[str, Any] = {"schema_name": schema or "chemical-disease"} | (
        {"extractors": tuple(extractor)} if extractor else {}
    )
    if relation_extractor is not None:
        given["relation_extractor"] = relation_extractor
    chosen = load_settings(settings, **given)
    if family is not None:
        chosen = with_family(chosen, family)
    if metric is Metric.LIST:
        if errors is not None or html is not None:
            raise typer.BadParameter("the list metric has no list of errors, nor a page")
        _by_names(corpus, chosen, input_format=input_format, resamples=resamples, as_json=as_json)
        return
    from kg_builder.evaluate.kept_mistakes import KeptMistakes
    from kg_builder.evaluate.report import notes, render, render_confidences
    from kg_builder.graphs.evaluating import evaluate_corpus

    kept = KeptMistakes() if html is not None else None
    report = evaluate_corpus(
        corpus,
        chosen,
        format=input_format,
        errors=errors,
        on_mistake=kept.add if kept is not None else None,
        resamples=resamples,
    )
    if html is not None and kept is not None:
        _write_page(html, report, kept, chosen, corpus)
    if as_json:
        print_json(report.as_json())
        return
    out = console()
    out.print(render(report))
    for table in render_confidences(report):
        out.print(table)
    for note in notes(report):
        out.print(note, markup=False)
    for what, file in (("errors", errors), ("page", html)):
        if file is not None:
            console().print(f"{what}: {file}", markup=False)


def _write_page(path: Path, report: Report, kept: KeptMistakes, settings: Settings, corpus: list[str]) -> None:
    from kg_builder.reports.evaluation_report import evaluation_page
    from kg_builder.stores.export_files import written_whole
    from kg_builder.terminology.stack import open_terminologies

    terminology = open_terminologies(settings.terminologies)

    def name_of(identifier: str) -> str | None:
        concept = terminology.concept(identifier)
        return concept.name if concept is not None else None

    called = ", ".join(Path(one).name for one in corpus)
    with written_whole([path]) as [file]:
        file.write(evaluation_page(report, kept, corpus=called, name_of=name_of))


def _by_names(
    corpus: list[str], settings: Settings, *, input_format: str | None, resamples: int, as_json: bool
) -> None:
    from kg_builder.evaluate.list_report import list_notes, render_lists
    from kg_builder.graphs.evaluating import evaluate_corpus_lists

    report = evaluate_corpus_lists(corpus, settings, format=input_format, resamples=resamples)
    if as_json:
        print_json(report.as_json())
        return
    out = console()
    out.print(render_lists(report))
    for note in list_notes(report):
        out.print(note, markup=False)
