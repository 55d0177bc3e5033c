"""The options of commands that write a log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

import typer

LogTarget = Annotated[
    str | None,
    typer.Option("--log", metavar="FILE", help="Write a log of ids, codes, times and counts; - for standard error."),
]
LogFormat = Annotated[Literal["text", "json"], typer.Option("--log-format", help="json: one object a line.")]
LogLevel = Annotated[
    Literal["debug", "info", "warning"],
    typer.Option("--log-level", help="debug: every step and every request too."),
]


@contextmanager
def logging_to(
    target: str | None, format: Literal["text", "json"], level: Literal["debug", "info", "warning"]
) -> Iterator[None]:
    """Write this package's log while the block runs, where one is asked for."""
    if target is None:
        yield
        return
    from kg_builder.logs import log_to

    with log_to(target, format=format, level=level):
        yield
