from __future__ import annotations

from pathlib import Path

import pytest

from kg_builder.errors import SchemaError
from kg_builder.schema import Role
from kg_builder.schemas import load_schema, parse_schema

GOOD = """\
name: ward
description: Drugs and problems on a ward.
languages: [en]
entities:
  - name: Drug
    description: A medicine.
    semantic_group: CHEM
  - name: Problem
    description: What ails the patient.
    semantic_group: DISO
  - name: Dose
    description: How much.
    role: attribute
relations:
  - name: TREATS
    description: Given for.
    subject: [Drug]
    object: [Problem]
    biolink: biolink:treats
"""


def message(text: str) -> str:
    with pytest.raises(SchemaError) as caught:
        parse_schema(text, source="ward.yaml")
    return caught.value.message


def test_a_schema_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "ward.yaml"
    path.write_text(GOOD, encoding="utf-8")
    schema = load_schema(path)
    assert [entity.name for entity in schema.entities] == ["Drug", "Problem", "Dose"]
    assert schema.entities[2].role is Role.ATTRIBUTE
    assert schema.relations[0].object == ("Problem",)
    assert load_schema(str(path)) == schema


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("DISO", "DISEASE", "ward.yaml:8: entities[1]: unknown semantic_group 'DISEASE'; one of ACTI, ANAT, CHEM"),
        ("    description: What ails the patient.\n", "", "ward.yaml:8: entities[1].description: Field required"),
        ("role: attribute", "role: value", "ward.yaml:13: entities[2].role: Input should be 'concept', 'attribute'"),
        ("name: Problem", "name: Drug", "ward.yaml:8: entities[1].name: entity type 'Drug' is defined twice"),
        ("[Problem]", "[Disease]", "ward.yaml:18: relations[0].object[0]: relation 'TREATS' names unknown entity"),
        ("[Problem]", "[Problem, Dose]", "ward.yaml:18: relations[0].object[1]: relation 'TREATS' ends in 'Dose'"),
        ("[Drug]", "[]", "ward.yaml:17: relations[0].subject: Tuple should have at least 1 item"),
        ("biolink:treats", "treats", "ward.yaml:19: relations[0].biolink: String should match pattern"),
        ("name: Dose", "name: Dose mg", "ward.yaml:11: entities[2].name: String should match pattern"),
        ("languages: [en]", "language: en", "ward.yaml:3: language: Extra inputs are not permitted"),
        ("languages: [en]", "languages: [no]", "ward.yaml:3: languages[0]: Input should be a valid string; put it in"),
        ("languages: [en]", "name: ward2", "ward.yaml:3: name: given twice"),
        ("    role: attribute", "    name: Dosage", "ward.yaml:13: name: given twice"),
        ("    role: attribute", "\trole: attribute", "ward.yaml:13: not valid YAML: "),
        ("[Drug]", "[Drug", "ward.yaml:18: not valid YAML: "),
    ],
)
def test_errors_name_line_and_field(old: str, new: str, expected: str) -> None:
    assert message(GOOD.replace(old, new, 1)).startswith(expected)


def test_every_problem_is_told_at_once() -> None:
    lines = message(GOOD.replace("CHEM", "DRUG").replace("role: attribute", "rol: attribute")).splitlines()
    assert [line.split(": ")[0] for line in lines] == ["ward.yaml:5", "ward.yaml:13"]


def test_a_relation_defined_twice_is_told_at_its_second_place() -> None:
    relation = GOOD[GOOD.index("  - name: TREATS") :]
    assert message(GOOD + relation).startswith("ward.yaml:20: relations[1].name: relation type 'TREATS' is defined")


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b\n"])
def test_what_is_no_mapping_is_no_schema(text: str) -> None:
    assert message(text) == "ward.yaml:1: a schema is a mapping with name, description, entities and relations"


def test_control_characters_are_not_yaml() -> None:
    assert message("name: a\x01b").startswith("ward.yaml: not valid YAML: ")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"missing\.yaml: cannot be read"):
        load_schema(tmp_path / "missing.yaml")
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("name: café".encode("latin-1"))
    with pytest.raises(SchemaError, match=r"latin\.yaml: not UTF-8 text \(byte 9\)"):
        load_schema(latin)
