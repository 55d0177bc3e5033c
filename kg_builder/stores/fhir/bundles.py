"""A FHIR bundle for each document, one a line: for a single document, the file is a bundle as it stands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, TextIO

from kg_builder.errors import SchemaError
from kg_builder.records import Attribute
from kg_builder.schemas import builtin_schema
from kg_builder.semantic_groups import GROUPS
from kg_builder.stores.export_content import Content
from kg_builder.stores.export_files import json_text
from kg_builder.stores.fhir.coding import Concept, concept_of
from kg_builder.stores.fhir.identity import (
    DOCUMENT,
    ENCOUNTER,
    PATIENT,
    SHA256,
    Resource,
    fhir_text,
    given,
    reference,
    resource_id,
)
from kg_builder.stores.fhir.links import Link, link, links_by_document
from kg_builder.stores.fhir.provenance import provenance
from kg_builder.stores.fhir.statements import About, Group, statements
from kg_builder.stores.views import PLAIN_ASSERTIONS, DocumentView, MentionView


def write_fhir(content: Content, files: Sequence[TextIO]) -> None:
    """One file: newline-delimited JSON of bundles of type collection, documents in order of id."""
    [file] = files
    concepts = {view.id: concept_of(view) for view in content.concepts()}
    links = links_by_document(content.relations())
    mentions = groupby((view for _, view in content.mentions()), key=lambda view: view.document)
    coming = next(mentions, None)
    for document in content.documents():
        named: list[MentionView] = []
        if coming is not None and coming[0] == document.id:
            named = list(coming[1])
            coming = next(mentions, None)
        file.write(json_text(bundle(document, named, concepts, links.get(document.id, ()))) + "\n")


def bundle(
    document: DocumentView, mentions: Iterable[MentionView], concepts: Mapping[str, Concept], links: Iterable[Link]
) -> Resource:
    """What one document says of its patient."""
    patient = _patient(document)
    about = _about(document, patient)
    resources: list[Resource] = [*([patient] if patient else []), about.document]
    left_out: Counter[str] = Counter()
    facts: defaultdict[str, list[Resource]] = defaultdict(list)
    for group in _groups(document, mentions, concepts):
        for statement in statements(group, about):
            if statement.resource is None:
                left_out[statement.left_out] += len(statement.mentions)
            else:
                made = provenance(statement.resource, about.document, statement.mentions, statement.attributes)
                resources += [statement.resource, made]
                if group.assertion in PLAIN_ASSERTIONS:
                    facts[group.concept.id].append(statement.resource)
    link(links, document.selection.schema_name, facts)
    if left_out:
        resources.append(_outcome(document, left_out))
    return {
        "resourceType": "Bundle",
        "id": resource_id("Bundle", document.id),
        "identifier": {"system": DOCUMENT, "value": _required(document.id)},
        "type": "collection",
        "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources],
    }


def _groups(
    document: DocumentView, mentions: Iterable[MentionView], concepts: Mapping[str, Concept]
) -> Iterator[Group]:
    """By concept, type and assertion, in order."""
    owned: defaultdict[tuple[int, int], list[Attribute]] = defaultdict(list)
    for attribute in document.attributes:
        if attribute.mention is not None:
            owned[attribute.mention].append(attribute)
    groups: dict[tuple[str, str, str], Group] = {}
    for view in mentions:
        concept = concepts[view.concept]
        type_ = _group_label(document.selection.schema_name, view.type) or concept.type
        key = (view.concept, type_, view.assertion.value)
        group = groups.setdefault(key, Group(concept, type_, view.assertion))
        group.mentions.append(view)
        if (place := (view.start, view.end)) in owned:
            group.attributes[place] = owned[place]
    return iter(groups[key] for key in sorted(groups))


@lru_cache(maxsize=256)
def _group_label(schema: str, type_: str) -> str | None:
    """What a document takes a mention for: a test named after a substance isn't a medicine."""
    try:
        entity = builtin_schema(schema).entity(type_)
    except SchemaError:
        return None
    return GROUPS[entity.semantic_group].label if entity is not None and entity.semantic_group else None


def _about(document: DocumentView, patient: Resource | None) -> About:
    metadata = document.metadata
    unnamed = {"type": "Patient", "display": "not named in the metadata of the document"}
    subject = unnamed if patient is None else reference(patient)
    date = metadata.date.isoformat() if metadata.date else None
    value = fhir_text(metadata.encounter or "")
    encounter = {"identifier": {"system": ENCOUNTER, "value": value}} if value else None
    return About(document.id, _document_reference(document, subject, encounter, date), subject, encounter, date)


def _patient(document: DocumentView) -> Resource | None:
    value = fhir_text(document.metadata.patient or "")
    if value is None:
        return None
    identifier = [{"system": PATIENT, "value": value}]
    return {"resourceType": "Patient", "id": resource_id("Patient", value), "identifier": identifier}


def _document_reference(
    document: DocumentView, subject: Mapping[str, Any], encounter: Mapping[str, Any] | None, date: str | None
) -> Resource:
    """The document without its text."""
    metadata, language = document.metadata, document.selection.language
    kind = fhir_text(metadata.kind or "")
    attachment = given(
        contentType="text/plain; charset=utf-8",
        language=None if language == "und" else language,
        title=fhir_text(metadata.source or ""),
    )
    identifiers = [
        {"system": DOCUMENT, "value": _required(document.id)},
        {"system": SHA256, "value": document.sha256},
    ]
    return {"resourceType": "DocumentReference", "id": resource_id("DocumentReference", document.id)} | given(
        identifier=identifiers,
        status="current",
        type=None if kind is None else {"text": kind},
        subject=subject,
        content=[{"attachment": attachment}],
        context=given(encounter=[encounter] if encounter else None, period={"start": date} if date else None),
    )


def _outcome(document: DocumentView, left_out: Counter[str]) -> Resource:
    """What FHIR has no statement for, by the reason."""
    issues = [
        {
            "severity": "information",
            "code": "not-supported",
            "diagnostics": f"{count} {'mention' if count == 1 else 'mentions'} left out: {_required(reason)}",
        }
        for reason, count in sorted(left_out.items())
    ]
    return {"resourceType": "OperationOutcome", "id": resource_id("OperationOutcome", document.id), "issue": issues}


def _required(text: str) -> str:
    return fhir_text(text) or "\N{REPLACEMENT CHARACTER}"
