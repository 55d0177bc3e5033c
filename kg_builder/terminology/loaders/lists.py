"""Lists of one's own: a hospital's formulary, a department's procedures, a register; a line a concept.

Columns: id, name; and, where wanted, type, synonyms, xrefs and broader (several separated by bars), language.
Lines of the same id are one concept: the first gives name and type, the others add names, in their language.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from kg_builder.errors import InputError
from kg_builder.terminology.concept_file import Preamble
from kg_builder.terminology.loaders.columns import Row, rows
from kg_builder.terminology.loaders.loading import Loading, curie, given_group, group_of_word, in_language
from kg_builder.terminology.loaders.reading import Reading, digest, one_file
from kg_builder.terminology.rows import ConceptRow, Source, TermName, Tier

COLUMNS = {
    "id": ("code", "concept_id"),
    "name": ("label", "title", "preferred_name"),
    "type": ("group", "semantic_group", "kind"),
    "synonyms": ("synonym", "names", "aliases"),
    "xrefs": ("xref", "cross_references", "mappings"),
    "broader": ("parent", "parents", "is_a"),
    "language": ("lang",),
}
"""Columns and what else they may be called."""
EXPECTED = "a table with the columns id and name (and type, synonyms, xrefs, broader, language)"
_PREFIX = re.compile(r"[A-Za-z][\w.]*")
_LANGUAGE = re.compile(r"[a-z]{2}")


def load_tsv(
    path: Path,
    *,
    reading: Reading,
    group: str | None = None,
    prefix: str | None = None,
    language: str = "en",
    release: str | None = None,
    licence: str = "",
) -> Loading:
    """The concepts of a table. `group`: type of rows without one; `prefix`: for ids that have none.

    Raises InputError for a file without the columns.
    """
    source = one_file(path, ".tsv", ".csv", ".txt")
    if prefix is not None and not _PREFIX.fullmatch(prefix):
        raise InputError(f"a prefix is made of letters, digits and dots, as in HOSP; not '{prefix}'")
    must_be_language(language)
    given = given_group(group)
    merged: dict[str, tuple[ConceptRow, str]] = {}
    for number, cells in rows(source, reading, COLUMNS, ("id", "name"), EXPECTED):
        code = cells.get("language", "").casefold() or language
        found = concept(cells, code, group=given, prefix=prefix)
        if isinstance(found, str):
            reading.skip(source.name, number, found)
        elif (known := merged.get(found.id)) is not None:
            merged[found.id] = joined(known[0], found, code), known[1]
        else:
            merged[found.id] = found, code
    name = source.path.name.partition(".")[0]
    return Loading(
        preamble=Preamble(release or name, (Source(name, "", licence),)),
        rows=(in_language(row, code) for row, code in merged.values()),
        digest=digest(source, f"tsv {given} {prefix} {language}"),
    )


def concept(cells: Row, language: str, *, group: str | None, prefix: str | None) -> ConceptRow | str:
    """The concept of a row, or what is wrong with the row."""
    identifier = full_id(cells["id"], prefix)
    kind = group_of_word(cells["type"]) if cells.get("type") else group
    problem = _problem(cells, identifier, kind, language)
    if problem or identifier is None or kind is None:
        return problem
    names = dict.fromkeys(text for text in several(cells.get("synonyms", "")) if text != cells["name"])
    return ConceptRow(
        id=identifier,
        group=kind,
        name=cells["name"],
        names=tuple(TermName(text, Tier.ENTRY, language) for text in names),
        broader=_ids(cells.get("broader", ""), prefix),
        xrefs=tuple(found for found in _ids(cells.get("xrefs", ""), None) if found != identifier),
    )


def joined(known: ConceptRow, more: ConceptRow, language: str) -> ConceptRow:
    """The concept with the names and links of a later row."""
    names = dict.fromkeys((*known.names, TermName(more.name, Tier.ENTRY, language), *more.names))
    return replace(
        known,
        names=tuple(names),
        broader=tuple(dict.fromkeys((*known.broader, *more.broader))),
        xrefs=tuple(dict.fromkeys((*known.xrefs, *more.xrefs))),
    )


def full_id(text: str, prefix: str | None) -> str | None:
    """A CURIE; one without a prefix gets the one given, None if there is none."""
    return curie(text if ":" in text or prefix is None else f"{prefix}:{text}")


def several(cell: str) -> list[str]:
    """The parts of a cell, separated by bars."""
    return [part for part in map(str.strip, cell.split("|")) if part]


def must_be_language(code: str) -> None:
    """Raises InputError for anything but two letters."""
    if not _LANGUAGE.fullmatch(code):
        raise InputError(f"a language is its ISO 639-1 code, such as en or vi; not '{code}'")


def _problem(cells: Row, identifier: str | None, kind: str | None, language: str) -> str:
    if not cells["id"]:
        return "no id"
    if identifier is None:
        return "the id has no prefix (give --prefix, or ids such as HOSP:12)"
    if not cells["name"]:
        return "no name"
    if kind is None:
        return "no known type (give --type, or a column type with Chemical, Disease, …)"
    return "" if _LANGUAGE.fullmatch(language) else "the language is no ISO 639-1 code"


def _ids(cell: str, prefix: str | None) -> tuple[str, ...]:
    found = (full_id(part, prefix) for part in several(cell))
    return tuple(dict.fromkeys(one for one in found if one is not None))
