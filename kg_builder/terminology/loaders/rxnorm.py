"""RxNorm: ingredients and brands from RXNCONSO, with the codes that its sources have for them.

Source: RxNorm technical documentation (NLM), section 12.4. Dose forms and packs are left out: texts name substances.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from kg_builder.terminology.concept_file import Preamble
from kg_builder.terminology.loaders.loading import Loading, curie, prefix_of
from kg_builder.terminology.loaders.reading import Reading, digest, one_file
from kg_builder.terminology.loaders.rrf import (
    CONSO_COLUMNS,
    Atom,
    atoms,
    by_concept,
    is_grouped,
    must_be_table,
    rxcui_number,
)
from kg_builder.terminology.rows import ConceptRow, Source, TermName, Tier

NAMING = ("IN", "PIN", "MIN", "BN")
"""Ingredient, precise ingredient, several ingredients, brand: the name of the concept."""
_OTHER = frozenset({"SY", "TMSY"})
_CODES = {
    "MSH": frozenset({"MH", "NM"}),
    "MTHSPL": frozenset({"SU"}),
    "DRUGBANK": frozenset({"IN"}),
    "ATC": frozenset({"IN"}),
    "SNOMEDCT_US": frozenset({"PT"}),
}
"""Sources whose codes become cross-references, and the term types that mean the substance itself."""


def load_rxnorm(rxnconso: Path, *, reading: Reading, release: str | None = None) -> Loading:
    """The substances and brands of RXNCONSO, which may be plain, gzipped or in a zip. InputError for a wrong file."""
    conso = one_file(rxnconso, "RXNCONSO.RRF")
    expected = "RXNCONSO.RRF (18 columns, the first a number)"
    must_be_table(conso, expected, (CONSO_COLUMNS, CONSO_COLUMNS - 1), rxcui_number)
    grouped = is_grouped(conso, reading, rxcui_number)
    found = by_concept(atoms(conso, reading, rxcui_number, _wanted), grouped=grouped)
    dates = re.findall(r"(?<!\d)[01]\d[0-3]\d20\d\d(?!\d)", str(rxnconso.absolute()))
    version = f"{dates[-1][4:]}-{dates[-1][:2]}-{dates[-1][2:4]}" if dates else ""
    licence = "RxNorm: names of SAB=RXNORM are free to use; the full release holds sources with terms of their own"
    return Loading(
        preamble=Preamble(
            release or (f"rxnorm-{version}" if version else "rxnorm"), (Source("RxNorm", version, licence),)
        ),
        rows=(row for number, names in found if (row := concept(number, names)) is not None),
        digest=digest(conso, "rxnorm"),
    )


def concept(number: int, names: Sequence[Atom]) -> ConceptRow | None:
    """A substance or brand; None for another concept."""
    own = [one for one in names if one.source == "RXNORM"]
    naming = sorted((one for one in own if one.term_type in NAMING), key=lambda one: NAMING.index(one.term_type))
    if not naming:
        return None
    first = naming[0].text
    others = dict.fromkeys(one.text for one in (*naming[1:], *own) if one.text != first)
    xrefs = (curie(f"{prefix_of(one.source)}:{one.code}") for one in names if one.source in _CODES)
    return ConceptRow(
        id=f"RXNORM:{number}",
        group="CHEM",
        name=first,
        names=tuple(TermName(text, Tier.ENTRY) for text in others),
        xrefs=_one_each(xref for xref in xrefs if xref),
    )


def _one_each(xrefs: Iterable[str]) -> tuple[str, ...]:
    """Those of the vocabularies that have a single code here: two would be of parts or of forms."""
    distinct = sorted(set(xrefs))
    of_vocabulary = Counter(xref.partition(":")[0] for xref in distinct)
    return tuple(xref for xref in distinct if of_vocabulary[xref.partition(":")[0]] == 1)


def _wanted(one: Atom) -> bool:
    if one.source == "RXNORM":
        return one.term_type in NAMING or one.term_type in _OTHER
    return one.term_type in _CODES.get(one.source, ())
