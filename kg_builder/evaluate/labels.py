"""How the types and predicates of known corpora correspond to those of a schema.

A corpus type is served by the schema type of the same name (case and punctuation aside), else of one
of the names listed here, else by the first type of the listed semantic group. A corpus type without
a group here is served by name only, because its group would say more than the annotation means: a
MedMentions *Finding* is no disease. What nothing serves stays out of the map; `evaluate` leaves such
gold annotations out and reports them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kg_builder.schema import Role, Schema


class CorpusType(NamedTuple):
    """What an entity type of a corpus corresponds to."""

    group: str | None = None
    """UMLS semantic group whose type may stand in."""
    names: tuple[str, ...] = ()
    """Other names that schemas have for it."""


BC5CDR = {"Chemical": CorpusType("CHEM", ("Drug",)), "Disease": CorpusType("DISO")}
NCBI_DISEASE = dict.fromkeys(
    ("SpecificDisease", "DiseaseClass", "Modifier", "CompositeMention"), CorpusType("DISO", ("Disease",))
)
BIORED = {
    "ChemicalEntity": CorpusType("CHEM", ("Chemical", "Drug")),
    "DiseaseOrPhenotypicFeature": CorpusType("DISO", ("Disease",)),
    "GeneOrGeneProduct": CorpusType("GENE", ("Gene",)),
    "OrganismTaxon": CorpusType("LIVB", ("Organism", "Species")),
    "SequenceVariant": CorpusType(None, ("Variant",)),
    "CellLine": CorpusType(),
}
ADE = {
    "Drug": CorpusType("CHEM", ("Chemical",)),
    "AdverseEffect": CorpusType("DISO", ("Disease",)),
    "Dose": CorpusType(None, ("Dosage",)),
}
MEDMENTIONS = {
    "T005": CorpusType(None, ("Virus",)),
    "T007": CorpusType(None, ("Bacterium",)),
    "T017": CorpusType("ANAT", ("AnatomicalStructure",)),
    "T022": CorpusType("ANAT", ("BodySystem",)),
    "T031": CorpusType("ANAT", ("BodySubstance",)),
    "T033": CorpusType(None, ("Finding",)),
    "T037": CorpusType("DISO", ("InjuryOrPoisoning",)),
    "T038": CorpusType(None, ("BiologicFunction",)),
    "T058": CorpusType("PROC", ("HealthCareActivity",)),
    "T062": CorpusType(None, ("ResearchActivity",)),
    "T074": CorpusType("DEVI", ("MedicalDevice",)),
    "T082": CorpusType(None, ("SpatialConcept",)),
    "T091": CorpusType("OCCU", ("BiomedicalOccupationOrDiscipline",)),
    "T092": CorpusType("ORGA", ("Organization",)),
    "T097": CorpusType(None, ("ProfessionalOrOccupationalGroup",)),
    "T098": CorpusType(None, ("PopulationGroup",)),
    "T103": CorpusType("CHEM", ("Chemical",)),
    "T168": CorpusType(None, ("Food",)),
    "T170": CorpusType(None, ("IntellectualProduct",)),
    "T201": CorpusType(None, ("ClinicalAttribute",)),
    "T204": CorpusType(None, ("Eukaryote",)),
}
VIETBIONER = {
    "Symptom_and_Disease": CorpusType("DISO", ("SymptomOrDisease", "Disease")),
    "DiagnosticProcedure": CorpusType("PROC", ("Procedure",)),
    "Location": CorpusType("GEOG", ("Place",)),
    "DateTime": CorpusType(None, ("Date",)),
    "Organisation": CorpusType("ORGA", ("Organization",)),
}
PHONER_COVID19 = {
    "SYMPTOM_AND_DISEASE": CorpusType("DISO", ("SymptomOrDisease", "Disease")),
    "LOCATION": CorpusType("GEOG", ("Place",)),
    "ORGANIZATION": CorpusType("ORGA"),
    "JOB": CorpusType(None, ("Occupation",)),
}
VIMQ = {
    "drug": CorpusType("CHEM", ("Chemical",)),
    "medical_procedure": CorpusType("PROC", ("Procedure",)),
}
VIMEDNER = {
    "DISEASE": CorpusType("DISO", ("SymptomOrDisease",)),
    "SYMPTOM": CorpusType("DISO", ("SymptomOrDisease",)),
    "DIAGNOSTIC": CorpusType("PROC", ("Procedure",)),
}
"""Its treatments are drugs and procedures, which no one type serves."""
CORPUS_TYPES: Mapping[str, CorpusType] = {
    **BC5CDR,
    **NCBI_DISEASE,
    **BIORED,
    **ADE,
    **MEDMENTIONS,
    **VIETBIONER,
    **PHONER_COVID19,
    **VIMQ,
    **VIMEDNER,
}
"""Of all corpora together: a name means the same wherever it occurs."""

CORPUS_PREDICATES: Mapping[str, str] = {
    "CID": "INDUCES",
    "ADE": "INDUCES",
    "Positive_Correlation": "INDUCES",
    "Negative_Correlation": "TREATS",
}
"""BioRED's correlations are the nearest it has: evaluation counts those whose ends fit the schema's relation."""


def type_map(found: Iterable[str], schema: Schema, overrides: Mapping[str, str] | None = None) -> dict[str, str]:
    """Schema type that serves each of the corpus types found; identifiers, never written, serve none."""
    served = {name: (overrides or {}).get(name) or _type_for(name, schema) for name in sorted(set(found))}
    return {name: target for name, target in served.items() if target}


def relation_map(found: Iterable[str], schema: Schema, overrides: Mapping[str, str] | None = None) -> dict[str, str]:
    """Schema predicate that serves each of the corpus predicates found."""
    by_name = {_folded(relation.name): relation.name for relation in schema.relations}
    served: dict[str, str] = {}
    for name in sorted(set(found)):
        target = (overrides or {}).get(name) or by_name.get(_folded(name)) or CORPUS_PREDICATES.get(name)
        if target and schema.relation(target):
            served[name] = target
    return served


def _type_for(name: str, schema: Schema) -> str | None:
    kept = [entity for entity in schema.entities if entity.role is not Role.IDENTIFIER]
    known = CORPUS_TYPES.get(name, CorpusType())
    by_name = {_folded(entity.name): entity.name for entity in kept}
    for candidate in (name, *known.names):
        if _folded(candidate) in by_name:
            return by_name[_folded(candidate)]
    if known.group is None:
        return None
    return next((entity.name for entity in kept if entity.semantic_group == known.group), None)


def _folded(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
