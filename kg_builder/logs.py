"""Logs of this package as lines: events with ids, counts and times, never with text of a document.

Everything goes through `logging.getLogger("kg_builder…")`, with the fields below as attributes of the record, so
programs that have their own logging need nothing of this module. The handler made here takes this package's records
only: what HTTP clients log at DEBUG quotes whole prompts.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Literal

from kg_builder.errors import SettingsError

FIELDS = ("event", "run", "document", "step", "status", "code", "error", "model", "seconds", "counts")
"""Attributes of a record that are written, where it has them; no others are."""
LogFormat = Literal["text", "json"]


class LineFormatter(logging.Formatter):
    """A record as one line of text. Of exceptions only the type is told: messages may quote a document."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        told = described(record)
        told.pop("event", None)
        message = " ".join(told.pop("message").splitlines())
        start = (told.pop("time"), told.pop("level"), told.pop("logger"), message)
        counts = told.pop("counts", {})
        values = {**told, **counts}
        return " ".join((*start, *(f"{name}={_shown(value)}" for name, value in values.items())))


class JsonFormatter(logging.Formatter):
    """A record as one JSON object on a line."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        return json.dumps(described(record))


def described(record: logging.LogRecord) -> dict[str, Any]:
    """What is told of a record, in order: time, level, logger, message, and those of `FIELDS` that it has."""
    told: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": record.getMessage(),
    }
    for name in FIELDS:
        value = getattr(record, name, None)
        if value is not None and value != {}:
            told[name] = round(value, 6) if isinstance(value, float) else value
    if record.exc_info and record.exc_info[0] is not None:
        told.setdefault("error", record.exc_info[0].__name__)
    return told


@contextmanager
def log_to(target: str, *, format: LogFormat = "text", level: str = "info") -> Iterator[None]:
    """Write this package's records to a file, at its end, or to standard error (``-``), while the block runs.

    Raises SettingsError for a file that can't be written.
    """
    handler = _handler(target)
    handler.setFormatter(JsonFormatter() if format == "json" else LineFormatter())
    package = logging.getLogger("kg_builder")
    before = package.level
    package.addHandler(handler)
    package.setLevel(level.upper())
    try:
        yield
    finally:
        package.setLevel(before)
        package.removeHandler(handler)
        handler.close()


def _handler(target: str) -> logging.Handler:
    if target == "-":
        return logging.StreamHandler(sys.stderr)
    try:
        return logging.FileHandler(target, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise SettingsError(f"--log {target}: can't be written ({error.strerror})") from error


def _shown(value: Any) -> str:
    text = str(value)
    return json.dumps(text) if not text or any(letter.isspace() or letter in '"=' for letter in text) else text
