"""JSON-LD with Biolink terms; the context is in the file, so that reading it fetches nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO
from urllib.parse import quote

from kg_builder.records import Assertion
from kg_builder.stores.export_content import (
    SUBCLASS_OF,
    Content,
    Fields,
    assertion,
    concept_fields,
    document_fields,
    mention_fields,
    relation_fields,
    relation_uuid,
)
from kg_builder.stores.export_files import json_text, write_items

PREFIXES: Mapping[str, str] = {
    "biolink": "https://w3id.org/biolink/vocab/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "kg": "urn:kg-builder:term:",
    "document": "urn:kg-builder:document:",
    "local": "urn:kg-builder:local:",
    "MESH": "http://id.nlm.nih.gov/mesh/",
    "OMIM": "https://omim.org/entry/",
    "UMLS": "https://identifiers.org/umls/",
    "NCBIGene": "https://identifiers.org/ncbigene/",
    "NCBITaxon": "http://purl.obolibrary.org/obo/NCBITaxon_",
    "CHEBI": "http://purl.obolibrary.org/obo/CHEBI_",
    "DOID": "http://purl.obolibrary.org/obo/DOID_",
    "MONDO": "http://purl.obolibrary.org/obo/MONDO_",
    "HP": "http://purl.obolibrary.org/obo/HP_",
    "GO": "http://purl.obolibrary.org/obo/GO_",
    "DRUGBANK": "https://identifiers.org/drugbank/",
    "SCTID": "http://snomed.info/id/",
}
"""What prefixes stand for; an id with another one is taken as an IRI as it is."""

_LINK = {"@type": "@id"}
_SET = {"@container": "@set"}
_JSON = {"@type": "@json"}
CONTEXT: Mapping[str, Any] = {
    "@version": 1.1,
    **{prefix: {"@id": iri, "@prefix": True} for prefix, iri in PREFIXES.items()},
    "id": "@id",
    "category": "@type",
    "name": "rdfs:label",
    "synonyms_seen": {"@id": "biolink:synonym", **_SET},
    "xrefs": {"@id": "biolink:xref", **_LINK, **_SET},
    "broader": {"@id": SUBCLASS_OF, **_LINK, **_SET},
    "subject": {"@id": "biolink:subject", **_LINK},
    "predicate": {"@id": "biolink:predicate", **_LINK},
    "object": {"@id": "biolink:object", **_LINK},
    "original_predicate": "biolink:original_predicate",
    "publications": {"@id": "biolink:publications", **_LINK, **_SET},
    "negated": "biolink:negated",
    "document": {"@id": "kg:document", **_LINK},
    "concept": {"@id": "kg:concept", **_LINK},
    "date": {"@id": "schema:dateCreated", "@type": "xsd:date"},
    "language": "schema:inLanguage",
    "text": "schema:text",
    "tags": {"@id": "schema:keywords", **_SET},
    "evidence": {"@id": "biolink:has_evidence", **_JSON},
    "attributes": {"@id": "kg:attributes", **_JSON},
    "fragments": {"@id": "kg:fragments", **_JSON},
    "extra": {"@id": "kg:extra", **_JSON},
    **{
        name: f"kg:{name}"
        for name in (
            *(
                "type",
                "linked",
                "ancestor_only",
                "documents",
                "mentions",
                "sha256",
                "schema_name",
                "patient",
                "encounter",
            ),
            *("document_id", "document_kind", "source", "start", "end", "assertion", "confidence", "section"),
            *("extractor", "model", "review"),
        )
    },
}
"""Every term that the file uses."""

_UNSAFE = re.compile(r'[\x00-\x20"%<>\\^`{|}\x7f-\x9f\ud800-\udfff]')


def write_jsonld(content: Content, files: Sequence[TextIO]) -> None:
    """One file: documents, concepts, mentions and relations, all of them nodes of ``@graph``."""
    [file] = files
    file.write(f'{{"@context": {json_text(CONTEXT)},\n"@graph": [')
    write_items(file, _items(content))
    file.write("\n]}\n")


def _items(content: Content) -> Iterator[Fields]:
    for document in content.documents():
        fields = document_fields(document)
        extra = {name.removeprefix("extra."): fields.pop(name) for name in list(fields) if name.startswith("extra.")}
        del fields["kind"]
        fields |= {"id": document_iri(document.id), "category": "biolink:Publication", "document_id": document.id}
        fields["schema_name"] = fields.pop("schema")
        yield fields | ({"extra": extra} if extra else {})
    for concept in content.concepts():
        fields = concept_fields(concept)
        del fields["kind"]
        links = {"xrefs": concept.xrefs} | ({"broader": concept.broader} if concept.broader else {})
        yield (
            fields
            | {"id": concept_iri(concept.id)}
            | {name: list(map(concept_iri, ids)) for name, ids in links.items()}
        )
    for _, mention in content.mentions():
        fields = mention_fields(mention)
        del fields["predicate"]
        ends = {"document": document_iri(mention.document), "concept": concept_iri(mention.concept)}
        yield {"category": "kg:Mention"} | ends | fields
    for relation in content.relations():
        fields = relation_fields(relation, content.predicate(relation))
        del fields["sentence"], fields["document"]
        yield fields | {
            "id": f"urn:uuid:{relation_uuid(relation)}",
            "category": "biolink:Association",
            "subject": concept_iri(relation.subject),
            "predicate": fields.pop("biolink"),
            "object": concept_iri(relation.object),
            "original_predicate": relation.predicate,
            "negated": assertion(relation) is Assertion.NEGATED,
            "publications": [document_iri(document) for document in relation.documents],
        }


def document_iri(document_id: str) -> str:
    """Any document id as a compact IRI."""
    return "document:" + quote(document_id, safe="/", errors="surrogatepass")


def concept_iri(curie: str) -> str:
    """A CURIE with the characters escaped that an IRI can't have."""
    return _UNSAFE.sub(lambda found: quote(found[0], safe="", errors="surrogatepass"), curie)
