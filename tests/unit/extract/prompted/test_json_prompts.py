from __future__ import annotations

from kg_builder.backends.generation import Message
from kg_builder.extract.prompted.json_prompts import answer_schema, answer_text, json_prompt, user_text
from kg_builder.schema import EntityType, Example, ExampleMention
from kg_builder.schemas import builtin_schema

SYSTEM = """You are a medical expert. Your task is to identify and extract medical entities from the given text.
The entity types to extract are:
- SYMPTOM_AND_DISEASE: Symptoms, signs of illness, diseases, or medical conditions.
- MEDICAL_PROCEDURE: Medical procedures, surgeries, therapies, or diagnostic methods.
- DRUG: Names of medicines, drugs, vitamins, or supplements.
- DEMOGRAPHICS: Age, gender, or patient ID.

Return the result as a JSON list containing dictionaries with "entity" and "type" keys. If no relevant entities are found, return an empty list []"""  # noqa: E501
TEXT = "Bệnh nhân nam 45 tuổi nhập viện vì đau dữ dội vùng bụng dưới, được chỉ định siêu âm ổ bụng."
NAMES = ("SYMPTOM_AND_DISEASE", "MEDICAL_PROCEDURE", "DRUG", "DEMOGRAPHICS")
ENTITIES = [entity for entity in builtin_schema("vietnamese-medical").entities if entity.name in NAMES]


def test_the_prompt_is_the_published_one() -> None:
    assert json_prompt(ENTITIES, TEXT) == (
        Message("system", SYSTEM),
        Message(
            "user",
            "Text: Bệnh nhân nam 45 tuổi nhập viện vì đau dữ dội vùng bụng dưới, được chỉ định siêu âm ổ bụng.",
        ),
    )


def test_examples_are_turns_between_system_and_text() -> None:
    examples = [
        Example(text="Không có gì."),
        Example(text='Uống "paracetamol".', mentions=(ExampleMention(text="paracetamol", type="DRUG"),)),
    ]
    assert json_prompt(ENTITIES, TEXT, examples=examples)[1:] == (
        Message("user", "Text: Không có gì."),
        Message("assistant", "[]"),
        Message("user", 'Text: Uống "paracetamol".'),
        Message("assistant", '[{"entity": "paracetamol", "type": "DRUG"}]'),
        Message("user", f"Text: {TEXT}"),
    )


def test_another_system_text_may_say_where_the_types_go() -> None:
    entity = EntityType(name="Drug", description="A {types} medicine.")
    assert (
        json_prompt([entity], "x", system="Find:\n{types}\nNow.")[0].content
        == "Find:\n- Drug: A {types} medicine.\nNow."
    )
    assert json_prompt([entity], "x", system="Find drugs.")[0].content == "Find drugs."


def test_what_was_wrong_stands_in_the_same_turn_after_the_text() -> None:
    assert user_text("A text.", ["'x' is not in the text.", "'Y' is not a type."]) == (
        "Text: A text.\n\nAn earlier answer could not be used:\n- 'x' is not in the text.\n- 'Y' is not a type.\n"
        "Give a corrected answer, as a complete JSON list."
    )


def test_an_answer_keeps_letters_as_they_are() -> None:
    assert answer_text([("sốt", "A"), ('6" scar', "B")]) == (
        '[{"entity": "sốt", "type": "A"}, {"entity": "6\\" scar", "type": "B"}]'
    )


def test_the_schema_of_an_answer_lists_the_types() -> None:
    items = answer_schema(ENTITIES)["items"]
    assert items["properties"]["type"]["enum"] == list(NAMES)
    assert items["required"] == ["entity", "type"]
    assert items["additionalProperties"] is False
