from __future__ import annotations

from typing import Any

from kg_builder.backends.generation import Generated
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.protocols import RelationRequest
from kg_builder.records import Issue, Mention
from kg_builder.relate.prompted.list_relations import ListRelationExtractor
from kg_builder.schema import Schema
from kg_builder.schemas import builtin_schema
from kg_builder.testing import ScriptedGenerator
from kg_builder.text.list_prompts import ListTask, list_prompt

SCHEMA = builtin_schema("chemical-disease")
TEXT = "Lithium was stopped because of Tremor. No other drug was given."
LITHIUM = Mention(start=0, end=7, text="Lithium", type="Chemical")
TREMOR = Mention(start=31, end=37, text="Tremor", type="Disease")
REQUEST = RelationRequest(TEXT, [LITHIUM, TREMOR], SCHEMA)


def extractor(*answers: str | Generated, **chosen: Any) -> tuple[ListRelationExtractor, ScriptedGenerator]:
    generator = ScriptedGenerator(answers)
    return ListRelationExtractor(generator, ModelSettings(source="hf:m", **chosen), name="lists"), generator


def test_the_prompt_is_the_published_one() -> None:
    asked, generator = extractor("")
    asked.relate(REQUEST)
    (request,) = generator.requests
    assert request.prompt == list_prompt(ListTask.INFLUENCES, TEXT)
    options = request.options
    assert (options.max_new_tokens, options.temperature, options.repetition_penalty) == (128, 0, 1.15)


def test_influences_in_lower_case_become_induces() -> None:
    (relation,) = extractor("- lithium | tremor")[0].relate(REQUEST).relations
    assert (relation.subject, relation.predicate, relation.object) == (LITHIUM, "INDUCES", TREMOR)
    assert TEXT[slice(*relation.sentence)] == "Lithium was stopped because of Tremor."


def test_an_end_that_is_no_mention_is_rejected() -> None:
    extraction = extractor("- lithium | seizures\n- lithium | tremor")[0].relate(REQUEST)
    assert len(extraction.relations) == 1
    (reject,) = extraction.rejects
    assert (reject.text, reject.issues[0].code) == ("lithium | seizures", "not-in-text")


def test_plurals_and_hyphens_are_levelled() -> None:
    text = "5-fluorouracil gave skin rashes."
    mentions = [
        Mention(start=0, end=14, text="5-fluorouracil", type="Chemical"),
        Mention(start=20, end=31, text="skin rashes", type="Disease"),
    ]
    asked, _ = extractor("- 5 fluorouracil | skin rash")
    assert len(asked.relate(RelationRequest(text, mentions, SCHEMA)).relations) == 1


def test_further_attempts_are_drawn_and_keep_the_prompt() -> None:
    issues = (Issue(code="not-in-text", message="'x' is not among the entities."),)
    asked, generator = extractor("", retry="feedback")
    asked.relate(RelationRequest(TEXT, [LITHIUM, TREMOR], SCHEMA, attempt=1, issues=issues))
    (request,) = generator.requests
    assert request.prompt == list_prompt(ListTask.INFLUENCES, TEXT)
    assert request.options.temperature == 0.7


def test_schemas_without_the_predicate_are_not_served() -> None:
    asked, generator = extractor("")
    schema = Schema(name="none", description="No relations.", entities=SCHEMA.entities)
    assert asked.predicates(SCHEMA) == {"INDUCES"}
    assert asked.predicates(schema) == frozenset()
    assert not asked.relate(RelationRequest(TEXT, [LITHIUM, TREMOR], schema)).relations
    assert not generator.requests
