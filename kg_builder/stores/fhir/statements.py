"""What a document says of one concept under one assertion, as the FHIR resource that says the same of its patient.

=============  =============================================  ==============================  ============
assertion      Condition                                      MedicationStatement             Procedure
=============  =============================================  ==============================  ============
present        active, confirmed                              active                          completed
possible       active, unconfirmed                            unknown                         unknown
negated        refuted                                        not-taken                       not-done
historical     inactive, confirmed                            completed                       completed
family         FamilyMemberHistory of an unnamed relative     left out                        left out
hypothetical   left out                                       intended                        left out
=============  =============================================  ==============================  ============

A mention with a value is an Observation, where the document asserts it. Concepts that are neither disorder nor
substance nor procedure are left out. What is left out is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kg_builder.records import Assertion, Attribute, ReviewStatus
from kg_builder.stores.fhir import measurements, medication
from kg_builder.stores.fhir.coding import Concept, codeable
from kg_builder.stores.fhir.identity import Resource, coded, given, reference, resource_id
from kg_builder.stores.views import MentionView

_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_CONDITION = {
    Assertion.PRESENT: ("active", "confirmed"),
    Assertion.POSSIBLE: ("active", "unconfirmed"),
    Assertion.NEGATED: (None, "refuted"),
    Assertion.HISTORICAL: ("inactive", "confirmed"),
}
"""Clinical and verification status."""
_MEDICATION = {
    Assertion.PRESENT: "active",
    Assertion.POSSIBLE: "unknown",
    Assertion.NEGATED: "not-taken",
    Assertion.HISTORICAL: "completed",
    Assertion.HYPOTHETICAL: "intended",
}
_PROCEDURE = {
    Assertion.PRESENT: "completed",
    Assertion.POSSIBLE: "unknown",
    Assertion.NEGATED: "not-done",
    Assertion.HISTORICAL: "completed",
}
_MEASURED = frozenset({Assertion.PRESENT, Assertion.POSSIBLE, Assertion.HISTORICAL})
_RELATIVE = coded("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "FAMMEMB", "family member")
_DISORDER, _SUBSTANCE, _PROCEDURE_TYPE = "Disease", "Chemical", "Procedure"


@dataclass(frozen=True)
class About:
    """Whom and which document a bundle is about."""

    document_id: str
    document: Resource
    """DocumentReference."""
    subject: Mapping[str, Any]
    encounter: Mapping[str, Any] | None
    date: str | None


@dataclass(frozen=True)
class Group:
    """All that a document says of a concept under one assertion."""

    concept: Concept
    type: str
    """What the document takes it for, where its schema tells; else the concept's own type."""
    assertion: Assertion
    mentions: list[MentionView] = field(default_factory=list)
    attributes: dict[tuple[int, int], list[Attribute]] = field(default_factory=dict)
    """By mention."""


class Statement(NamedTuple):
    """A resource with what it was read from; without one, why the mentions are left out."""

    resource: Resource | None
    mentions: Sequence[MentionView]
    attributes: Sequence[Attribute] = ()
    left_out: str = ""


def statements(group: Group, about: About) -> Iterator[Statement]:
    """Values first, then what is said apart from these."""
    standing = [view for view in group.mentions if view.review is not ReviewStatus.REJECTED]
    if rejected := [view for view in group.mentions if view.review is ReviewStatus.REJECTED]:
        yield Statement(None, rejected, left_out="rejected in review")
    plain: list[MentionView] = []
    measured: set[tuple[int, int]] = set()
    for view in standing:
        values = [item for item in _attributes(group, view) if item.value.get("kind") == measurements.KIND]
        if not values:
            plain.append(view)
        elif (place := (view.start, view.end)) in measured:  # in other fragments
            continue
        elif group.assertion in _MEASURED:
            measured.add(place)
            yield from (_observation(group, about, view, value) for value in values)
        else:
            yield Statement(None, [view], left_out=f"{group.assertion.value} measurement")
    if plain:
        yield _plain(group, about, plain)


