"""CSV and TSV with a header and a column named ``text``."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

from kg_builder.corpora.encodings import lines_of
from kg_builder.corpora.fields import BadFieldError, read_document, reported_id
from kg_builder.corpora.records import Row, Unreadable
from kg_builder.corpora.sources import Source

_LONGEST_FIELD = 2**31 - 1
_DELIMITERS = {".tsv": "\t", ".csv": ","}


class _UndecodableError(ValueError):
    """A line that isn't text; `line` is its number."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


def read_table(source: Source) -> Iterator[Row]:
    """One document a row. Comma, semicolon, tab or bar, whichever the header shows a ``text`` column with."""
    # the module's limit (128 KiB a field) is for the whole process, so it is only ever raised
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_FIELD))
    with source.open() as stream:
        lines = _Lines(lines_of(stream, guess=True))
        try:
            header_line = next(lines, "")
        except _UndecodableError:
            header_line = ""
        header, delimiter = split_header(header_line, _DELIMITERS.get(source.suffix, ","))
        if "text" not in header:
            yield source.problem(
                "no-text-column", "the header has no column named 'text'", line=1, document_id=source.document_id
            )
            return
        yield from _read_rows(csv.reader(lines, delimiter=delimiter), header, lines, source)


def split_header(line: str, delimiter: str = ",") -> tuple[list[str], str]:
    """Column names in small letters, and the delimiter that gives a ``text`` column (else the one given)."""
    for candidate in (delimiter, ",", ";", "\t", "|"):
        try:
            columns = next(csv.reader([line], delimiter=candidate), [])
        except csv.Error:
            continue
        names = [name.strip().casefold() for name in columns]
        if "text" in names:
            return names, candidate
    return [], delimiter


class _Lines(Iterator[str]):
    """Lines for the csv module, with the number of the last one; skips those that aren't text, noting them."""

    def __init__(self, lines: Iterator[tuple[int, str | None]]) -> None:
        self._lines = lines
        self.number = 0

    def __next__(self) -> str:
        self.number, line = next(self._lines)
        if line is None:
            raise _UndecodableError(self.number)
        return line


def _read_rows(rows: Iterator[list[str]], header: Sequence[str], lines: _Lines, source: Source) -> Iterator[Row]:
    while True:
        first = lines.number + 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except _UndecodableError as error:
            yield source.problem("undecodable", "the line isn't text in the file's encoding", line=error.line)
            continue
        except csv.Error:
            yield source.problem("bad-row", "the row isn't valid CSV", line=first)
            continue
        if row:
            yield from _read_row(row, first, header, source)


def _read_row(row: Sequence[str], line: int, header: Sequence[str], source: Source) -> Iterator[Row]:
    if len(row) != len(header):
        message = f"the row has {len(row)} columns, the header {len(header)} (a delimiter or quote in the text?)"
        yield source.problem("bad-row", message, line=line)
        return
    record = dict(zip(header, row, strict=True))
    record.pop("", None)
    fallback = source.row_id(line)
    try:
        read = read_document(record, fallback_id=fallback, source=source.document_id, skip=frozenset())
    except BadFieldError as error:
        yield source.problem(error.code, str(error), line=line, document_id=reported_id(record.get("id"), fallback))
        return
    for problem in read.problems:
        yield Unreadable(source.name, line, "bad-metadata", problem, read.document.id, "metadata")
    yield read.document
