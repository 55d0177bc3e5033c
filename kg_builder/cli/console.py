"""What the commands share: output, errors and the ``--where`` filter."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from kg_builder.errors import KgBuilderError
    from kg_builder.graph_store import GraphStore
    from kg_builder.stores.views import Filter

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, for machines.")]
Graph = Annotated[str, typer.Argument(metavar="GRAPH", help="Store file, or URI.")]
Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="KEY=VALUE",
        help="Only what passes: patient, encounter, kind, source, language, tag, since, until, document, assertion, "
        "review, min-confidence, or a metadata field of yours. Repeat to combine.",
    ),
]


def console(*, stderr: bool = False) -> Console:
    """A rich console; where there is no terminal, lines are as long as they need to be."""
    from rich.console import Console

    from kg_builder.cli.printable_console import PrintableText

    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    made = Console(stderr=stderr, highlight=False, soft_wrap=not terminal, width=None if terminal else 160)
    made.push_render_hook(PrintableText())
    return made


def print_json(data: Any) -> None:
    """One JSON object."""
    from kg_builder.text.printable import escaped_in_json

    print(escaped_in_json(json.dumps(data, ensure_ascii=False, indent=2)))


def fail(error: KgBuilderError) -> NoReturn:
    """Print an error of ours with what can be done about it, and leave."""
    from kg_builder.errors import MissingExtraError, ModelError, StoreError, UnknownDocumentError

    tell(error)
    store = isinstance(error, StoreError) and not isinstance(error, UnknownDocumentError)
    sys.exit(3 if store else 4 if isinstance(error, ModelError | MissingExtraError) else 2)


def tell(error: KgBuilderError) -> None:
    """Print an error of ours with what can be done about it."""
    from kg_builder.text.printable import printable

    print(printable(f"error: {error.message}"), file=sys.stderr)
    if error.hint:
        print(printable(f"hint: {error.hint}"), file=sys.stderr)


def nothing_found() -> NoReturn:
    """Say so, and leave with 1."""
    print("nothing found", file=sys.stderr)
    raise typer.Exit(1)


def must_exist(paths: list[str]) -> None:
    """Files and folders that a command is to read."""
    from kg_builder.corpora.sources import missing, why_missing
    from kg_builder.errors import InputError

    for path in missing(paths):
        raise InputError(f"{path}: {why_missing(path)[1]}")


def open_for_reading(location: str) -> GraphStore:
    """A store that a command only reads."""
    from kg_builder.stores import open_store

    return open_store(location, read_only=True)


def parse_where(conditions: list[str] | None, *, every_assertion: bool = False) -> Filter:
    """A filter from ``KEY=VALUE`` conditions."""
    from pydantic import ValidationError

    from kg_builder.errors import InputError
    from kg_builder.stores.views import Filter

    fields: dict[str, Any] = {"assertions": None} if every_assertion else {}
    several: dict[str, set[str]] = {}
    for condition in conditions or []:
        key, equals, value = condition.partition("=")
        if not equals or not value:
            raise InputError(f"--where takes KEY=VALUE, not '{condition}'")
        plural = {"tag": "tags", "document": "documents", "assertion": "assertions", "review": "reviews"}.get(key)
        name = key.replace("-", "_")
        if plural:
            several.setdefault(plural, set()).add(value)
        elif name in Filter.model_fields and name not in {"tags", "documents", "assertions", "reviews", "extra"}:
            fields[name] = value
        else:
            fields.setdefault("extra", {})[key] = value
    for name in ("assertions", "reviews"):
        if several.get(name) == {"any"}:
            fields[name] = several.pop(name) and None
    try:
        return Filter.model_validate({**fields, **several}, strict=False)
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        raise InputError(f"--where {problem['loc'][0]}: {problem['msg']}") from error
