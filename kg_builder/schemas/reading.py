"""Schemas from YAML, with errors that name the line and the field."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from kg_builder.errors import SchemaError
from kg_builder.schema import Schema
from kg_builder.schemas.conflicts import first_conflict


def builtin_names() -> list[str]:
    """Names of the built-in schemas."""
    return sorted(
        entry.name.removesuffix(".yaml") for entry in files(__package__).iterdir() if entry.name.endswith(".yaml")
    )


@lru_cache
def builtin_schema(name: str) -> Schema:
    """A built-in schema. Raises SchemaError naming those there are."""
    if name not in builtin_names():
        raise SchemaError(
            f"no built-in schema '{name}'; there are {', '.join(builtin_names())}",
            hint="Give one of these names, or the path of a YAML file of your own.",
        )
    return parse_schema(files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8"), source=f"{name}.yaml")


def load_schema(name_or_path: str | Path) -> Schema:
    """A schema by built-in name or by path of a YAML file."""
    path = Path(name_or_path)
    if path.suffix not in {".yaml", ".yml"} and not path.is_file():
        return builtin_schema(str(name_or_path))
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SchemaError(f"{path}: cannot be read ({error.strerror or 'I/O error'})") from error
    except UnicodeDecodeError as error:
        raise SchemaError(f"{path}: not UTF-8 text (byte {error.start})") from error
    return parse_schema(text, source=str(path))


def parse_schema(text: str, *, source: str = "schema") -> Schema:
    """A schema from YAML text. Raises SchemaError with source, line and field of every problem."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SchemaError(f"{source}:{line}: not valid YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise SchemaError(f"{source}: not valid YAML: {error}") from error
    if not isinstance(data, dict):
        raise SchemaError(f"{source}:1: a schema is a mapping with name, description, entities and relations")
    if repeated := list(_repeated_keys(node)):
        raise SchemaError("\n".join(f"{source}:{line}: {key}: given twice" for line, key in repeated))
    try:
        return Schema.model_validate(data)
    except ValidationError as error:
        problems = []
        for item in own_errors(error):
            loc = item["loc"] or first_conflict(data)
            problems.append(f"{source}:{_line(node, loc)}: {_field(loc)}{_message(item['type'], item['msg'])}")
        raise SchemaError("\n".join(problems)) from error


def own_errors(error: ValidationError) -> list[Any]:
    """What is wrong, without what pydantic adds of the list around a wrong item (that it is too short, say)."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    places = [item["loc"] for item in found]
    return [
        item
        for item in found
        if not any(place[: len(item["loc"])] == item["loc"] and place != item["loc"] for place in places)
        or not item["loc"]
    ]


def _message(kind: str, message: str) -> str:
    # YAML reads NO, 5 and 2020-01-01 as something else than text
    quotes = "; put it in quotes" if kind == "string_type" else ""
    return message.removeprefix("Value error, ") + quotes


def _repeated_keys(node: Any) -> Iterator[tuple[int, str]]:
    """(line, key) of keys that a mapping has twice, of which YAML would keep the last without a word."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    yield key.start_mark.line + 1, key.value
                seen.add(key.value)
            yield from _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeated_keys(value)


def _field(loc: tuple[int | str, ...]) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")
    return f"{path}: " if path else ""


def _line(node: Any, loc: tuple[int | str, ...]) -> int:
    """Line (from 1) of the deepest node on the path that the YAML has."""
    line = int(node.start_mark.line) + 1
    for part in loc:
        child = _child(node, part)
        if child is None:
            break
        key, node = child
        line = int(key.start_mark.line) + 1
    return line


def _child(node: Any, part: int | str) -> tuple[Any, Any] | None:
    """(node that marks the line, value node) of one step of the path."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == part), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None
