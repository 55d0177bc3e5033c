"""The 15 UMLS semantic groups, the common ground between extractors' labels, schemas and vocabularies.

Source: McCray, Burgun, Bodenreider, "Aggregating UMLS semantic types for reducing conceptual
complexity", MEDINFO 2001. Biolink categories: the nearest class of the Biolink model.
"""

from __future__ import annotations

from typing import NamedTuple


class SemanticGroup(NamedTuple):
    """One group of semantic types."""

    code: str
    """UMLS abbreviation, for example ``CHEM``."""
    name: str
    """UMLS name, for example ``Chemicals & Drugs``."""
    label: str
    """Concept type and node label in the graph, for example ``Chemical``."""
    biolink: str
    """Nearest Biolink category."""


GROUPS: dict[str, SemanticGroup] = {
    group.code: group
    for group in (
        SemanticGroup("ACTI", "Activities & Behaviors", "Activity", "biolink:Activity"),
        SemanticGroup("ANAT", "Anatomy", "Anatomy", "biolink:AnatomicalEntity"),
        SemanticGroup("CHEM", "Chemicals & Drugs", "Chemical", "biolink:ChemicalEntity"),
        SemanticGroup("CONC", "Concepts & Ideas", "Idea", "biolink:InformationContentEntity"),
        SemanticGroup("DEVI", "Devices", "Device", "biolink:Device"),
        SemanticGroup("DISO", "Disorders", "Disease", "biolink:DiseaseOrPhenotypicFeature"),
        SemanticGroup("GENE", "Genes & Molecular Sequences", "Gene", "biolink:GeneOrGeneProduct"),
        SemanticGroup("GEOG", "Geographic Areas", "Place", "biolink:GeographicLocation"),
        SemanticGroup("LIVB", "Living Beings", "LivingBeing", "biolink:OrganismTaxon"),
        SemanticGroup("OBJC", "Objects", "Object", "biolink:PhysicalEntity"),
        SemanticGroup("OCCU", "Occupations", "Occupation", "biolink:Activity"),
        SemanticGroup("ORGA", "Organizations", "Organization", "biolink:Agent"),
        SemanticGroup("PHEN", "Phenomena", "Phenomenon", "biolink:Phenomenon"),
        SemanticGroup("PHYS", "Physiology", "Physiology", "biolink:BiologicalProcess"),
        SemanticGroup("PROC", "Procedures", "Procedure", "biolink:Procedure"),
    )
}

BIOLINK_BY_LABEL: dict[str, str] = {group.label: group.biolink for group in GROUPS.values()}
"""Biolink category of a concept type; types of a user's own schema aren't in it."""
