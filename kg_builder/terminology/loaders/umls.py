"""UMLS Metathesaurus: concepts from MRCONSO, semantic types from MRSTY.

Source: UMLS Reference Manual, chapter 3 (Metathesaurus, Rich Release Format). A MeSH heading's code stands on the
atoms of its narrower concepts as well: only its own name (TTY MH, NM) says that the UMLS concept is the heading.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path

from kg_builder.errors import InputError
from kg_builder.terminology.concept_file import Preamble
from kg_builder.terminology.groups_of_trees import PRIORITY
from kg_builder.terminology.loaders.loading import Loading, curie, given_group, prefix_of, table
from kg_builder.terminology.loaders.reading import Reading, SourceFile, digest, one_file, zip_members
from kg_builder.terminology.loaders.rrf import (
    CONSO_COLUMNS,
    Atom,
    atoms,
    by_concept,
    cui_number,
    is_grouped,
    must_be_table,
    split,
)
from kg_builder.terminology.rows import ConceptRow, Source, TermName, Tier

LICENCE = "UMLS Metathesaurus Licence; sources may have terms of their own"
LANGUAGES = {
    **{"BAQ": "eu", "CHI": "zh", "CZE": "cs", "DAN": "da", "DUT": "nl", "ENG": "en", "EST": "et", "FIN": "fi"},
    **{"FRE": "fr", "GER": "de", "GRE": "el", "HEB": "he", "HUN": "hu", "ITA": "it", "JPN": "ja", "KOR": "ko"},
    **{"LAV": "lv", "NOR": "no", "POL": "pl", "POR": "pt", "RUS": "ru", "SCR": "hr", "SPA": "es", "SWE": "sv"},
    **{"TUR": "tr", "UKR": "uk", "ARA": "ar", "LIT": "lt", "VIE": "vi"},
}
"""ISO 639-1 by the three letters of UMLS."""
_OWN_NAME = {"MSH": frozenset({"MH", "NM"})}
"""Term types whose code means the concept itself, for sources where others' codes are of something broader."""
_NO_CODES = frozenset({"NOCODE", "MTH", "SRC"})
_MOST_NAMES = 2_000
"""Of one concept; the Metathesaurus' longest list is a tenth of it."""
_CUIS = 10_000_000


def load_umls(
    mrconso: Path,
    mrsty: Path | None = None,
    *,
    reading: Reading,
    sources: Collection[str] = (),
    languages: Collection[str] = ("ENG",),
    group: str | None = None,
    release: str | None = None,
) -> Loading:
    """The concepts of MRCONSO; `sources` and `languages` keep only names of these, `group` is for want of MRSTY.

    Either file may be plain, gzipped or in a zip; MRSTY beside MRCONSO is found. Raises InputError for a wrong file.
    """
    conso = one_file(mrconso, "MRCONSO.RRF")
    must_be_table(conso, "MRCONSO.RRF (18 columns, the first a CUI)", (CONSO_COLUMNS, CONSO_COLUMNS - 1), cui_number)
    types = _types_file(mrconso, mrsty)
    if types is None and group is None:
        raise InputError(
            f"{mrconso}: there is no MRSTY.RRF beside it, which tells diseases from chemicals",
            hint="Give --mrsty FILE, or --type Disease if all concepts are of one type.",
        )
    groups = _Groups(types, reading, given_group(group))
    grouped = is_grouped(conso, reading, cui_number)
    codes = _codes(languages)
    keep = frozenset(source.upper() for source in sources)

    def wanted(one: Atom) -> bool:
        return one.language in codes and (not keep or one.source in keep)

    found = by_concept(atoms(conso, reading, cui_number, wanted), grouped=grouped)
    options = f"umls {sorted(keep)} {sorted(codes)} {group}"
    return Loading(
        preamble=Preamble(release or _release(mrconso), tuple(_sources(sorted(keep), release or _release(mrconso)))),
        rows=(concept(number, names, groups.of(number)) for number, names in found),
        digest=digest(conso, *([types] if types else []), options),
    )


