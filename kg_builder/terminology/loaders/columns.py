"""Rows of tables with a header: tab-, comma- or semicolon-separated text."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence

from kg_builder.terminology.loaders.reading import Reading, SourceFile, must_be_text, wrong_file

Row = dict[str, str]


def rows(
    source: SourceFile, reading: Reading, names: Mapping[str, Sequence[str]], required: Sequence[str], expected: str
) -> Iterator[tuple[int, Row]]:
    """Rows with their line numbers, cells by the first name of their column; `names`: what else a column is called.

    Lines that begin with ``#`` before the header are comments. Raises InputError if a required column is missing.
    """
    must_be_text(source, expected)
    numbered = _Numbered(source, reading)
    header = next(((number, line) for number, line in numbered if line.strip() and not line.startswith("#")), None)
    if header is None:
        raise wrong_file(source, expected, "without a header")
    delimiter = max("\t,;", key=header[1].count)
    places = _places(_cells([header[1]], delimiter), names)
    if missing := [name for name in required if name not in places]:
        raise wrong_file(source, expected, f"a table without a column {' and '.join(missing)} in line {header[0]}")
    cells_of = _reader((line for _, line in numbered), delimiter)
    while True:
        before = numbered.last + 1
        try:
            cells = next(cells_of)
        except StopIteration:
            return
        except csv.Error:
            reading.skip(source.name, before, "unreadable cells")
            continue
        if any(cell.strip() for cell in cells):
            yield before, {name: _cell(cells, place) for name, place in places.items()}


class _Numbered:
    """Lines with their numbers, and the number of the last one that was asked for."""

    def __init__(self, source: SourceFile, reading: Reading) -> None:
        self.last = 0
        self._lines = source.lines(reading)

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return self

    def __next__(self) -> tuple[int, str]:
        self.last, line = next(self._lines)
        return self.last, line


def _reader(lines: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    """Quotes mean something with commas and semicolons; in tab-separated text they are inches and the like."""
    if delimiter == "\t":
        return (line.rstrip("\r\n").split("\t") for line in lines)
    return csv.reader(lines, delimiter=delimiter)


def _cells(lines: Sequence[str], delimiter: str) -> list[str]:
    return next(_reader(iter(lines), delimiter), [])


def _places(header: Sequence[str], names: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Column by name."""
    found = {cell.strip().casefold().replace(" ", "_"): place for place, cell in reversed(list(enumerate(header)))}
    called = {
        name: next((other for other in (name, *others) if other in found), None) for name, others in names.items()
    }
    return {name: found[other] for name, other in called.items() if other is not None}


def _cell(cells: Sequence[str], place: int) -> str:
    return " ".join(cells[place].split()) if place < len(cells) else ""
