"""What a loader gives, and the file that is made from it: whole or not at all."""

from __future__ import annotations

import os
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from kg_builder.errors import InputError
from kg_builder.semantic_groups import GROUPS
from kg_builder.terminology.concept_file import Preamble
from kg_builder.terminology.rows import ConceptRow, TermName, Tier
from kg_builder.terminology.table_writing import APPLICATION_ID, write_table

SUFFIX = ".terms"
_LINK_ONLY = {
    Tier.PREFERRED: Tier.VARIANT,
    Tier.ENTRY: Tier.SUPPLEMENTARY,
    Tier.ADDED: Tier.SUPPLEMENTARY,
    Tier.VARIANT: Tier.ONTOLOGY,
}
"""Where the names go of a vocabulary that is not looked for in texts; their order stays."""
_CURIE = re.compile(r"[A-Za-z][\w.]*:(?!//)[^\s|]+")
"""A web address is none."""
_GROUP_OF_WORD = {
    word.casefold(): group.code for group in GROUPS.values() for word in (group.code, group.label, group.name)
} | {"drug": "CHEM", "disorder": "DISO", "symptom": "DISO", "finding": "DISO", "organism": "LIVB"}


@dataclass(frozen=True, slots=True)
class Loading:
    """A vocabulary that is ready to be written."""

    preamble: Preamble
    rows: Iterable[ConceptRow]
    """Read when they are asked for, once."""
    digest: str
    """Of the files and options that it is made from."""


def write_terminology(loading: Loading, output: Path, *, recognized: bool = True) -> int:
    """Write the terminology file; returns the number of concepts. `recognized`: its names are looked for in texts.

    Raises InputError if no concept was found, or if another kind of file is in its place.
    """
    _may_replace(output)
    staged = output.with_name(f".{output.name}.{os.getpid()}.part")
    rows = loading.rows if recognized else map(only_linked, loading.rows)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        staged.unlink(missing_ok=True)
        count = write_table(staged, loading.preamble, rows, digest=loading.digest)
        if not count:
            raise InputError(
                f"{output}: not written, as no concept was found",
                hint="Do the options leave anything over (sources, languages, types)?",
            )
        staged.replace(output)
    except sqlite3.Error as error:
        raise InputError(f"{output}: cannot be written ({error})") from error
    except OSError as error:
        raise InputError(f"{output}: cannot be written ({error.strerror})") from error
    finally:
        staged.unlink(missing_ok=True)
    return count


def only_linked(row: ConceptRow) -> ConceptRow:
    """The concept with names that serve only to link what was found."""
    names = tuple(TermName(name.text, _LINK_ONLY.get(name.tier, name.tier), name.language) for name in row.names)
    return replace(row, tier=_LINK_ONLY.get(row.tier, row.tier), names=names)


def in_language(row: ConceptRow, language: str) -> ConceptRow:
    """The concept whose preferred name is in a language: rows themselves take it for English."""
    if language == "en":
        return row
    return replace(row, names=(TermName(row.name, row.tier, language), *row.names))


def group_of_word(word: str) -> str | None:
    """Semantic group from its code, its UMLS name or a concept type: ``CHEM``, ``Disease``."""
    return _GROUP_OF_WORD.get(word.strip().casefold())


def given_group(word: str | None) -> str | None:
    """The same for an option. Raises InputError for a word that stands for none."""
    if word is None:
        return None
    if (group := group_of_word(word)) is None:
        labels = ", ".join(sorted(group.label for group in GROUPS.values()))
        raise InputError(f"no concept type is called '{word}'; there are: {labels}")
    return group


def curie(text: str) -> str | None:
    """An id with its vocabulary's prefix as this package writes it; None if it has none."""
    text = text.strip()
    if not _CURIE.fullmatch(text):
        return None
    prefix, _, local = text.partition(":")
    return f"{prefix_of(prefix)}:{local.removeprefix(f'{prefix}:')}"


def prefix_of(vocabulary: str) -> str:
    """The prefix for a vocabulary's name elsewhere: ``MSH`` gives ``MESH``."""
    name = vocabulary.upper()
    return _prefixes().get(name) or _prefixes().get(re.sub(r"_\d{4}(_\d\d_\d\d)?.*$", "", name)) or name


def one_to_one(rows: Iterable[ConceptRow]) -> Iterator[ConceptRow]:
    """The rows with only those cross-references that pair one concept with one id of a vocabulary."""
    held = list(rows)
    owners = Counter(xref for row in held for xref in set(row.xrefs))
    for row in held:
        own = Counter(xref.partition(":")[0] for xref in set(row.xrefs))
        kept = (xref for xref in row.xrefs if owners[xref] == 1 and own[xref.partition(":")[0]] == 1)
        yield replace(row, xrefs=tuple(dict.fromkeys(kept)))


def table(name: str) -> Iterator[list[str]]:
    """The lines of one of this package's tables."""
    for line in files("kg_builder.terminology.loaders").joinpath(name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


@lru_cache(maxsize=1)
def _prefixes() -> dict[str, str]:
    return {name.upper(): prefix for prefix, names, _ in table("prefixes.tsv") for name in (prefix, *names.split("|"))}


def _may_replace(output: Path) -> None:
    """Only a terminology may be overwritten."""
    if output.is_dir():
        raise InputError(f"{output}: is a folder; name a file, such as {output / f'my{SUFFIX}'}")
    if not output.exists() or not output.stat().st_size:
        return
    try:
        with closing(sqlite3.connect(f"file:{output}?mode=ro", uri=True)) as connection:
            ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    except sqlite3.Error:
        ours = False
    if not ours:
        raise InputError(f"{output}: is there already and is no terminology; it is left alone")
