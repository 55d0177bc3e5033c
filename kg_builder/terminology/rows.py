"""The lines of the terminology files: concepts of a vocabulary, and names added to them by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from kg_builder.errors import InputError
from kg_builder.semantic_groups import GROUPS

NAME_COLUMNS = ("name", "group", "id", "synonyms", "english")


class Tier(IntEnum):
    """Where a name is from, the most trusted first: a name of a lower tier counts only where no higher one matches."""

    PREFERRED = 0
    """The name that the vocabulary itself puts first."""
    ENTRY = 1
    """The vocabulary's other names."""
    ADDED = 2
    """Written by hand: everyday words, adjectives, abbreviations, other languages."""
    VARIANT = 3
    """Names that another source gives for the vocabulary's own id."""
    SUPPLEMENTARY = 4
    """All names of a supplementary record: a substance or rare disease without a heading of its own."""
    ONTOLOGY = 5
    """Names from an ontology, through a one-to-one cross-reference or of a concept that only the ontology has."""
    SUBSTANCE = 6
    """Names from a register of substances, joined by an exact name."""

    @property
    def label(self) -> str:
        """As files and reports write it."""
        return self.name.lower()


RECOGNIZED = Tier.ADDED
"""Names up to this tier are looked for in texts; those below serve only to link what was found."""


@dataclass(frozen=True, slots=True)
class TermName:
    """One name of a concept, as its source writes it."""

    text: str
    tier: Tier = Tier.ENTRY
    language: str = "en"
    """ISO 639-1."""


@dataclass(frozen=True, slots=True)
class ConceptRow:
    """One concept of a vocabulary."""

    id: str
    """CURIE."""
    group: str
    """Semantic group code."""
    name: str
    """Preferred name."""
    names: tuple[TermName, ...] = ()
    """The other names."""
    tier: Tier = Tier.PREFERRED
    """Of the preferred name."""
    trees: tuple[str, ...] = ()
    """Tree numbers; a prefix is an ancestor."""
    broader: tuple[str, ...] = ()
    """CURIEs of the next broader concepts that the tree numbers don't give."""
    xrefs: tuple[str, ...] = ()
    """CURIEs that mean the same, one to one."""

    @property
    def synonyms(self) -> tuple[str, ...]:
        """The texts of all names but the preferred one."""
        return tuple(name.text for name in self.names)


@dataclass(frozen=True, slots=True)
class Source:
    """What a terminology was made from."""

    name: str
    version: str = ""
    licence: str = ""


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
