"""JSON Lines as the annotation tool doccano exports them: ``text`` and ``label`` ``[start, end, type]`` (ViMedNER)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from kg_builder.corpora.encodings import lines_of
from kg_builder.corpora.fields import BadFieldError, read_document, reported_id
from kg_builder.corpora.gold import BadAnnotationError, make_mention
from kg_builder.corpora.records import GoldDocument, Row, Unreadable
from kg_builder.corpora.sources import Source
from kg_builder.records import Mention

_LABELS = frozenset({"label", "labels"})


def read_doccano(source: Source) -> Iterator[Row]:
    """One gold document a line; blank lines are skipped."""
    with source.open() as stream:
        for number, line in lines_of(stream):
            if line is None:
                yield source.problem("undecodable", "the line isn't UTF-8 text", line=number)
            elif line.strip():
                yield from _read_line(line, number, source)


def _read_line(line: str, number: int, source: Source) -> Iterator[Row]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        yield source.problem("bad-json", "not valid JSON", line=number)
        return
    if not isinstance(record, dict):
        yield source.problem("bad-row", "the line isn't a JSON object", line=number)
        return
    fallback = source.row_id(number)
    try:
        read = read_document(record, fallback_id=fallback, source=source.document_id, skip=_LABELS)
    except BadFieldError as error:
        reported = reported_id(record.get("id"), fallback)
        yield source.problem(error.code, str(error), line=number, document_id=reported)
        return
    document = read.document
    bad: list[BadAnnotationError] = []
    yield GoldDocument(document, tuple(_mentions(record, document.text, bad)))
    for item in bad:
        yield Unreadable(source.name, number, item.code, str(item), document.id, "annotation")


def _mentions(record: Mapping[str, Any], text: str, bad: list[BadAnnotationError]) -> Iterator[Mention]:
    labels = record.get("label", record.get("labels"))
    if labels is not None and not isinstance(labels, list):
        bad.append(BadAnnotationError("bad-annotation", "the field 'label' isn't a list"))
        return
    for place, label in enumerate(labels or ()):
        try:
            yield _mention(label, text)
        except BadAnnotationError as error:
            bad.append(BadAnnotationError(error.code, f"label {place}: {error}"))


def _mention(label: Any, text: str) -> Mention:
    match label:
        case [int(start), int(end), str(kind)]:
            return make_mention(text, [(start, end)], kind)
        case _:
            raise BadAnnotationError("bad-annotation", "it isn't [start, end, type]")
