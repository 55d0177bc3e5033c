"""Concept ids as corpora write them, turned into CURIEs.

The rules, first match wins: an id with a prefix keeps it (MeSH, OMIM and the like in their usual
spelling); ``D`` or ``C`` with six or nine digits is MeSH, ``C`` with seven is UMLS; ``rs…`` is
dbSNP, ``CVCL_…`` Cellosaurus, ``c|SUB|…`` tmVar; a bare number is read by the mention's type
(gene: NCBIGene, species: NCBITaxon, disease: OMIM); anything else gets the prefix ``CORPUS``.
``|``, ``+``, ``,`` and ``;`` separate the ids of a composite mention; ``-1``, ``-`` and ``NIL`` mean
none, and so does ``T12``, which names an annotation of the same document.
"""

from __future__ import annotations

import re
from functools import lru_cache

NO_ID = frozenset({"", "-", "-1", "nil", "none", "null", "cui-less", "na", "n/a"})

PREFIXES = {
    name.casefold().replace("_", ""): name
    for name in (
        *("MESH", "OMIM", "UMLS", "NCBIGene", "NCBITaxon", "CHEBI", "DOID", "MONDO", "HP", "GO", "DRUGBANK", "SCTID"),
        *("ICD10CM", "RXCUI", "UNII", "NCIT", "dbSNP", "Cellosaurus", "tmVar", "HGNC", "UniProtKB", "orphanet", "ATC"),
    )
} | {"cui": "UMLS", "gene": "NCBIGene", "entrezgene": "NCBIGene", "taxonomy": "NCBITaxon", "snomedct": "SCTID"}
"""Usual spelling of a prefix, by its small-letter form without underscores and spaces."""

_BY_SHAPE = (
    (re.compile(r"D\d{6}(?:\d{3})?|C\d{6}(?:\d{3})?"), "MESH"),
    (re.compile(r"C\d{7}"), "UMLS"),
    (re.compile(r"rs\d+"), "dbSNP"),
    (re.compile(r"CVCL_\w+"), "Cellosaurus"),
    (re.compile(r"[cgmnpr]?\|[A-Za-z]+\|\S*"), "tmVar"),
)
_NUMBERS = (
    (re.compile(r"gene|protein", re.IGNORECASE), "NCBIGene"),
    (re.compile(r"species|organism|taxon", re.IGNORECASE), "NCBITaxon"),
    (re.compile(r"disease|disorder|phenotype", re.IGNORECASE), "OMIM"),
)
_VARIANT = re.compile(r"(?:tmvar:)?[cgmnpr]?\|[a-z]+\|", re.IGNORECASE)
_HANDLE = re.compile(r"T\d+")
_SEPARATOR = re.compile(r"[|+,;]")


def is_handle(raw: str) -> bool:
    """Whether the id names an annotation of the same document (``T12``), not a concept."""
    return _HANDLE.fullmatch(raw.strip()) is not None


def known_prefix(name: str) -> str | None:
    """Usual spelling of a vocabulary's prefix, or None if it isn't one of `PREFIXES`."""
    return PREFIXES.get(re.sub(r"[\s_-]", "", name).casefold())


@lru_cache(maxsize=4096)
def curies(raw: str, type: str = "") -> tuple[str, ...]:
    """CURIEs of an id column: distinct, in order, empty where it says that there is none."""
    raw = raw.strip()
    parts = [raw] if _VARIANT.match(raw) else _SEPARATOR.split(raw)
    found = (_curie(part.strip(), type) for part in parts)
    return tuple(dict.fromkeys(curie for curie in found if curie is not None))


def _curie(part: str, type: str) -> str | None:
    if part.casefold() in NO_ID or is_handle(part):
        return None
    part = re.sub(r"[\s\ud800-\udfff]+", "_", part)
    prefix, colon, local = part.partition(":")
    if colon and prefix and local:
        return f"{known_prefix(prefix) or prefix}:{local}"
    part = part.replace(":", "_")
    for shape, vocabulary in _BY_SHAPE:
        if shape.fullmatch(part):
            return f"{vocabulary}:{part}"
    if part.isdecimal():
        return f"{next((name for kind, name in _NUMBERS if kind.search(type)), 'CORPUS')}:{part}"
    return f"CORPUS:{part}"
