"""The prompted parts within the workflow: what was wrong goes back, what is valid stays, all is accounted for."""

from __future__ import annotations

import json
from typing import Any

from kg_builder.backends.generation import Message
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.extract.prompted.json_extractor import PromptedExtractor
from kg_builder.extract.prompted.list_extractor import ListExtractor
from kg_builder.graphs.components import Components
from kg_builder.graphs.document import graph, run_document
from kg_builder.protocols import Extractor, RelationExtractor
from kg_builder.records import Document, DocumentGraph
from kg_builder.relate.prompted.json_relations import PromptedRelationExtractor
from kg_builder.relate.prompted.list_relations import ListRelationExtractor
from kg_builder.schemas import builtin_schema
from kg_builder.settings import Settings
from kg_builder.testing import ScriptedGenerator, TableNormalizer

TEXT = "Aspirin caused gastritis in one patient. He had no fever."


def built(extractor: Extractor, relations: RelationExtractor | None = None) -> DocumentGraph:
    parts = Components(
        settings=Settings(schema_name="chemical-disease", extractors=("model",), attempts=2),
        extractors={"model": extractor},
        normalizer=TableNormalizer(),
        schemas={"chemical-disease": builtin_schema("chemical-disease")},
        relation_extractor=relations,
    )
    return run_document(graph, Document(id="d1", text=TEXT, language="en"), parts)["graph"]


def settings(**chosen: Any) -> ModelSettings:
    return ModelSettings(source="hf:model", few_shot=False, **chosen)


def items(*rows: tuple[str, str]) -> str:
    return json.dumps([{"entity": text, "type": kind} for text, kind in rows])


def last_turn(generator: ScriptedGenerator, place: int) -> Message:
    prompt = generator.requests[place].prompt
    assert not isinstance(prompt, str)
    return prompt[-1]


def test_issues_go_back_to_the_model_and_valid_items_of_both_answers_stay() -> None:
    generator = ScriptedGenerator(
        [
            items(("Aspirin", "Chemical"), ("warfarin", "Chemical"), ("patient", "Person")),
            items(("Aspirin", "Chemical"), ("gastritis", "disease")),
        ]
    )
    part = built(PromptedExtractor(generator, settings(retry="feedback"), name="model"))
    assert [mention.text for mention in part.mentions] == ["Aspirin", "gastritis"]
    assert sorted(reject.issues[0].code for reject in part.rejects) == ["not-in-text", "unknown-type"]
    assert "'warfarin' is not in the text" in last_turn(generator, 1).content
    assert "'Person' is not a type; use one of Chemical, Disease." in last_turn(generator, 1).content


def test_a_relation_that_cannot_be_used_goes_back_with_its_reason() -> None:
    found = ScriptedGenerator([items(("Aspirin", "Chemical"), ("gastritis", "Disease"))])
    row = {"subject": "gastritis", "predicate": "INDUCES", "object": "Aspirin", "evidence": ""}
    turned = {"subject": "Aspirin", "predicate": "INDUCES", "object": "gastritis", "evidence": TEXT[:40]}
    related = ScriptedGenerator([json.dumps([row]), json.dumps([turned])])
    part = built(
        PromptedExtractor(found, settings(), name="model"),
        PromptedRelationExtractor(related, settings(retry="feedback"), name="model"),
    )
    assert len(found.requests) == 1
    assert "The subject of INDUCES must be Chemical; 'gastritis' is Disease." in last_turn(related, 1).content
    (relation,) = part.relations
    (evidence,) = relation.evidence
    assert TEXT[slice(*evidence.sentence)] == TEXT[:40]
    assert [reject.issues[0].code for reject in part.rejects] == ["end-type"]


def test_an_unreadable_answer_about_relations_does_not_ask_for_the_mentions_again() -> None:
    found = ScriptedGenerator([items(("Aspirin", "Chemical"), ("gastritis", "Disease"))])
    related = ScriptedGenerator(["Well, there may be some relation."])
    part = built(
        PromptedExtractor(found, settings(), name="model"),
        PromptedRelationExtractor(related, settings(), name="model"),
    )
    assert (len(found.requests), len(related.requests)) == (1, 2)
    assert [reject.issues[0].code for reject in part.rejects] == ["unreadable-answer"] * 2


def test_lists_become_a_graph() -> None:
    extractor = ListExtractor(ScriptedGenerator(["- aspirin", "- gastritis\n- fever"]), settings(), name="model")
    relations = ListRelationExtractor(ScriptedGenerator(["- aspirin | gastritis"]), settings(), name="model")
    part = built(extractor, relations)
    assert [(mention.text, mention.type, mention.assertion.value) for mention in part.mentions] == [
        ("Aspirin", "Chemical", "present"),
        ("gastritis", "Disease", "present"),
        ("fever", "Disease", "negated"),
    ]
    assert [relation.predicate for relation in part.relations] == ["INDUCES"]
    assert part.rejects == ()
