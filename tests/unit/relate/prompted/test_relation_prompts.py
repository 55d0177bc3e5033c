from __future__ import annotations

from kg_builder.backends.generation import Message
from kg_builder.relate.prompted.json_relations import example_turns
from kg_builder.relate.prompted.relation_prompts import answer_schema, answer_text, relation_prompt
from kg_builder.schemas import builtin_names, builtin_schema

SCHEMA = builtin_schema("chemical-disease")
ENTITIES = [("cisplatin", "Chemical"), ("nausea", "Disease")]
SYSTEM = """You are a medical expert. Your task is to find the relations that the given text states between the listed entities.
The relation types to find are:
- INDUCES: The chemical causes, induces or worsens the disease, as a side effect, poisoning or in a model. (subject: Chemical; object: Disease)
- TREATS: The chemical is given to treat, relieve or prevent the disease. (subject: Chemical; object: Disease)

Return the result as a JSON list containing dictionaries with "subject", "predicate", "object" and "evidence" keys. Copy "subject" and "object" from the list of entities, and as "evidence" the sentence of the text that states the relation. Leave out what the text doesn't state. If there are no such relations, return an empty list []"""  # noqa: E501


def test_relations_and_entities_are_listed() -> None:
    assert relation_prompt(SCHEMA.relations, "Cisplatin caused nausea.", ENTITIES) == (
        Message("system", SYSTEM),
        Message("user", "Text: Cisplatin caused nausea.\n\nEntities:\n- cisplatin (Chemical)\n- nausea (Disease)"),
    )


def test_what_was_wrong_stands_at_the_end() -> None:
    turn = relation_prompt(SCHEMA.relations, "x", ENTITIES, feedback=["'y' is not a relation."])[-1].content
    assert turn.endswith(
        "- nausea (Disease)\n\nAn earlier answer could not be used:\n- 'y' is not a relation.\n"
        "Give a corrected answer, as a complete JSON list."
    )


def test_examples_become_questions_and_answers_with_their_sentence() -> None:
    (first, answered), *others = example_turns(SCHEMA)
    assert first.endswith(
        "Entities:\n- acute pancreatitis (Disease)\n- valproic acid (Chemical)\n- epilepsy (Disease)\n"
        "- Pancreatitis (Disease)"
    )
    sentence = "Two patients developed acute pancreatitis while taking valproic acid for epilepsy."
    assert answered == answer_text(
        [
            ("valproic acid", "INDUCES", "acute pancreatitis", sentence),
            ("valproic acid", "TREATS", "epilepsy", sentence),
        ]
    )
    assert [answer for _, answer in others] == ["[]"]


def test_schemas_without_relations_have_no_examples_of_them() -> None:
    for name in builtin_names():
        schema = builtin_schema(name)
        assert bool(list(example_turns(schema))) == bool(schema.relations)


def test_an_answer_is_held_to_predicates_and_entities() -> None:
    items = answer_schema(SCHEMA.relations, ENTITIES)["items"]
    assert items["properties"]["predicate"]["enum"] == ["INDUCES", "TREATS"]
    assert items["properties"]["object"]["enum"] == ["cisplatin", "nausea"]
    assert items["required"] == ["subject", "predicate", "object", "evidence"]
