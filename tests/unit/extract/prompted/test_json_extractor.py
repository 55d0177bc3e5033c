from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from kg_builder.backends.generation import Generated, TokenScore
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.errors import SettingsError
from kg_builder.extract.prompted.json_extractor import PromptedExtractor
from kg_builder.protocols import Extraction, ExtractionRequest, Extractor
from kg_builder.records import Issue
from kg_builder.schema import EntityType, Role, Schema
from kg_builder.schemas import builtin_schema
from kg_builder.testing import ScriptedGenerator

TEXT = "Cisplatin caused nausea; nausea passed. Lithium is no cause."
SCHEMA = builtin_schema("chemical-disease")
ANSWER = '[{"entity": "Cisplatin", "type": "Chemical"}, {"entity": "nausea", "type": "Disease"}]'
WRONG = (Issue(code="not-in-text", message="'vomiting' is not in the text."),)


def extractor(*answers: str | Generated, **chosen: Any) -> tuple[Extractor, ScriptedGenerator]:
    generator = ScriptedGenerator(answers)
    settings = ModelSettings(**{"source": "hf:model", **chosen})
    return PromptedExtractor(generator, settings, name="mine"), generator


def found(answer: str | Generated, text: str = TEXT, schema: Schema = SCHEMA, **chosen: Any) -> Extraction:
    return extractor(answer, **chosen)[0].extract(ExtractionRequest(text, schema))


def codes(extraction: Extraction) -> list[str]:
    return [issue.code for reject in extraction.rejects for issue in reject.issues]


def test_mentions_with_the_texts_own_characters() -> None:
    mentions = found(ANSWER).mentions
    assert [(one.text, one.type, one.start) for one in mentions] == [
        ("Cisplatin", "Chemical", 0),
        ("nausea", "Disease", 17),
    ]
    assert {(one.provenance.extractor, one.provenance.model) for one in mentions} == {("mine", "scripted")}


def test_an_item_named_twice_is_found_twice() -> None:
    item = '{"entity": "nausea", "type": "Disease"}'
    assert [one.start for one in found(f"[{item}, {item}]").mentions] == [17, 25]
    third = found(f"[{item}, {item}, {item}]")
    assert len(third.mentions) == 2
    assert codes(third) == ["duplicate"]


def test_what_is_not_in_the_text_is_rejected() -> None:
    extraction = found('[{"entity": "vomiting", "type": "Disease"}]')
    assert not extraction.mentions
    assert [(one.kind, one.type, one.text) for one in extraction.rejects] == [("mention", "Disease", "vomiting")]
    assert codes(extraction) == ["not-in-text"]


@pytest.mark.parametrize("label", ["disease", "DISEASE", " Disease ", "Dis-ease"])
def test_labels_are_matched_whatever_their_spelling(label: str) -> None:
    assert [one.type for one in found(f'[{{"entity": "nausea", "type": "{label}"}}]').mentions] == ["Disease"]


def test_labels_with_blanks_and_hyphens_are_the_schemas() -> None:
    schema = builtin_schema("vietnamese-medical")
    answer = '[{"entity": "sốt", "type": "Symptom and-disease"}]'
    assert [one.type for one in found(answer, "Bị sốt.", schema).mentions] == ["SYMPTOM_AND_DISEASE"]


def test_labels_of_no_type_come_as_they_are_for_the_workflow_to_reject() -> None:
    assert [one.type for one in found('[{"entity": "nausea", "type": "Symptom"}]').mentions] == ["Symptom"]


def test_prose_is_an_answer_that_cannot_be_read() -> None:
    extraction = found("I could not find anything of interest here, sorry!")
    assert [one.kind for one in extraction.rejects] == ["answer"]
    assert codes(extraction) == ["unreadable-answer"]


def test_nothing_found_is_no_issue() -> None:
    assert found("[]") == Extraction([], [])


