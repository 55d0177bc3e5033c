from __future__ import annotations

import pytest

from kg_builder.errors import SchemaError
from kg_builder.schema import Role
from kg_builder.schemas import builtin_names, builtin_schema, load_schema

NAMES = ["chemical-disease", "clinical-note", "medmentions-21", "vietnamese-covid", "vietnamese-medical"]


def test_there_are_five() -> None:
    assert builtin_names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_has_its_file_name_and_descriptions(name: str) -> None:
    schema = builtin_schema(name)
    assert schema.name == name
    assert load_schema(name) is schema
    assert schema.description.endswith(".")
    assert all(relation.description.endswith(".") for relation in schema.relations)
    for entity in schema.entities:
        assert entity.description.endswith(".")
        assert (entity.semantic_group is None) == (entity.role is not Role.CONCEPT)


@pytest.mark.parametrize(
    ("schema", "group", "entity"),
    [
        ("chemical-disease", "CHEM", "Chemical"),
        ("chemical-disease", "DISO", "Disease"),
        ("clinical-note", "CHEM", "Treatment"),
        ("clinical-note", "DISO", "Problem"),
        ("clinical-note", "PROC", "Test"),
        ("medmentions-21", "DISO", "BiologicFunction"),
        ("medmentions-21", "ANAT", "AnatomicalStructure"),
        ("medmentions-21", "PROC", "HealthCareActivity"),
        ("medmentions-21", "LIVB", "Eukaryote"),
        ("vietnamese-medical", "CHEM", "DRUG"),
        ("vietnamese-medical", "DISO", "SYMPTOM_AND_DISEASE"),
        ("vietnamese-medical", "PROC", "MEDICAL_PROCEDURE"),
        ("vietnamese-covid", "DISO", "SYMPTOM_AND_DISEASE"),
    ],
)
def test_labels_of_other_extractors_land_in_the_right_type(schema: str, group: str, entity: str) -> None:
    found = builtin_schema(schema).entity_for_label("some label", group)
    assert found is not None
    assert found.name == entity


@pytest.mark.parametrize("name", [name for name in NAMES if name != "vietnamese-covid"])
def test_chemicals_cause_and_treat_diseases(name: str) -> None:
    schema = builtin_schema(name)
    for predicate, biolink in (("INDUCES", "biolink:causes"), ("TREATS", "biolink:treats")):
        relation = schema.relation(predicate)
        assert relation is not None
        assert relation.biolink == biolink
        assert schema.concept_types(relation.subject) == {"Chemical"}
        assert schema.concept_types(relation.object) == {"Disease"}


def test_medmentions_has_the_21_types() -> None:
    assert len(builtin_schema("medmentions-21").entities) == 21


@pytest.mark.parametrize(
    ("schema", "identifiers"),
    [
        ("clinical-note", {"PatientName", "PatientId"}),
        ("vietnamese-medical", {"DEMOGRAPHICS"}),
        ("vietnamese-covid", {"PATIENT_ID", "NAME"}),
    ],
)
def test_identifiers_are_marked_so_that_they_are_never_written(schema: str, identifiers: set[str]) -> None:
    assert {e.name for e in builtin_schema(schema).entities if e.role is Role.IDENTIFIER} == identifiers


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(SchemaError, match="no built-in schema 'chemical'; there are chemical-disease, clinical-note"):
        load_schema("chemical")
