from __future__ import annotations

import pytest
from pydantic import BaseModel, ConfigDict

from kg_builder.errors import SchemaError
from kg_builder.schema import RelationType, Role
from kg_builder.schemas import schema_from_models


class Drug(BaseModel):
    """A medicine."""

    model_config = ConfigDict(json_schema_extra={"semantic_group": "CHEM"})


class Problem(BaseModel):
    """What ails
    the patient.
    """

    model_config = ConfigDict(json_schema_extra={"semantic_group": "DISO", "examples": ["pain"]})


class Symptom(BaseModel):
    pass


class Dose(BaseModel):
    """How much."""

    model_config = ConfigDict(json_schema_extra={"role": "attribute"})


class Treats(BaseModel):
    """Given for."""

    model_config = ConfigDict(json_schema_extra={"name": "TREATS", "biolink": "biolink:treats"})
    subject: Drug
    object: Problem | Symptom


class Halves(BaseModel):
    """Relates to a dose."""

    subject: Drug
    object: Dose


class Half(BaseModel):
    """Lacks an object."""

    subject: Drug


class Named(BaseModel):
    """Names its end by text."""

    subject: Drug
    object: str


class Wrong(BaseModel):
    """Of no group."""

    model_config = ConfigDict(json_schema_extra={"semantic_group": "NOPE"})


def test_classes_become_types() -> None:
    schema = schema_from_models(
        "ward", "Drugs and problems.", entities=[Drug, Problem, Symptom, Dose], relations=[Treats], languages=["en"]
    )
    drug, problem, symptom, dose = schema.entities
    assert (drug.name, drug.description, drug.semantic_group) == ("Drug", "A medicine.", "CHEM")
    assert (problem.description, problem.examples) == ("What ails\nthe patient.", ("pain",))
    assert symptom.description == "Symptom"
    assert dose.role is Role.ATTRIBUTE
    assert schema.languages == ("en",)
    assert schema.relations == (
        RelationType(
            name="TREATS",
            description="Given for.",
            subject=("Drug",),
            object=("Problem", "Symptom"),
            biolink="biolink:treats",
        ),
    )


@pytest.mark.parametrize(
    ("entities", "relations", "expected"),
    [
        ([Drug, Wrong], [], "Wrong: unknown semantic_group 'NOPE'"),
        ([Drug, Drug], [], "Drug.name: entity type 'Drug' is defined twice"),
        ([Drug, Problem], [Treats], "Treats.object.1: relation 'TREATS' names unknown entity type 'Symptom'"),
        ([Drug, Dose], [Halves], "Halves.object.0: relation 'Halves' ends in 'Dose', whose role is attribute"),
        ([Drug], [Half], "Half: a relation class needs the field 'object'"),
        ([Drug], [Named], "Named.object: must be annotated with entity classes"),
        ([], [], "entities: Tuple should have at least 1 item"),
    ],
)
def test_errors_name_class_and_field(
    entities: list[type[BaseModel]], relations: list[type[BaseModel]], expected: str
) -> None:
    with pytest.raises(SchemaError) as caught:
        schema_from_models("ward", "Drugs.", entities=entities, relations=relations)
    assert caught.value.message.startswith(expected)
