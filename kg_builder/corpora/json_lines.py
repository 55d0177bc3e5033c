"""JSON Lines: one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kg_builder.corpora.encodings import lines_of
from kg_builder.corpora.records import Unreadable
from kg_builder.corpora.sources import Source


def json_objects(source: Source) -> Iterator[tuple[int, dict[str, Any]] | Unreadable]:
    """Line number and object of each line that isn't blank, or what is wrong with it."""
    with source.open() as stream:
        for number, line in lines_of(stream):
            if line is None:
                yield source.problem("undecodable", "the line isn't UTF-8 text", line=number)
            elif line.strip():
                yield _read(line, number, source)


def _read(line: str, number: int, source: Source) -> tuple[int, dict[str, Any]] | Unreadable:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        return source.problem("bad-json", f"not valid JSON: {error.msg} (column {error.colno})", line=number)
    except (ValueError, RecursionError):
        return source.problem("bad-json", "not usable JSON: a number too long or too many levels", line=number)
    if not isinstance(record, dict):
        return source.problem("bad-row", "the line isn't a JSON object", line=number)
    return number, record