def _plain(group: Group, about: About, mentions: Sequence[MentionView]) -> Statement:
    made = {_DISORDER: _condition, _SUBSTANCE: _medication, _PROCEDURE_TYPE: _procedure}.get(group.type)
    if made is None:
        return Statement(None, mentions, left_out=f"type {group.type}")
    resource = made(group, about, mentions)
    if resource is None:
        return Statement(None, mentions, left_out=f"{group.assertion.value} {group.type}")
    used = [item for view in mentions for item in _dosed(group, view)] if group.type == _SUBSTANCE else []
    return Statement(resource, mentions, used)


def _condition(group: Group, about: About, mentions: Sequence[MentionView]) -> Resource | None:
    if group.assertion is Assertion.FAMILY:
        return _family_history(group, about, mentions)
    if group.assertion not in _CONDITION:
        return None
    clinical, verification = _CONDITION[group.assertion]
    return _head("Condition", group, about) | given(
        clinicalStatus=coded(_CLINICAL, clinical) if clinical else None,
        verificationStatus=coded(_VERIFICATION, verification),
        code=_code(group, mentions),
        subject=about.subject,
        encounter=about.encounter,
        recordedDate=about.date,
        evidence=[{"detail": [reference(about.document)]}],
    )


def _family_history(group: Group, about: About, mentions: Sequence[MentionView]) -> Resource:
    return _head("FamilyMemberHistory", group, about) | given(
        status="partial",
        patient=about.subject,
        date=about.date,
        relationship=_RELATIVE,
        condition=[{"code": _code(group, mentions)}],
    )


def _medication(group: Group, about: About, mentions: Sequence[MentionView]) -> Resource | None:
    if group.assertion not in _MEDICATION:
        return None
    dosages = [medication.dosage(dosed) for view in mentions if (dosed := _dosed(group, view))]
    return _head("MedicationStatement", group, about) | given(
        status=_MEDICATION[group.assertion],
        medicationCodeableConcept=_code(group, mentions),
        subject=about.subject,
        context=about.encounter,
        dateAsserted=about.date,
        derivedFrom=[reference(about.document)],
        dosage=[found for found in dosages if found],
    )


def _procedure(group: Group, about: About, mentions: Sequence[MentionView]) -> Resource | None:
    if group.assertion not in _PROCEDURE:
        return None
    return _head("Procedure", group, about) | given(
        status=_PROCEDURE[group.assertion],
        code=_code(group, mentions),
        subject=about.subject,
        encounter=about.encounter,
    )


def _observation(group: Group, about: About, view: MentionView, value: Attribute) -> Statement:
    code = _code(group, [view])
    if "systolic" in value.value:
        code["coding"] = [*code.get("coding", []), measurements.BLOOD_PRESSURE]
    head = _head("Observation", group, about, str(view.start), str(value.start), str(value.end))
    fields = given(status="unknown", code=code, subject=about.subject, encounter=about.encounter)
    resource = head | fields | {"derivedFrom": [reference(about.document)]} | measurements.observed(value)
    return Statement(resource, [view], [value])


def _head(kind: str, group: Group, about: About, *places: str) -> Resource:
    parts = (about.document_id, group.concept.id, group.type, group.assertion.value, *places)
    return {"resourceType": kind, "id": resource_id(kind, *parts)}


def _code(group: Group, mentions: Sequence[MentionView]) -> dict[str, Any]:
    return codeable(group.concept, (" ".join(view.text.split()) for view in mentions))


def _attributes(group: Group, view: MentionView) -> Sequence[Attribute]:
    return group.attributes.get((view.start, view.end), ())


def _dosed(group: Group, view: MentionView) -> list[Attribute]:
    return [item for item in _attributes(group, view) if item.value.get("kind") in medication.KINDS]
