"""A flat record (JSON object, table row, another library's metadata) to a document."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kg_builder.records import Document, Metadata, Scalar

_PLAIN = ("patient", "encounter", "kind", "source")
_LONGEST_ID = 512

KNOWN = frozenset({*_PLAIN, "date", "tags", "id", "text", "language"})
"""Fields with a meaning of their own."""


class BadFieldError(ValueError):
    """A record that can't become a document; `code` is stable, the message names the field, not its value."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """The document, and which metadata could not be kept."""

    document: Document
    problems: Sequence[str] = field(default=())


def read_document(
    record: Mapping[str, Any],
    *,
    fallback_id: str,
    source: str,
    skip: frozenset[str],
    extra: Mapping[str, Scalar] | None = None,
) -> ReadDocument:
    """A document from a record: id, text, language and metadata; other scalars go to `Metadata.extra`, with `extra`.

    Nested values and nulls have no place in flat metadata and are left out. Raises BadFieldError.
    """
    text = record.get("text")
    if not isinstance(text, str):
        raise BadFieldError("no-text", "the field 'text' is missing or isn't a string")
    if not text.strip():
        raise BadFieldError("empty-text", "the text is empty")
    metadata, problems = read_metadata(record, source=source, skip=skip | {"id", "text", "language"}, extra=extra)
    language = record.get("language")
    document = Document(
        id=document_id(record.get("id"), fallback_id),
        text=text,
        metadata=metadata,
        language=language if isinstance(language, str) and language else None,
    )
    return ReadDocument(document, problems)


def document_id(value: Any, fallback: str) -> str:
    """The id as a string; `fallback` for a missing one. Raises BadFieldError."""
    if value is None or value == "":
        return fallback
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadFieldError("bad-id", "the field 'id' is neither a string nor a whole number")
    found = str(value)
    if len(found) > _LONGEST_ID or "\0" in found or any("\ud800" <= character <= "\udfff" for character in found):
        message = f"the field 'id' is longer than {_LONGEST_ID} characters, or has a NUL or half a surrogate pair in it"
        raise BadFieldError("bad-id", message)
    return found


def reported_id(value: Any, fallback: str) -> str:
    """The id to report a document by that can't be used."""
    try:
        return document_id(value, fallback)
    except BadFieldError:
        return fallback


def read_metadata(
    record: Mapping[str, Any],
    *,
    source: str | None,
    skip: frozenset[str],
    extra: Mapping[str, Scalar] | None = None,
) -> tuple[Metadata, Sequence[str]]:
    """Metadata, and a sentence for each known field whose value could not be used."""
    known: dict[str, Any] = {"source": source}
    problems: list[str] = []
    readers: dict[str, Callable[[Any], Any]] = dict.fromkeys(_PLAIN, _plain) | {"date": _date, "tags": _tags}
    for name, read in readers.items():
        value = record.get(name)
        if name in skip or value is None or value == "":
            continue
        try:
            known[name] = read(value)
        except (ValueError, OverflowError):
            problems.append(f"the field '{name}' can't be used: {_EXPECTED.get(name, 'not a string or number')}")
    others = {
        str(name): value
        for name, value in record.items()
        if name not in readers and name not in skip and name is not None and is_scalar(value)
    }
    return Metadata(**known, extra={**(extra or {}), **others}), problems


_EXPECTED = {"date": "not a date like 2024-01-31", "tags": "not a list of strings"}


def is_scalar(value: Any) -> bool:
    """Whether it can be kept in `Metadata.extra` and says anything."""
    return isinstance(value, Scalar) and value != "" and (not isinstance(value, float) or math.isfinite(value))


def _plain(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, Scalar):
        raise ValueError
    return str(value)


def _date(value: Any) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str):
        raise ValueError
    return dt.datetime.fromisoformat(value.strip()).date()


def _tags(value: Any) -> tuple[str, ...]:
    found = value.split(";") if isinstance(value, str) else value
    if not isinstance(found, Sequence) or not all(isinstance(tag, str) for tag in found):
        raise ValueError
    return tuple(dict.fromkeys(tag.strip() for tag in found if tag.strip()))
