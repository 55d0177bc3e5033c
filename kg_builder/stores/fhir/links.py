"""Relations between what a document says: a medicine given for a condition, a condition due to a medicine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kg_builder.errors import SchemaError
from kg_builder.schemas import builtin_schema
from kg_builder.stores.fhir.identity import Resource, reference
from kg_builder.stores.views import PLAIN_ASSERTIONS, RelationView

DUE_TO = "http://hl7.org/fhir/StructureDefinition/condition-dueTo"
_TREATS, _CAUSES = "biolink:treats", "biolink:causes"
_TREATMENT_KINDS = frozenset({"MedicationStatement", "Procedure"})
_CAUSE_KINDS = frozenset({"Condition", "MedicationStatement", "Procedure"})


class Link(NamedTuple):
    """A relation that a document asserts."""

    subject: str
    predicate: str
    object: str


def links_by_document(relations: Iterable[RelationView]) -> Mapping[str, Sequence[Link]]:
    """The relations that each document states as facts; what it denies, or says of others, links nothing."""
    found: defaultdict[str, list[Link]] = defaultdict(list)
    for view in relations:
        if PLAIN_ASSERTIONS.issuperset(view.assertions):
            found[view.documents[0]].append(Link(view.subject, view.predicate, view.object))
    return found


def link(links: Iterable[Link], schema_name: str, made: Mapping[str, Sequence[Resource]]) -> None:
    """Add the references. `made`: resources that state facts, by the id of the concept they are about."""
    for one in dict.fromkeys(links):
        meaning = _biolink(schema_name, one.predicate)
        for cause in made.get(one.subject, ()):
            for condition in made.get(one.object, ()):
                if condition["resourceType"] != "Condition" or cause is condition:
                    continue
                if meaning == _TREATS and cause["resourceType"] in _TREATMENT_KINDS:
                    cause.setdefault("reasonReference", []).append(reference(condition))
                elif meaning == _CAUSES and cause["resourceType"] in _CAUSE_KINDS:
                    condition.setdefault("extension", []).append({"url": DUE_TO, "valueReference": reference(cause)})


def _biolink(schema_name: str, predicate: str) -> str:
    try:
        relation = builtin_schema(schema_name).relation(predicate)
    except SchemaError:
        return ""
    return relation.biolink if relation is not None else ""