def concept(number: int, names: Sequence[Atom], group: str) -> ConceptRow:
    """One concept from its names. It is called by its preferred English name, if there is one."""
    ordered = sorted(names, key=lambda one: (one.language != "ENG", one.rank))
    first = ordered[0]
    language = LANGUAGES.get(first.language, "en")
    seen = {(first.text, language)} if language == "en" else set()
    others = []
    for one in ordered:
        key = (one.text, LANGUAGES.get(one.language, "en"))
        if key not in seen:
            seen.add(key)
            others.append(TermName(one.text, Tier.PREFERRED if one is first else Tier.ENTRY, key[1]))
    return ConceptRow(
        id=f"UMLS:C{number:07}",
        group=group,
        name=first.text,
        names=tuple(islice(others, _MOST_NAMES)),
        xrefs=tuple(dict.fromkeys(xref for one in names if (xref := _xref(one)))),
    )


def _xref(one: Atom) -> str | None:
    if (
        one.source in _NO_CODES
        or one.code in _NO_CODES
        or one.term_type not in _OWN_NAME.get(one.source, (one.term_type,))
    ):
        return None
    prefix = _prefix(one.source)
    return curie(f"{prefix}:{one.code.removeprefix(f'{prefix}:')}")


@lru_cache
def _prefix(source: str) -> str:
    return prefix_of(source)


class _Groups:
    """Semantic group by CUI: a byte each."""

    def __init__(self, types: SourceFile | None, reading: Reading, given: str | None) -> None:
        self._given = given or "CONC"
        self._places = bytearray(0 if types is None else _CUIS)
        if types is not None:
            self._read(types, reading)

    def of(self, number: int) -> str:
        """Semantic group code."""
        place = self._places[number] if self._places else 0
        return PRIORITY[place - 1] if place else self._given

    def _read(self, types: SourceFile, reading: Reading) -> None:
        must_be_table(types, "MRSTY.RRF (6 columns, the first a CUI)", (5, 6), cui_number)
        place_of = {name: PRIORITY.index(group) + 1 for name, group in _groups_of_types().items()}
        for line_number, line in types.lines(reading):
            cells = split(line)
            number = cui_number(cells[0])
            place = place_of.get(cells[1]) if len(cells) in {5, 6} else None
            if number is None or place is None:
                if line.strip():
                    reading.skip(types.name, line_number, "no CUI or no known semantic type")
            elif not self._places[number] or place < self._places[number]:
                self._places[number] = place


@lru_cache(maxsize=1)
def _groups_of_types() -> dict[str, str]:
    """Semantic group by TUI."""
    return {f"T{number}": group for group, numbers in table("semantic_types.tsv") for number in numbers.split("|")}


def _types_file(mrconso: Path, mrsty: Path | None) -> SourceFile | None:
    if mrsty is not None:
        return one_file(mrsty, "MRSTY.RRF")
    if mrconso.is_dir() or any("MRSTY.RRF" in member for member in zip_members(mrconso) or ()):
        return one_file(mrconso, "MRSTY.RRF")
    beside = (mrconso.with_name(f"MRSTY.RRF{suffix}") for suffix in ("", ".gz", ".zip"))
    return next((one_file(path, "MRSTY.RRF") for path in beside if path.exists()), None)


def _codes(languages: Collection[str]) -> frozenset[str]:
    """Three-letter codes from these or from ISO 639-1. Raises InputError for another word."""
    of_iso = {iso: code for code, iso in LANGUAGES.items()}
    codes = {of_iso.get(word.lower(), word.upper()) for word in languages}
    if unknown := sorted(codes - set(LANGUAGES)):
        raise InputError(f"no language of UMLS: {', '.join(unknown)}; there are: {', '.join(sorted(LANGUAGES))}")
    return frozenset(codes)


def _release(path: Path) -> str:
    """``umls-2025AA`` where the path says so."""
    found = re.findall(r"20\d\dA[AB]", str(path.absolute()))
    return f"umls-{found[-1]}" if found else "umls"


def _sources(kept: Sequence[str], release: str) -> Iterator[Source]:
    version = release.partition("-")[2]
    yield Source("UMLS Metathesaurus", version, LICENCE)
    for name in kept:
        yield Source(f"UMLS source {name}", version, "as its owner says")
