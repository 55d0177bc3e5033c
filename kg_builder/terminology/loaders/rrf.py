"""Lines of the Rich Release Format that UMLS and RxNorm come in, grouped by concept within little memory."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from kg_builder.terminology.loaders.reading import Reading, SourceFile, described, must_be_text, wrong_file

CONSO_COLUMNS = 18
_TABLES = {
    6: "MRSTY",
    7: "RXNATOMARCHIVE or MRFILES",
    8: "MRDEF",
    9: "MRHIER",
    13: "MRSAT or RXNSAT",
    16: "MRREL or RXNREL",
    18: "MRCONSO or RXNCONSO",
    26: "MRSAB or RXNSAB",
}
"""What a table of so many columns usually is."""
_LINES_LOOKED_AT = 50


class Atom(NamedTuple):
    """One name of one source in a concept."""

    concept: int
    """Number of the concept: a CUI without its C, or an RxCUI."""
    language: str
    """Three letters, as ``ENG``."""
    rank: int
    """0 for the name that its concept is called by, then TS=P, then the rest."""
    source: str
    """Source abbreviation, as ``SNOMEDCT_US``."""
    term_type: str
    """As ``PT``, ``MH``, ``IN``."""
    code: str
    """In its source."""
    text: str


def split(line: str) -> list[str]:
    """The cells of a line, which ends with a bar."""
    cells = line.rstrip("\r\n").split("|")
    if len(cells) > 1 and not cells[-1]:
        cells.pop()
    return cells


def must_be_table(
    source: SourceFile, expected: str, columns: Sequence[int], is_id: Callable[[str], int | None]
) -> None:
    """Raises InputError unless one of the first lines has so many columns and such an id."""
    must_be_text(source, expected)
    found = 0
    for number, line in source.lines(Reading()):
        cells = split(line)
        if len(cells) in columns and is_id(cells[0]) is not None:
            return
        found = found or len(cells)
        if number >= _LINES_LOOKED_AT:
            break
    name = _TABLES.get(found)
    if found in columns:
        reason = f"has that many columns, but the first is no id of that kind (is it {name}?)"
        raise wrong_file(source, expected, f"text that {reason}")
    likely = f", as {name} has" if name else ""
    raise wrong_file(source, expected, f"text with {found} columns{likely}" if found > 1 else described(source.head()))


def cui_number(cell: str) -> int | None:
    """Of a UMLS concept; None if the cell is no CUI."""
    digits = cell[1:]
    return int(digits) if cell[:1] == "C" and len(cell) == 8 and digits.isascii() and digits.isdigit() else None


def rxcui_number(cell: str) -> int | None:
    """Of an RxNorm concept; None if the cell is no RxCUI."""
    return int(cell) if 0 < len(cell) <= 8 and cell.isascii() and cell.isdigit() else None


def atom(cells: Sequence[str], number_of: Callable[[str], int | None]) -> Atom | str | None:
    """The name that a line of MRCONSO or RXNCONSO gives, None for a suppressed one, or what is wrong with the line."""
    if len(cells) not in {CONSO_COLUMNS, CONSO_COLUMNS - 1}:  # the last may be empty
        return "not 18 columns"
    number = number_of(cells[0])
    if number is None:
        return "no concept id"
    if cells[16] != "N":
        return None if cells[16] in {"O", "E", "Y"} else "no SUPPRESS flag"
    text = " ".join(cells[14].split())
    if not text:
        return "no name"
    first = cells[2] == "P"
    rank = 0 if first and cells[4] == "PF" and cells[6] == "Y" else 1 if first else 2
    return Atom(number, cells[1], rank, cells[11], cells[12], cells[13], text)


def atoms(
    source: SourceFile, reading: Reading, number_of: Callable[[str], int | None], wanted: Callable[[Atom], bool]
) -> Iterator[Atom]:
    """The names of a file that are wanted; broken lines are noted."""
    for line_number, line in source.lines(reading):
        found = atom(split(line), number_of)
        if isinstance(found, str):
            if line.strip():
                reading.skip(source.name, line_number, found)
        elif found is not None and wanted(found):
            yield found


def is_grouped(source: SourceFile, reading: Reading, number_of: Callable[[str], int | None]) -> bool:
    """Whether the lines of each concept stand together; takes a bit a concept."""
    seen = bytearray(1 << 21)
    before = None
    for _, line in source.lines(Reading(reading.progress), f"checking {source.path.name}"):
        cell = line.partition("|")[0]
        if cell == before:
            continue
        before = cell
        if (number := number_of(cell)) is None:
            continue
        place, bit = number >> 3, 1 << (number & 7)
        if place >= len(seen):
            seen.extend(bytes(place + 1 - len(seen)))
        if seen[place] & bit:
            return False
        seen[place] |= bit
    return True


def by_concept(found: Iterable[Atom], *, grouped: bool) -> Iterator[tuple[int, list[Atom]]]:
    """Names by concept. Those that don't stand together are sorted in a temporary file first."""
    for number, names in groupby(found if grouped else _sorted(found), key=lambda one: one.concept):
        yield number, list(names)


def _sorted(found: Iterable[Atom]) -> Iterator[Atom]:
    """In order of concept, and as they came within one."""
    with (
        tempfile.TemporaryDirectory(prefix="kg_builder-") as folder,
        closing(sqlite3.connect(Path(folder) / "atoms", isolation_level=None)) as connection,
    ):
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -64000;")
        connection.execute("CREATE TABLE atom (c INTEGER, language, rank, source, term_type, code, text)")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO atom VALUES (?, ?, ?, ?, ?, ?, ?)", found)
        connection.execute("COMMIT")
        yield from map(Atom._make, connection.execute("SELECT * FROM atom ORDER BY c, rowid"))
