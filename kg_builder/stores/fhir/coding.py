"""Concepts as codes: which code system a CURIE's prefix stands for.

URIs are those of the FHIR R4 page of code systems and of HL7 Terminology (terminology.hl7.org); ontologies of the OBO
Foundry that are in neither have the IRI of their release, as MONDO has there, and CURIEs as codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from kg_builder.stores.fhir.identity import fhir_text, given
from kg_builder.stores.views import ConceptView

SYSTEMS: Mapping[str, str] = {
    "ATC": "http://www.whocc.no/atc",
    "CVX": "http://hl7.org/fhir/sid/cvx",
    "ICD10": "http://hl7.org/fhir/sid/icd-10",
    "ICD10CM": "http://hl7.org/fhir/sid/icd-10-cm",
    "ICD10PCS": "http://www.cms.gov/Medicare/Coding/ICD10",
    "ICD11": "http://id.who.int/icd/release/11/mms",
    "ICD9CM": "http://hl7.org/fhir/sid/icd-9-cm",
    "ICDO": "http://terminology.hl7.org/CodeSystem/icd-o-3",
    "LOINC": "http://loinc.org",
    "MESH": "https://www.nlm.nih.gov/mesh",
    "NCIT": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
    "NDC": "http://hl7.org/fhir/sid/ndc",
    "OMIM": "http://www.omim.org",
    "ORPHANET": "http://www.orpha.net",
    "RXCUI": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "RXNORM": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "SCTID": "http://snomed.info/sct",
    "SNOMEDCT": "http://snomed.info/sct",
    "UMLS": "http://terminology.hl7.org/CodeSystem/umls",
    "UNII": "http://fdasis.nlm.nih.gov",
}
"""By prefix in capitals. Codes are what stands after the prefix."""

_OBO = frozenset({"CHEBI", "CL", "DOID", "GO", "MONDO", "NCBITAXON", "PR", "UBERON"})
_HPO = "http://human-phenotype-ontology.org"
_OTHER = "urn:kg-builder:vocabulary:"


class Concept(NamedTuple):
    """What is kept of a concept while documents are written."""

    id: str
    name: str
    type: str
    linked: bool
    xrefs: tuple[str, ...]


def concept_of(view: ConceptView) -> Concept:
    """A concept of the graph."""
    return Concept(view.id, view.name, view.type, view.linked, view.xrefs)


def codeable(concept: Concept, seen: Iterable[str] = ()) -> dict[str, Any]:
    """A concept with its own code first, then those of its cross-references; the text is how the document has it.

    One that is in no vocabulary has its text alone.
    """
    text = next(filter(None, map(fhir_text, seen)), None) or fhir_text(concept.name)
    codes = [coding(concept.id, concept.name), *map(coding, concept.xrefs)] if concept.linked else []
    return given(coding=codes, text=text)


def coding(curie: str, name: str | None = None) -> dict[str, str]:
    """A CURIE as a code."""
    prefix, _, local = curie.partition(":")
    system, code = _system(prefix.upper(), curie, local)
    return given(system=system, code=code, display=None if name is None else fhir_text(name))


def _system(prefix: str, curie: str, local: str) -> tuple[str, str]:
    if prefix in _OBO:
        return f"http://purl.obolibrary.org/obo/{prefix.lower()}.owl", curie
    if prefix == "HP":
        return _HPO, curie
    return SYSTEMS.get(prefix, f"{_OTHER}{prefix}"), local
