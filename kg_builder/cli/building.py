"""``kg-builder build`` and ``kg-builder import``."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from kg_builder.backends.family import Family
from kg_builder.cli.console import AsJson, console, must_exist, print_json
from kg_builder.cli.forecasting import may_spend, show_forecast, usage_lines
from kg_builder.cli.logs import LogFormat, LogLevel, LogTarget, logging_to
from kg_builder.cli.stopping import Stop, stopping
from kg_builder.text.counted import counted
from kg_builder.text.printable import printable

if TYPE_CHECKING:
    from kg_builder.graphs.building import Build, OnReport
    from kg_builder.graphs.corpus import DocumentReport
    from kg_builder.graphs.run_control import RunControl

Paths = Annotated[list[str], typer.Argument(metavar="PATH...", help="Files or folders; - for standard input.")]
Store = Annotated[
    str, typer.Option("--store", "-s", help="Store to write to: a file (made if it isn't there) or a URI.")
]
Format = Annotated[
    str | None,
    typer.Option("--format", help="Format of the input, where the suffix doesn't tell: text, jsonl, csv, pubtator, …"),
]
PLAIN_LINES_EVERY = 100
"""Documents between two progress lines where there is no terminal."""


def build(
    paths: Paths,
    store: Store,
    schema: Annotated[str | None, typer.Option(help="Built-in schema or YAML file, for every document.")] = None,
    extractor: Annotated[
        list[str] | None, typer.Option(help="Extractor for every document; repeat for a ladder of them.")
    ] = None,
    family: Annotated[
        Family | None, typer.Option(help="Family of the models named by --extractor, where it can't be told.")
    ] = None,
    relation_extractor: Annotated[
        str | None, typer.Option(help="classifier, cooccurrence, none, or a model (hf:…, chat:…).")
    ] = None,
    cleaner: Annotated[str | None, typer.Option(help="rules, none, or a copy-editor model (hf:…).")] = None,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Let text go to models that run elsewhere, for this run.")
    ] = False,
    settings: Annotated[Path | None, typer.Option(help="YAML file of settings.")] = None,
    engine: Annotated[
        Literal["local", "ray"] | None,
        typer.Option(help="What reads: this process, or Ray's, on this machine or a cluster (ray in the settings)."),
    ] = None,
    roll_up: Annotated[
        bool, typer.Option("--roll-up", help="Add IS_A edges to all broader concepts; later builds keep them up.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try documents again that failed too often to be tried.")
    ] = False,
    timeout: Annotated[float | None, typer.Option(help="Seconds that a document may take.")] = None,
    forecast: Annotated[
        bool, typer.Option("--forecast", help="Only say what it would take of language models.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Use models that have prices or a budget without being asked.")
    ] = False,
    log: LogTarget = None,
    log_format: LogFormat = "text",
    log_level: LogLevel = "info",
    input_format: Format = None,
    as_json: AsJson = False,
) -> None:
    """Read texts and write their graph. Running it again changes only what changed.

    Ctrl-C ends it after the documents in progress; the same command then goes on from there.
    """
    must_exist(paths)
    from kg_builder.corpora.reading import read
    from kg_builder.graphs.building import build as run_build
    from kg_builder.graphs.run_control import RunControl
    from kg_builder.settings import load_settings, with_family

    given: dict[str, Any] = {}
    if schema is not None:
        given["schema_name"] = schema
    if extractor:
        given["extractors"] = tuple(extractor)
    if relation_extractor is not None:
        given["relation_extractor"] = relation_extractor
    if cleaner is not None:
        given["cleaner"] = cleaner
    if allow_remote:
        given["allow_remote"] = True
    if engine is not None:
        given["engine"] = engine
    if roll_up:
        given["roll_up"] = True
    if timeout is not None:
        given["document_timeout"] = timeout
    chosen = load_settings(settings, **given)
    if family is not None:
        chosen = with_family(chosen, family)
    if forecast:
        show_forecast(paths, input_format, store, chosen, as_json=as_json)
        return
    may_spend(paths, input_format, store, chosen, yes=yes)
    control = RunControl(retry_failed=retry_failed)
    with (
        logging_to(log, log_format, log_level),
        stopping(control) as stop,
        _progress(paths, input_format, stop, quiet=as_json) as on_report,
        redirect_stdout(sys.stderr),  # Ray tells there of processes that died
    ):
        items = read(paths, format=input_format)
        built = run_build(items, store=store, settings=chosen, on_report=on_report, control=control)
    _finish(built, store, as_json=as_json)
    built.store.close()
    _leave(control, built, stop)


def import_gold(
    paths: Paths,
    store: Store,
    schema: Annotated[str, typer.Option(help="Schema whose types the annotations become.")] = "chemical-disease",
    input_format: Format = None,
    as_json: AsJson = False,
) -> None:
    """Write a corpus's own annotations straight into a store, for tests, demos and comparisons."""
    must_exist(paths)
    from kg_builder.corpora.reading import read
    from kg_builder.graphs.importing import import_annotations
    from kg_builder.graphs.run_control import RunControl

    control = RunControl()
    with stopping(control) as stop, _progress(paths, input_format, stop, quiet=as_json) as on_report:
        items = read(paths, format=input_format)
        built = import_annotations(items, store=store, schema_name=schema, on_report=on_report, control=control)
    _finish(built, store, as_json=as_json)
    built.store.close()
    _leave(control, built, stop)


