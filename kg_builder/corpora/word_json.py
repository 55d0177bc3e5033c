"""Sentences of words as JSON: ``words`` with ``tags`` (PhoNER_COVID19), or ``sentence`` with ``seq_label`` (ViMQ).

One object a line, or all in one list; the file is held in memory. ViMQ's labels are ``[first word, last word, type]``,
the last word being in the mention; its spans may be nested.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

from kg_builder.corpora.encodings import lines_of
from kg_builder.corpora.gold import BadAnnotationError
from kg_builder.corpora.records import GoldDocument, Row, Unreadable
from kg_builder.corpora.sources import Source
from kg_builder.corpora.tagged_words import WordSpan, tagged_spans, word_document


def read_word_json(source: Source) -> Iterator[Row]:
    """One gold document an object; what can't be used is reported with its line, or its place in the list."""
    with source.open() as stream:
        data = stream.read()
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        yield from _read_list(data, source)
    else:
        yield from _read_lines(data, source)


def _read_list(data: bytes, source: Source) -> Iterator[Row]:
    try:
        found = json.loads(data)
    except json.JSONDecodeError as error:
        yield source.problem("bad-json", f"not valid JSON: {error.msg}", line=error.lineno)
        return
    except (ValueError, RecursionError):
        yield source.problem("bad-json", "not usable JSON: wrong encoding, a number too long or too many levels")
        return
    for number, record in enumerate(found, start=1):
        yield from _read_record(record, number, source, line=None)


def _read_lines(data: bytes, source: Source) -> Iterator[Row]:
    for number, line in lines_of(io.BytesIO(data)):
        if line is None:
            yield source.problem("undecodable", "the line isn't UTF-8 text", line=number)
        elif line.strip():
            try:
                record = json.loads(line)
            except (ValueError, RecursionError):
                yield source.problem("bad-json", "not valid JSON", line=number)
            else:
                yield from _read_record(record, number, source, line=number)


def _read_record(record: Any, number: int, source: Source, *, line: int | None) -> Iterator[Row]:
    known_id = source.row_id(number)
    where = "" if line else f"item {number}: "
    problems: list[BadAnnotationError] = []
    try:
        document = _document(record, known_id, source.document_id, problems)
    except BadAnnotationError as error:
        yield source.problem(error.code, f"{where}{error}", line=line, document_id=known_id)
        return
    yield document
    for problem in problems:
        yield Unreadable(source.name, line, problem.code, f"{where}{problem}", known_id, "annotation")


def _document(record: Any, id: str, source: str, problems: list[BadAnnotationError]) -> GoldDocument:
    """Raises BadAnnotationError for a record without words; single labels that can't be used go to `problems`."""
    if not isinstance(record, dict):
        raise BadAnnotationError("bad-row", "not a JSON object")
    if "sentence" in record:
        words = record["sentence"].split() if isinstance(record["sentence"], str) else []
        spans = list(_spans(record.get("seq_label"), len(words), problems))
    else:
        words, tags = _strings(record.get("words")), _strings(record.get("tags"))
        if len(words) != len(tags):
            raise BadAnnotationError("bad-row", "'words' and 'tags' aren't lists of as many strings")
        spans = list(tagged_spans(tags))
    if not any(word.strip() for word in words):
        raise BadAnnotationError("empty-text", "there are no words in it")
    return word_document(words, spans, id=id, source=source)


def _spans(labels: Any, words: int, problems: list[BadAnnotationError]) -> Iterator[WordSpan]:
    if labels is not None and not isinstance(labels, list):
        problems.append(BadAnnotationError("bad-annotation", "'seq_label' isn't a list"))
        return
    for place, label in enumerate(labels or ()):
        match label:
            case [int(first), int(last), str(kind)] if kind and 0 <= first <= last < words:
                yield first, last, kind
            case _:
                message = f"label {place} isn't [first word, last word, type] within the sentence"
                problems.append(BadAnnotationError("bad-annotation", message))


def _strings(value: Any) -> list[str]:
    """Raises BadAnnotationError."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadAnnotationError("bad-row", "'words' and 'tags' aren't lists of as many strings")
    return value


def is_word_json(head: bytes) -> bool:
    """Whether a JSON file that begins so is one of these."""
    return b'"seq_label"' in head or (b'"words"' in head and b'"sentence"' not in head and b'"passages"' not in head)
