"""The command reference, from the command's own help."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

import typer

from kg_builder.cli import app

ROOT = ("kg-builder",)


def commands_page() -> str:
    """Markdown: one section a command, in the order of ``kg-builder --help``."""
    return "\n".join(_commands(typer.main.get_command(app), ROOT))


def command_names() -> list[str]:
    """``kg-builder build``, ``kg-builder query search``, …: all that can be called."""
    return [" ".join(path) for _, path in _walk(typer.main.get_command(app), ROOT)]


def _commands(root: Any, path: tuple[str, ...]) -> Iterator[str]:
    for command, place in _walk(root, path):
        yield from (f"{'#' * len(place)} {' '.join(place)}", "", *_section(command, place))


def _walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """The shown commands below one, with their names; groups before what they hold."""
    for name, below in getattr(command, "commands", {}).items():
        if not below.hidden:
            yield below, (*path, name)
            yield from _walk(below, (*path, name))


def _section(command: Any, path: tuple[str, ...]) -> Iterator[str]:
    context = command.context_class(command, info_name=" ".join(path))
    yield from (*(_shown(line) for line in (command.help or "").replace("\b", "").strip().splitlines()), "")
    if hasattr(command, "commands"):
        return
    yield from ("```text", " ".join((*path, *command.collect_usage_pieces(context))), "```", "")
    shown = [one for one in command.params if not getattr(one, "hidden", False)]
    records = [record for one in shown if (record := one.get_help_record(context)) is not None]
    for name, says in records:
        yield from (f"`{name}`", f": {_shown(says) or '—'}", "")


def _shown(text: str) -> str:
    return html.escape(" ".join(text.split()), quote=False).replace("``", "`").replace("[", r"\[")
