"""Rows with an object ``metadata`` or ``extra`` (our own `Document` as JSON, LangChain's) to flat records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kg_builder.corpora.fields import KNOWN, is_scalar

# anything else might be text of a document, and has no place in a message
_NAME = re.compile(r"[\w.:@/-]{1,40}")
_MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class FlatRecord:
    """A row without its nesting."""

    fields: Mapping[str, Any]
    extra: Mapping[str, Any]
    """For `Metadata.extra`, whatever the names."""
    problems: tuple[str, ...]
    """Sentences that name, without their values, the fields that can't be kept."""


def flat_record(record: Mapping[str, Any], *, annotations: frozenset[str]) -> FlatRecord:
    """A row whose ``metadata`` are read as if they stood in the row itself.

    The row wins over its ``metadata``, and both over the ``extra`` in either. Fields named in
    `annotations` mean something in the row itself only.
    """
    row = _with_text(record)
    metadata = _with_text(_take(row, "metadata"))
    own_extra, inner_extra = _take(row, "extra"), _take(metadata, "extra")
    misplaced = [name for name in annotations & metadata.keys() if not _is_empty(metadata.pop(name))]
    fields, extra = _merged(row, metadata), _merged(own_extra, inner_extra)
    others = {name: value for name, value in fields.items() if name not in KNOWN | annotations}
    language = fields.get("language")
    problems = (
        _sentence(misplaced, "annotations belong in the row, not in its metadata"),
        _sentence([*_unusable(others), *_unusable(extra)], "neither a string, a finite number nor true or false"),
        _sentence(["language"] * (not _is_empty(language) and not isinstance(language, str)), "not a string"),
        _sentence(
            [*_clashes(row, metadata), *_clashes(own_extra, inner_extra), *_clashes(others, extra)],
            "another value stands further out in the row",
        ),
    )
    usable = {name: value for name, value in extra.items() if is_scalar(value)}
    return FlatRecord(fields, usable, tuple(filter(None, problems)))


def _with_text(record: Mapping[str, Any]) -> dict[str, Any]:
    """A copy in which LangChain's ``page_content`` is the text, and the name of its class is left out."""
    fields = dict(record)
    if "page_content" in fields:
        if fields.get("type") == "Document":
            del fields["type"]
        if _is_empty(fields.get("text")) or fields["text"] == fields["page_content"]:
            fields["text"] = fields.pop("page_content")
    return fields


def _take(fields: dict[str, Any], name: str) -> dict[str, Any]:
    """The object of this name, taken out; what isn't an object stays a field like others."""
    return dict(fields.pop(name)) if isinstance(fields.get(name), dict) else {}


def _merged(outer: Mapping[str, Any], inner: Mapping[str, Any]) -> dict[str, Any]:
    wanted = {name: value for name, value in inner.items() if not _is_empty(value) and _is_empty(outer.get(name))}
    return {**outer, **wanted}


def _clashes(outer: Mapping[str, Any], inner: Mapping[str, Any]) -> Iterator[str]:
    """Names of the inner fields that the outer ones hide."""
    for name, value in inner.items():
        if not (_is_empty(value) or _is_empty(outer.get(name)) or outer[name] == value):
            yield name


def _unusable(fields: Mapping[str, Any]) -> Iterator[str]:
    return (name for name, value in fields.items() if not (is_scalar(value) or _is_empty(value)))


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _sentence(names: Iterable[str], why: str) -> str:
    """What can't be used and why; nothing where there are no names."""
    shown = sorted({f"'{name}'" if _NAME.fullmatch(name) else "one with an odd name" for name in names})
    more = f" and {len(shown) - _MOST_NAMES} more" * (len(shown) > _MOST_NAMES)
    listed = ", ".join(shown[:_MOST_NAMES]) + more
    return f"metadata can't be used ({listed}): {why}" if shown else ""