def _leave(control: RunControl, built: Build, stop: Stop) -> None:
    """Say how the run ended, where it wasn't at the end of the documents, and with which code."""
    if built.run.ended == "stopped":
        print("stopped: what was written stays; the same command goes on from there", file=sys.stderr)
        raise typer.Exit(stop.exit_code)
    if built.run.ended == "backend-unavailable":
        print(f"error: ended early, as there is no answer from {control.unreachable}", file=sys.stderr)
        print("hint: What was written stays; the same command goes on once it answers again.", file=sys.stderr)
        raise typer.Exit(4)
    if built.run.failed:
        raise typer.Exit(1)


@contextmanager
def _progress(paths: list[str], input_format: str | None, stop: Stop, *, quiet: bool) -> Iterator[OnReport]:
    """What to call after each document: a bar on a terminal, plain lines elsewhere. What stops it at once is told."""
    try:
        if quiet:
            yield lambda _report: None
        elif sys.stderr.isatty():
            with _bar(paths, input_format) as on_report:
                yield on_report
        else:
            yield _plain_lines()
    except KeyboardInterrupt:
        print("interrupted: what was written stays; the same command goes on from there", file=sys.stderr)
        raise typer.Exit(stop.exit_code) from None


@contextmanager
def _bar(paths: list[str], input_format: str | None) -> Iterator[OnReport]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    columns = (
        SpinnerColumn(),
        MofNCompleteColumn(),
        TextColumn("documents"),
        BarColumn(),
        TextColumn("{task.fields[rate]:,.0f}/s, {task.fields[failed]} failed, left:"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        task = progress.add_task("build", total=None, rate=0.0, failed=0)
        failed = 0

        def on_report(report: DocumentReport) -> None:
            nonlocal failed
            failed += report.status == "failed"
            progress.update(task, advance=1, failed=failed, rate=progress.tasks[0].speed or 0.0)

        if "-" not in paths:
            counting = threading.Thread(
                target=lambda: progress.update(task, total=_count(paths, input_format)), daemon=True
            )
            counting.start()
        yield on_report


def _count(paths: list[str], input_format: str | None) -> int:
    """Documents to come. Reading is quick beside extracting, so it is simply done twice."""
    from kg_builder.corpora.reading import read

    return sum(1 for _ in read(paths, format=input_format))


def _plain_lines() -> OnReport:
    done = 0

    def on_report(report: DocumentReport) -> None:
        nonlocal done
        done += 1
        if report.failure is not None:
            failure = report.failure
            told = f"{report.status}: {failure.document_id}: {failure.code}: {failure.message}"
            print(printable(told), file=sys.stderr)
        if done % PLAIN_LINES_EVERY == 0:
            print(f"{done:,} documents", file=sys.stderr)

    return on_report


def _finish(built: Build, store: str, *, as_json: bool) -> None:
    """The accounting."""
    run = built.run
    if as_json:
        print_json({"store": store, **run.model_dump(mode="json")})
        return
    out = console()
    out.print(
        f"{counted(run.read, 'document')} read = {run.written:,} written + {run.unchanged:,} unchanged"
        f" + {run.failed:,} failed",
    )
    out.print(
        f"{counted(run.items_extracted, 'item')} extracted = {run.items_written:,} written"
        f" + {run.items_rejected:,} rejected",
    )
    if (rolled := built.hierarchy) is not None:
        out.print(
            f"hierarchy: {counted(rolled.edges, 'IS_A edge')}, "
            f"with {counted(rolled.ancestors, 'concept')} that no document mentions"
        )
    if run.noted:
        out.print(f"files passed over, or annotations and metadata fields left out: {run.noted:,}")
    if run.failures_by_code:
        out.print(f"failed: {_by_count(run.failures_by_code)}", markup=False)
    if left_out := run.failures_by_code.get("set-aside"):
        out.print(f"not tried, after failing too often: {counted(left_out, 'document')}; --retry-failed tries again")
    if run.rejects_by_code:
        out.print(f"rejected: {_by_count(run.rejects_by_code)}", markup=False)
    for line in usage_lines(run):
        out.print(line, markup=False)
    if run.unserved:
        out.print(f"not looked for, as no extractor gives them: {', '.join(run.unserved)}", markup=False)
    for warning, documents in run.warnings.items():
        out.print(f"warning, {counted(documents, 'document')}: {warning}", markup=False)
    # elsewhere they are told as they come
    for failure in list(built.store.failures())[:10] if run.failed and sys.stderr.isatty() else []:
        out.print(f"failed: {failure.document_id}: {failure.code}: {failure.message}", markup=False)
    out.print(f"graph: {store}    ledger: kg-builder show {store} --ledger", markup=False)


def _by_count(codes: Mapping[str, int]) -> str:
    """Codes with their counts, the most frequent first."""
    return ", ".join(f"{code} {count}" for code, count in sorted(codes.items(), key=lambda item: -item[1]))
