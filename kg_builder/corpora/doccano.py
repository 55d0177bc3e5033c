"""JSON Lines as the annotation tool doccano exports them: ``text`` and ``label`` ``[start, end, type]`` (ViMedNER)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kg_builder.corpora.fields import BadFieldError, read_document, reported_id
from kg_builder.corpora.gold import BadAnnotationError, make_mention
from kg_builder.corpora.json_lines import json_objects
from kg_builder.corpora.records import GoldDocument, Row, Unreadable
from kg_builder.corpora.sources import Source
from kg_builder.records import Mention

_LABELS = frozenset({"label", "labels"})


def read_doccano(source: Source) -> Iterator[Row]:
    """One gold document a line; blank lines are skipped."""
    for found in json_objects(source):
        if isinstance(found, Unreadable):
            yield found
        else:
            yield from _read_record(found[1], found[0], source)


def _read_record(record: Mapping[str, Any], number: int, source: Source) -> Iterator[Row]:
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
