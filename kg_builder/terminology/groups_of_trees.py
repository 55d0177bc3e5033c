"""From MeSH tree numbers to the UMLS semantic group of a descriptor."""

from __future__ import annotations

from collections.abc import Iterable

GROUP_OF_TREE = {
    "A": "ANAT",
    "B": "LIVB",
    "C": "DISO",
    "D": "CHEM",
    "E": "PROC",
    "E07": "DEVI",
    "F01": "ACTI",
    "F01.145.126": "DISO",  # behavioural symptoms: depression, aggression, confusion
    "F01.470.132": "DISO",  # anxiety
    "F02": "PHYS",
    "F03": "DISO",
    "F04": "OCCU",
    "F04.754": "PROC",  # psychotherapy
    "G": "PHYS",
    "G01": "PHEN",
    "G02": "PHEN",
    "G05.360": "GENE",  # genetic structures: genomes, genes, sequences
    "G06": "PHEN",
    "G16": "PHEN",
    "G17": "CONC",
    "H": "OCCU",
    "I": "CONC",
    "I02": "ACTI",
    "I03": "ACTI",
    "J": "OBJC",
    "K": "OCCU",
    "L": "CONC",
    "M": "LIVB",
    "N": "ACTI",
    "N01": "CONC",
    "N02.278": "ORGA",
    "N03.540": "ORGA",
    "N05.715": "CONC",
    "N06": "PHEN",
    "V": "CONC",
    "Z": "GEOG",
}
"""Semantic group by tree-number prefix; the longest prefix decides. Whole trees first, exceptions under them."""

PRIORITY = (
    *("CHEM", "DISO", "GENE", "PROC", "DEVI", "ANAT", "LIVB", "PHYS"),
    *("ACTI", "PHEN", "OBJC", "ORGA", "OCCU", "GEOG", "CONC"),
)
"""Which group a descriptor gets that stands in several trees."""


def group_of_trees(trees: Iterable[str]) -> str:
    """Semantic group code of a descriptor; one in no tree (two sexes, check tags) is an idea."""
    groups = {_group_of_tree(tree) for tree in trees}
    return next((group for group in PRIORITY if group in groups), "CONC")


def _group_of_tree(tree: str) -> str:
    parts = tree.split(".")
    for length in range(len(parts), 0, -1):
        if (group := GROUP_OF_TREE.get(".".join(parts[:length]))) is not None:
            return group
    return GROUP_OF_TREE[tree[0]]
