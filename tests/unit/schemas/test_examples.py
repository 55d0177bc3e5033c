from __future__ import annotations

import pytest

from kg_builder.errors import SchemaError
from kg_builder.schema import Role
from kg_builder.schemas import builtin_names, builtin_schema, parse_schema

WARD = """\
name: ward
description: Drugs and problems on a ward.
entities:
  - name: Drug
    description: A medicine.
    semantic_group: CHEM
  - name: Problem
    description: What ails the patient.
    semantic_group: DISO
  - name: PatientName
    description: A name.
    role: identifier
relations:
  - name: TREATS
    description: Given for.
    subject: [Drug]
    object: [Problem]
examples:
  - text: Aspirin for pain and more pain.
    mentions:
      - {text: Aspirin, type: Drug}
      - {text: pain, type: Problem}
    relations:
      - {subject: Aspirin, predicate: TREATS, object: pain}
  - text: Nothing to see.
"""


def test_examples_are_read() -> None:
    first, second = parse_schema(WARD).examples
    assert [(one.text, one.type) for one in first.mentions] == [("Aspirin", "Drug"), ("pain", "Problem")]
    assert [(one.subject, one.predicate, one.object) for one in first.relations] == [("Aspirin", "TREATS", "pain")]
    assert not second.mentions


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("text: Aspirin, ", "text: aspirin, ", "ward.yaml:19: examples[0]: the example's text doesn't hold 'aspirin'"),
        ("text: Aspirin, type: Drug", "text: pain, type: Problem}\n      - {text: pain, type: Problem",
         "ward.yaml:19: examples[0]: the example's text doesn't hold 'pain' 3 times"),
        ("object: pain", "object: fever", "ward.yaml:19: examples[0]: 'fever' of TREATS is not among the example's"),
        ("type: Drug}", "type: Chemical}", "ward.yaml:21: examples[0].mentions[0].type: an example names unknown"),
        ("type: Drug}", "type: PatientName}", "ward.yaml:21: examples[0].mentions[0].type: an example shows the ident"),
        ("predicate: TREATS", "predicate: HELPS", "ward.yaml:24: examples[0].relations[0].predicate: an example names"),
        ("subject: Aspirin", "subject: pain", "ward.yaml:24: examples[0].relations[0].subject: an example's TREATS"),
    ],
)  # fmt: skip
def test_an_example_that_does_not_fit_is_told_with_its_line(old: str, new: str, expected: str) -> None:
    with pytest.raises(SchemaError) as caught:
        parse_schema(WARD.replace(old, new, 1), source="ward.yaml")
    assert caught.value.message.startswith(expected)


@pytest.mark.parametrize("name", builtin_names())
def test_every_built_in_schema_shows_what_to_answer_and_when_there_is_nothing(name: str) -> None:
    schema = builtin_schema(name)
    assert any(not example.mentions for example in schema.examples)
    assert any(len(example.mentions) > 5 for example in schema.examples) or name == "chemical-disease"
    assert {relation.predicate for example in schema.examples for relation in example.relations} == {
        relation.name for relation in schema.relations
    }


@pytest.mark.parametrize("name", builtin_names())
def test_mentions_of_examples_are_in_order_of_place(name: str) -> None:
    for example in builtin_schema(name).examples:
        place = 0
        for mention in example.mentions:
            place = example.text.index(mention.text, place) + len(mention.text)


@pytest.mark.parametrize("name", builtin_names())
def test_no_example_shows_an_identifier(name: str) -> None:
    schema = builtin_schema(name)
    hidden = {entity.name for entity in schema.entities if entity.role is Role.IDENTIFIER}
    assert hidden.isdisjoint(mention.type for example in schema.examples for mention in example.mentions)
