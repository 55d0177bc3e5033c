from __future__ import annotations

from typing import Any

import pytest

from kg_builder.backends.generation import Generated
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.extract.prompted.list_extractor import ListExtractor
from kg_builder.extract.prompted.list_filters import shipped_filters
from kg_builder.protocols import Extraction, ExtractionRequest, Extractor
from kg_builder.records import Issue, Mention
from kg_builder.schema import EntityType, Schema
from kg_builder.schemas import builtin_schema
from kg_builder.testing import ScriptedGenerator
from kg_builder.text.list_prompts import ListTask, list_prompt

TEXT = "Valproic Acid (VPA) caused Acute Pancreatitis. VPA was stopped, and acute pancreatitis resolved."
SCHEMA = builtin_schema("chemical-disease")
CHEMICALS = "- valproic acid\n- vpa"
DISEASES = "- acute pancreatitis"


def extractor(*answers: str | Generated, **chosen: Any) -> tuple[Extractor, ScriptedGenerator]:
    generator = ScriptedGenerator(answers)
    return ListExtractor(generator, ModelSettings(source="hf:model", **chosen), name="lists"), generator


def found(chemicals: str, diseases: str, text: str = TEXT) -> Extraction:
    return extractor(chemicals, diseases)[0].extract(ExtractionRequest(text, SCHEMA))


def rejected(extraction: Extraction) -> list[tuple[str | None, str]]:
    return [(reject.text, reject.issues[0].code) for reject in extraction.rejects]


def test_two_prompts_as_published_in_one_call() -> None:
    asked, generator = extractor("", "")
    asked.extract(ExtractionRequest(TEXT, SCHEMA))
    assert [request.prompt for request in generator.requests] == [
        list_prompt(ListTask.CHEMICALS, TEXT),
        list_prompt(ListTask.DISEASES, TEXT),
    ]
    options = generator.requests[0].options
    assert (options.max_new_tokens, options.temperature, options.repetition_penalty) == (128, 0, 1.15)


def test_names_in_lower_case_are_found_at_every_place_in_the_texts_own_characters() -> None:
    mentions = found(CHEMICALS, DISEASES).mentions
    assert [(one.text, one.type) for one in mentions] == [
        ("Valproic Acid", "Chemical"),
        ("VPA", "Chemical"),
        ("VPA", "Chemical"),
        ("Acute Pancreatitis", "Disease"),
        ("acute pancreatitis", "Disease"),
    ]
    assert all(TEXT[one.start : one.end] == one.text for one in mentions)
    assert len({one.key for one in mentions}) == 5


def test_a_name_listed_again_says_nothing_more() -> None:
    assert found(f"{CHEMICALS}\n{CHEMICALS}", DISEASES) == found(CHEMICALS, DISEASES)


def test_names_are_whole_words_and_capitals_count_where_all_are() -> None:
    text = "AIDS aids. Lead, misleading; lead."
    mentions = found("- lead", "- AIDS", text).mentions
    assert [(one.text, one.start) for one in mentions] == [("Lead", 11), ("lead", 29), ("AIDS", 0)]


def test_what_is_not_in_the_text_is_rejected() -> None:
    assert rejected(found("- lithium", "")) == [("lithium", "not-in-text")]


@pytest.mark.parametrize(
    ("chemicals", "diseases", "text", "expected"),
    [
        ("- no", "", "NO was given.", ("NO", "too-short")),
        ("- drugs", "", "Drugs were given.", ("Drugs", "generic-term")),
        ("", "- pain", "He had pain.", ("pain", "generic-term")),
        ("- renal failure", "", "He had renal failure.", ("renal failure", "type-mismatch")),
        ("- acute pancreatitis", "", TEXT, ("acute pancreatitis", "type-mismatch")),
    ],
)
def test_the_filters_of_the_profile(chemicals: str, diseases: str, text: str, expected: tuple[str, str]) -> None:
    extraction = found(chemicals, diseases, text)
    assert not extraction.mentions
    assert rejected(extraction) == [expected]


@pytest.mark.parametrize(
    "name", ["tumor necrosis factor", "hepatitis B vaccine", "amiloride", "cancer antigen 125", "heparin"]
)
def test_chemicals_that_only_mention_a_disease_are_taken(name: str) -> None:
    mention = Mention(start=0, end=len(name), text=name, type="Chemical")
    assert shipped_filters().issue(mention, chemical=True) is None


def test_diseases_may_be_diseases() -> None:
    mention = Mention(start=0, end=13, text="renal failure", type="Disease")
    assert shipped_filters().issue(mention, chemical=False) is None


def test_an_answer_that_was_cut_off_is_told() -> None:
    asked, _ = extractor(Generated("- valproic acid\n- vp", complete=False), "")
    extraction = asked.extract(ExtractionRequest(TEXT, SCHEMA))
    assert ("truncated-answer") in [code for _, code in rejected(extraction)]
    assert "Valproic Acid" in [one.text for one in extraction.mentions]


def test_only_what_the_schema_takes_is_asked_for() -> None:
    schema = Schema(
        name="drugs", description="x", entities=(EntityType(name="Drug", description="A drug.", semantic_group="CHEM"),)
    )
    asked, generator = extractor(CHEMICALS)
    assert asked.labels(schema, "en") == {"Chemical": "CHEM"}
    assert {one.type for one in asked.extract(ExtractionRequest(TEXT, schema)).mentions} == {"Chemical"}
    assert len(generator.requests) == 1


def test_further_attempts_are_drawn_and_keep_the_prompt() -> None:
    issues = (Issue(code="not-in-text", message="'x' is not in the text."),)
    asked, generator = extractor("", retry="feedback")
    asked.extract(ExtractionRequest(TEXT, SCHEMA, attempt=1, issues=issues, document_id="a"))
    assert [request.prompt for request in generator.requests] == [
        list_prompt(ListTask.CHEMICALS, TEXT),
        list_prompt(ListTask.DISEASES, TEXT),
    ]
    assert {request.options.temperature for request in generator.requests} == {0.7}
    assert {request.options.repetition_penalty for request in generator.requests} == {1.15}
    assert len({request.options.seed for request in generator.requests}) == 2


def test_each_list_has_its_own_resamples() -> None:
    asked, _ = extractor(CHEMICALS, "- vpa", DISEASES, "", resamples=1)
    mentions = asked.extract(ExtractionRequest(TEXT, SCHEMA)).mentions
    assert {one.text.lower(): one.confidence for one in mentions} == {
        "valproic acid": 0.5,
        "vpa": 1.0,
        "acute pancreatitis": 0.5,
    }


def test_another_system_text() -> None:
    asked, generator = extractor("", "", system="Be brief.")
    asked.extract(ExtractionRequest(TEXT, SCHEMA))
    assert generator.requests[0].prompt == list_prompt(ListTask.CHEMICALS, TEXT, system="Be brief.")


def test_its_limits_are_declared() -> None:
    asked, _ = extractor("")
    assert asked.languages == {"en"}
    assert asked.kinds == {"abstract", "article"}
    assert not asked.deterministic
    assert asked.max_characters == 4000


def test_a_base_without_llamas_headers_is_asked_by_its_chat_template() -> None:
    class Other(ScriptedGenerator):
        def knows_token(self, token: str) -> bool:
            return False

    generator = Other(["", ""])
    ListExtractor(generator, ModelSettings(source="hf:m"), name="x").extract(ExtractionRequest(TEXT, SCHEMA))
    prompt = generator.requests[0].prompt
    assert not isinstance(prompt, str)
    assert [turn.role for turn in prompt] == ["system", "user"]
