"""The lines of the terminology files: concepts of a vocabulary, and names added to them by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from kg_builder.errors import InputError
from kg_builder.semantic_groups import GROUPS

CONCEPT_COLUMNS = ("id", "group", "name", "synonyms", "trees", "xrefs")
NAME_COLUMNS = ("name", "group", "id", "synonyms", "english")


@dataclass(frozen=True, slots=True)
class ConceptRow:
    """One concept of a compiled vocabulary."""

    id: str
    """CURIE."""
    group: str
    """Semantic group code."""
    name: str
    """Preferred name."""
    synonyms: tuple[str, ...] = ()
    trees: tuple[str, ...] = ()
    """Tree numbers; a prefix is an ancestor."""
    xrefs: tuple[str, ...] = ()
    """CURIEs that mean the same, one to one."""

    @classmethod
    def from_line(cls, line: str) -> Self:
        """Read what `to_line` wrote."""
        identifier, group, name, synonyms, trees, xrefs = line.split("\t")
        return cls(identifier, group, name, _parts(synonyms), _parts(trees), _parts(xrefs))

    def to_line(self) -> str:
        """Tab-separated, lists with bars, no line break."""
        lists = ("|".join(items) for items in (self.synonyms, self.trees, self.xrefs))
        return "\t".join((self.id, self.group, self.name, *lists))


@dataclass(frozen=True, slots=True)
class AddedName:
    """A hand-written name of a concept, in any language."""

    name: str
    group: str
    """Semantic group code."""
    id: str = ""
    """CURIE of the concept; empty: no vocabulary here has one of just that meaning."""
    synonyms: tuple[str, ...] = ()
    english: str = ""
    """English name or gloss, for people."""


def read_added_names(lines: Iterable[str], source: str) -> Iterator[AddedName]:
    """Rows of a file of added names. Raises InputError with the line number of a malformed one."""
    header: list[str] | None = None
    for number, raw in enumerate(lines, start=1):
        line = raw.rstrip("\r\n")
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if header is None:
            header = cells
            if tuple(cells) != NAME_COLUMNS:
                raise InputError(f"{source}:{number}: the header must be {', '.join(NAME_COLUMNS)}")
            continue
        yield _added_name(cells, f"{source}:{number}")


def _added_name(cells: list[str], place: str) -> AddedName:
    if len(cells) > len(NAME_COLUMNS) or len(cells) < 2:
        raise InputError(f"{place}: {len(cells)} columns, expected {len(NAME_COLUMNS)}")
    name, group, identifier, synonyms, english = cells + [""] * (len(NAME_COLUMNS) - len(cells))
    if not name or group not in GROUPS:
        raise InputError(f"{place}: needs a name and a semantic group code")
    if identifier and ":" not in identifier:
        raise InputError(f"{place}: the id must be a CURIE such as MESH:D003000")
    return AddedName(
        name, group, identifier, tuple(part.strip() for part in synonyms.split("|") if part.strip()), english
    )


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()