def test_the_items_before_a_cut_are_kept_and_the_cut_is_told() -> None:
    extraction = found(Generated(f'{ANSWER[:-1]}, {{"entity": "Lith', complete=False))
    assert [one.text for one in extraction.mentions] == ["Cisplatin", "nausea"]
    assert codes(extraction) == ["truncated-answer"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_vietnamese_text_is_matched_in_any_composition(form: Any) -> None:
    text = unicodedata.normalize(form, "Bệnh nhân bị tăng huyết áp và sốt.")
    answer = '[{"entity": "tăng huyết áp", "type": "SYMPTOM_AND_DISEASE"}]'
    (mention,) = found(answer, text, builtin_schema("vietnamese-medical")).mentions
    assert mention.text == unicodedata.normalize(form, "tăng huyết áp") == text[mention.start : mention.end]


def test_word_segmented_text_is_matched() -> None:
    answer = '[{"entity": "tăng huyết áp", "type": "SYMPTOM_AND_DISEASE"}]'
    extraction = found(answer, "Bệnh_nhân bị tăng_huyết_áp .", builtin_schema("vietnamese-medical"))
    assert [one.text for one in extraction.mentions] == ["tăng_huyết_áp"]


def test_identifiers_that_are_not_in_the_text_are_not_quoted() -> None:
    schema = Schema(
        name="ward",
        description="x",
        entities=(EntityType(name="PatientName", description="A name.", role=Role.IDENTIFIER),),
    )
    (reject,) = found('[{"entity": "Jane Roe", "type": "patient name"}]', "Seen.", schema).rejects
    assert reject.text is None
    assert "Roe" not in reject.issues[0].message


def test_confidence_is_the_probability_of_the_items_tokens() -> None:
    tokens = [TokenScore(place, place + 1, -0.01) for place in range(len(ANSWER))]
    sure, longer = found(Generated(ANSWER, tokens=tokens)).mentions
    assert sure.confidence == pytest.approx(0.914, abs=0.001)
    assert longer.confidence == pytest.approx(0.942, abs=0.001)
    assert [one.confidence for one in found(ANSWER).mentions] == [None, None]


def test_confidence_is_the_share_of_answers_that_agree_where_several_are_asked_for() -> None:
    part = '[{"entity": "nausea", "type": "disease"}]'
    asked, generator = extractor(ANSWER, part, part, "no list", resamples=3)
    mentions = asked.extract(ExtractionRequest(TEXT, SCHEMA)).mentions
    assert [(one.text, one.confidence) for one in mentions] == [("Cisplatin", 0.25), ("nausea", 0.75)]
    assert [request.options.temperature for request in generator.requests] == [0, 0.7, 0.7, 0.7]
    assert len({request.options.seed for request in generator.requests}) == 4


def test_the_schemas_examples_are_shown_unless_told_otherwise() -> None:
    for few_shot, turns in ((True, 2 + 2 * len(SCHEMA.examples)), (False, 2)):
        asked, generator = extractor("[]", few_shot=few_shot)
        asked.extract(ExtractionRequest(TEXT, SCHEMA))
        assert len(generator.requests[0].prompt) == turns


def test_all_types_are_asked_for_in_order_with_attributes_and_identifiers() -> None:
    schema = builtin_schema("vietnamese-medical")
    asked, generator = extractor("[]")
    asked.extract(ExtractionRequest("x", schema))
    prompt = generator.requests[0].prompt
    assert not isinstance(prompt, str)
    listed = [line[2:].split(":")[0] for line in prompt[0].content.splitlines() if line.startswith("- ")]
    assert listed == [entity.name for entity in schema.entities]


@pytest.mark.parametrize(
    "source",
    [
        "hf:PeterPaker123/Qwen2.5-7B-Vietnamese-Medical-NER",
        "gguf:/models/qwen2.5-7b-vietnamese-medical-ner.Q4_K_M.gguf",
    ],
)
def test_the_published_checkpoint_is_asked_as_it_was_trained(source: str) -> None:
    asked, generator = extractor("[]", source=source)
    asked.extract(ExtractionRequest(TEXT, SCHEMA))
    assert len(generator.requests[0].prompt) == 2
    assert asked.languages == {"vi"}
    assert extractor("[]")[0].languages == frozenset()


def test_the_limit_grows_with_the_text() -> None:
    asked, generator = extractor("[]")
    asked.extract(ExtractionRequest("Short.", SCHEMA))
    asked.extract(ExtractionRequest("Long. " * 500, SCHEMA))
    assert [request.options.max_new_tokens for request in generator.requests] == [256, 1000]


def test_an_answer_is_held_to_the_schema_where_asked() -> None:
    for constrained in (True, False):
        asked, generator = extractor("[]", constrained=constrained)
        asked.extract(ExtractionRequest(TEXT, SCHEMA))
        schema = generator.requests[0].options.json_schema
        assert (schema is not None) is constrained


def test_resampling_asks_the_same_with_another_seed_for_each_document_and_attempt() -> None:
    asked, generator = extractor("[]", retry="resample")
    for document, attempt in (("a", 0), ("a", 1), ("a", 2), ("b", 1), ("a", 1)):
        asked.extract(ExtractionRequest(TEXT, SCHEMA, attempt=attempt, issues=WRONG, document_id=document))
    first, *again = generator.requests
    assert all(request.prompt == first.prompt for request in again)
    seeds = [request.options.seed for request in again]
    assert len(set(seeds)) == 3
    assert seeds[0] == seeds[3]


def test_feedback_goes_into_the_last_turn() -> None:
    asked, generator = extractor("[]", retry="feedback")
    asked.extract(ExtractionRequest(TEXT, SCHEMA, attempt=1, issues=WRONG))
    (request,) = generator.requests
    assert not isinstance(request.prompt, str)
    assert request.prompt[-1].content.startswith(f"Text: {TEXT}\n\n")
    assert "- 'vomiting' is not in the text.\n" in request.prompt[-1].content
    assert request.options.temperature == 0


def test_a_system_text_of_ones_own(tmp_path: Any) -> None:
    path = tmp_path / "system.txt"
    path.write_text("Find:\n{types}\n", encoding="utf-8")
    asked, generator = extractor("[]", system_file=path, few_shot=False)
    asked.extract(ExtractionRequest(TEXT, SCHEMA))
    prompt = generator.requests[0].prompt
    assert not isinstance(prompt, str)
    assert prompt[0].content.startswith("Find:\n- Chemical: A drug,")
    with pytest.raises(SettingsError):
        extractor("[]", system_file=tmp_path / "missing.txt")


def test_what_it_says_of_itself() -> None:
    asked, generator = extractor("[]", max_characters=500)
    assert (asked.name, asked.model, asked.remote, asked.deterministic) == ("mine", generator.model, False, False)
    assert asked.max_characters == 500
    assert asked.labels(SCHEMA, "en") == {"Chemical": "CHEM", "Disease": "DISO"}
    remote = PromptedExtractor(ScriptedGenerator([], remote=True), ModelSettings(source="chat:x"), name="y")
    assert remote.remote
