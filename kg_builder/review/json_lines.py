"""Decisions as JSON Lines: how they go from one graph to another, and how stores keep them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from kg_builder.errors import InputError
from kg_builder.review.decisions import Decision


def decision_json(decision: Decision) -> str:
    """A decision as JSON on one line, without what isn't set; ASCII, so that lone surrogates survive."""
    return json.dumps(decision.model_dump(mode="json", exclude_none=True), separators=(",", ":"))


def decision_from_json(line: str) -> Decision:
    """Back from `decision_json`. Raises ValueError."""
    return Decision.model_validate(json.loads(line))  # pydantic's own reader takes no lone surrogates


def read_decisions(file: Path) -> Iterator[Decision]:
    """The decisions of a file with one on each line. Raises InputError."""
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: cannot be read as text") from error
    for number, line in enumerate(lines, start=1):
        try:
            if line.strip():
                yield decision_from_json(line)
        except ValidationError as error:
            problem = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(map(str, problem["loc"]))
            raise InputError(f"{file}, line {number}: {place or 'the line'}: {problem['msg']}") from None
        except ValueError:
            raise InputError(f"{file}, line {number}: is no JSON") from None
