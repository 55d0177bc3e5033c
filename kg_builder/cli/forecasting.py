"""What a build would take of its models: shown before it, and asked about where it is paid for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kg_builder.cli.console import console, print_json
from kg_builder.text.counted import counted

if TYPE_CHECKING:
    from kg_builder.backends.spending import ModelUsage
    from kg_builder.graph_store import GraphStore
    from kg_builder.graphs.forecasting import Forecast, ModelForecast
    from kg_builder.settings import Settings
    from kg_builder.stores.views import RunRecord


def show_forecast(paths: list[str], input_format: str | None, store: str, settings: Settings, *, as_json: bool) -> None:
    """Print what a build would take. Raises InputError for standard input, which can't be read twice."""
    told = _forecast(paths, input_format, store, settings)
    if as_json:
        print_json({**asdict(told), "models": [_as_json(model) for model in told.models]})
        return
    out = console()
    for line in _lines(told):
        out.print(line, markup=False)


def may_spend(paths: list[str], input_format: str | None, store: str, settings: Settings, *, yes: bool) -> None:
    """Show what a build would take of models that are paid for, and ask, unless told so already.

    Raises SettingsError where nobody can be asked; leaves with code 1 after a no.
    """
    if not _may_be_paid_for(settings):
        return
    if yes and "-" in paths:
        return
    from kg_builder.errors import SettingsError

    told = _forecast(paths, input_format, store, settings)
    if not told.spends:
        return
    for line in _lines(told):
        print(line, file=sys.stderr)
    if yes:
        return
    if not sys.stdin.isatty():
        raise SettingsError(
            "This build uses a model that has prices or a budget, and there is no terminal to ask whether it may.",
            hint="Say so with --yes; --forecast shows what it would take.",
        )
    if not typer.confirm("Go on?", err=True):
        raise typer.Exit(1)


def usage_lines(run: RunRecord) -> Iterator[str]:
    """What the models of a run took."""
    for name, usage in run.usage.items():
        yield f"{name}: {_usage(usage)}"
    if any(usage.budget_spent for usage in run.usage.values()):
        yield "a budget was used up: the same command goes on with the documents that are left"


def _forecast(paths: list[str], input_format: str | None, store: str, settings: Settings) -> Forecast:
    from kg_builder.corpora.reading import read
    from kg_builder.errors import InputError
    from kg_builder.graphs.forecasting import forecast

    if "-" in paths:
        raise InputError(
            "A forecast reads the documents before the build, and standard input can be read once only.",
            hint="Give a file instead of -, or go on without a forecast with --yes.",
        )
    with _existing(store) as opened:
        return forecast(read(paths, format=input_format), settings, store=opened)


@contextmanager
def _existing(location: str) -> Iterator[GraphStore | None]:
    """The store, where there is one already."""
    from kg_builder.cli.console import open_for_reading

    if "://" not in location and not Path(location).exists():
        yield None
        return
    store = open_for_reading(location)
    try:
        yield store
    finally:
        store.close()


def _may_be_paid_for(settings: Settings) -> bool:
    """Whether a model that the settings name has prices or a budget; quicker than a forecast."""
    limits = (model.limits for model in settings.models.values())
    return settings.allow_remote and any(limit is not None and limit.spends for limit in limits)


def _lines(told: Forecast) -> Iterator[str]:
    unchanged = f", {told.unchanged:,} unchanged" if told.unchanged else ""
    yield f"forecast: {counted(told.documents, 'document')} to read{unchanged}"
    if told.sampled < told.documents and told.models:
        yield f"reckoned from the prompts of {told.sampled} of them, drawn by chance, and the length of all"
    if told.blocked:
        yield f"about {told.blocked:,} would be set aside, not sent: they identify people (privacy: block)"
    if told.masked:
        yield f"about {told.masked:,} would be sent with placeholders for what identifies people (privacy: mask)"
    if not told.models:
        yield "no language model would be asked"
    for model in told.models:
        yield from _model_lines(model)


def _model_lines(model: ModelForecast) -> Iterator[str]:
    how = "by its tokenizer" if model.counted else "estimated from the length of the prompts"
    yield f"{model.model}: about {counted(model.requests, 'request')}"
    yield f"  {counted(model.input_tokens, 'token')} of prompts ({how})"
    answers = counted(model.output_tokens, "token")
    yield f"  {answers} of answers (a guess: half of the {model.most_output_tokens:,} allowed)"
    if model.cost is not None and model.most_cost is not None:
        yield f"  cost: about {model.cost:,.2f}, at most {model.most_cost:,.2f}, at your prices"
    if model.minutes is not None:
        yield f"  time: at least {_duration(model.minutes)} at the limits"
    yield "  further attempts after answers with something wrong come on top"
    if model.exceeds:
        yield "  the budget will probably be used up before the end; a later run goes on from there"


def _as_json(model: ModelForecast) -> dict[str, object]:
    return {**asdict(model), "limits": model.limits.model_dump(exclude_none=True)}


def _duration(minutes: float) -> str:
    if minutes < 1:
        return f"{minutes * 60:.0f} s"
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def _usage(usage: ModelUsage) -> str:
    told = (
        f"{counted(usage.requests, 'request')}, {counted(usage.input_tokens, 'token')} in, {usage.output_tokens:,} out"
    )
    if usage.cost is not None:
        told += f", cost {usage.cost:,.4f}"
    if usage.estimated:
        told += f" (for {counted(usage.estimated, 'request')} estimated, as the provider doesn't tell)"
    return told
