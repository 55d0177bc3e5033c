"""Nested mentions out of whatever a diffusion model writes, under schemas whose names are others."""

from __future__ import annotations

import pytest

from kg_builder.backends.generation import Generated, Message
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.extract.prompted.diffusion_extractor import DiffusionExtractor
from kg_builder.extract.prompted.diffusion_labels import label_key, schema_label, shipped_meanings
from kg_builder.protocols import Extraction, ExtractionRequest
from kg_builder.records import Issue
from kg_builder.schemas import builtin_schema
from kg_builder.testing import ScriptedGenerator
from kg_builder.validate.checks import REPAIRABLE

TEXT = "BN 91, nam 43 tuổi, phi công, viêm phổi, được chuyển đến Bệnh viện Chợ Rẫy ngày 18/3."
COVID = builtin_schema("vietnamese-covid")
NESTED = [
    ("viêm phổi", "SYMPTOM_AND_DISEASE"),
    ("Bệnh viện Chợ Rẫy", "ORGANIZATION"),
    ("Chợ Rẫy", "LOCATION"),
]
TAGGED = (
    "BN 91, nam 43 tuổi, phi công, <SYMPTOM_AND_DISEASE>viêm phổi</SYMPTOM_AND_DISEASE>, được chuyển đến "
    "<ORGANIZATION>Bệnh viện <LOCATION>Chợ Rẫy</LOCATION></ORGANIZATION> ngày 18/3."
)
LINES = "viêm phổi: symptom and disease\nBệnh viện Chợ Rẫy: Organization\nChợ Rẫy: LOC"
JSON = (
    '[{"entity": "viêm phổi", "type": "symptom-and-disease"}, {"entity": "Bệnh viện Chợ Rẫy", "type": "ORG"}, '
    '{"entity": "Chợ Rẫy", "type": "Địa điểm"}]'
)
SETTINGS = ModelSettings(source="hf:somewhere", trust_remote_code=True)


def ask(*answers: str | Generated, schema: str = "vietnamese-covid", resamples: int = 0) -> Extraction:
    settings = SETTINGS.model_copy(update={"resamples": resamples})
    extractor = DiffusionExtractor(ScriptedGenerator(answers), settings, name="diffusion")
    return extractor.extract(ExtractionRequest(TEXT, builtin_schema(schema), language="vi"))


def pairs(extraction: Extraction) -> list[tuple[str, str]]:
    return sorted((mention.text, mention.type) for mention in extraction.mentions)


@pytest.mark.parametrize("answer", [TAGGED, LINES, JSON], ids=["tags", "lines", "json"])
def test_nested_mentions_come_out_of_every_format(answer: str) -> None:
    found = ask(answer)
    assert pairs(found) == sorted(NESTED)
    assert all(TEXT[mention.start : mention.end] == mention.text for mention in found.mentions)
    assert found.rejects == []


def test_token_lines_give_what_they_mark() -> None:
    marked = {"viêm": "B-SYMPTOM_AND_DISEASE", "phổi": "I-SYMPTOM_AND_DISEASE"}
    words = TEXT.replace(",", " ,").replace(".", " .").split()
    found = ask("\n".join(f"{word}\t{marked.get(word, 'O')}" for word in words))
    assert pairs(found) == NESTED[:1]


def test_the_prompt_is_the_published_one_to_the_character() -> None:
    generator = ScriptedGenerator([TAGGED])
    extractor = DiffusionExtractor(generator, SETTINGS, name="diffusion")
    extractor.extract(ExtractionRequest(TEXT, COVID, language="vi"))
    [request] = generator.requests
    assert request.prompt == (Message("user", f"<ner>\n{TEXT}\n</ner>"),)
    options = request.options
    assert (options.max_new_tokens, options.temperature, options.top_p) == (512, 0.2, 0.95)
    assert extractor.languages == frozenset({"vi"})
    assert not extractor.deterministic


def test_a_further_attempt_is_the_same_question_with_another_seed() -> None:
    generator = ScriptedGenerator([TAGGED])
    extractor = DiffusionExtractor(generator, SETTINGS, name="diffusion")
    wrong = (Issue(code="not-in-text", message="'ho' is not in the text."),)
    for attempt in range(3):
        extractor.extract(ExtractionRequest(TEXT, COVID, attempt=attempt, issues=wrong, document_id="d"))
    extractor.extract(ExtractionRequest(TEXT, COVID, attempt=0, document_id="d"))
    assert len({request.prompt for request in generator.requests}) == 1
    seeds = [request.options.seed for request in generator.requests]
    assert len(set(seeds[:3])) == 3
    assert seeds[3] == seeds[0]


def test_confidence_is_the_share_of_answers_that_agree_where_that_is_asked_for() -> None:
    assert {mention.confidence for mention in ask(TAGGED).mentions} == {None}
    less = LINES.partition("\n")[0]
    sure = {mention.text: mention.confidence for mention in ask(TAGGED, LINES, less, less, resamples=3).mentions}
    assert sure == {"viêm phổi": 1.0, "Bệnh viện Chợ Rẫy": 0.5, "Chợ Rẫy": 0.5}


def test_nothing_is_lost_silently() -> None:
    found = ask(Generated("<LOCATION>Chợ Rẫy</LOCATION> <AGE>43 tu", complete=False))
    assert pairs(found) == [("Chợ Rẫy", "LOCATION")]
    assert [reject.issues[0].code for reject in found.rejects] == ["truncated-answer"]
    assert ask("43 43 43 43").rejects[0].issues[0].code == "unreadable-answer"
    [invented] = ask("<LOCATION>Hà Nội</LOCATION>").rejects
    assert (invented.text, invented.issues[0].code) == ("Hà Nội", "not-in-text")


@pytest.mark.parametrize(
    ("answer", "type"), [("<WEATHER>18/3</WEATHER>", "WEATHER"), ("<ORGAN>phổi</ORGAN>", "BODY_PART")]
)
def test_what_the_schema_has_no_type_for_is_a_reject_that_isnt_asked_again(answer: str, type: str) -> None:
    found = ask(answer)
    assert found.mentions == []
    [reject] = found.rejects
    assert (reject.type, reject.text) == (type, TEXT[reject.start : reject.end])
    assert reject.issues[0].code == "type-not-asked"
    assert reject.issues[0].code not in REPAIRABLE


def test_who_somebody_is_reaches_no_schema_and_no_ledger() -> None:
    answer = "<PATIENT>BN 91</PATIENT> <PERSON>Nam Cao</PERSON> <JOB>phi công</JOB>"
    covid = ask(answer)
    assert pairs(covid) == [("BN 91", "PATIENT_ID"), ("phi công", "OCCUPATION")]
    for found in (covid, ask(answer, schema="vietnamese-medical"), ask(answer, schema="chemical-disease")):
        assert "Nam Cao" not in str(found.rejects)
        assert "BN 91" not in str(found.rejects)
    medical = ask(answer, schema="vietnamese-medical")
    assert ("BN 91", "DEMOGRAPHICS") in pairs(medical)
    other = ask(answer, schema="chemical-disease")
    assert {reject.issues[0].code for reject in other.rejects if reject.type == "PATIENT_ID"} == {"identifier"}


@pytest.mark.parametrize(
    ("label", "schema", "expected"),
    [
        ("symptom-and-disease", "vietnamese-covid", "SYMPTOM_AND_DISEASE"),
        ("SymptomAndDisease", "vietnamese-medical", "SYMPTOM_AND_DISEASE"),
        ("JOB", "vietnamese-covid", "OCCUPATION"),
        ("PATIENT", "vietnamese-covid", "PATIENT_ID"),
        ("Sex", "vietnamese-covid", "GENDER"),
        ("HOSDATE", "vietnamese-covid", "DATE"),
        ("ANATOMY", "vietnamese-medical", "BODY_PART"),
        ("AGE", "vietnamese-medical", "DEMOGRAPHICS"),
        ("Triệu chứng", "vietnamese-covid", "SYMPTOM_AND_DISEASE"),
    ],
)
def test_labels_are_matched_leniently(label: str, schema: str, expected: str) -> None:
    assert schema_label(label, builtin_schema(schema)) == expected


def test_schemas_of_other_names_take_labels_by_semantic_group() -> None:
    schema = builtin_schema("chemical-disease")
    extractor = DiffusionExtractor(ScriptedGenerator([""]), SETTINGS, name="diffusion")
    labels = extractor.labels(schema, "vi")
    for label, group in (("DRUG", "CHEM"), ("Symptom", "DISO")):
        name = schema_label(label, schema)
        assert labels[name] == group
        entity = schema.entity_for_label(name, labels[name])
        assert entity is not None
        assert entity.semantic_group == group


def test_every_label_of_the_table_is_one_that_can_be_given() -> None:
    for name in ("vietnamese-covid", "vietnamese-medical"):
        schema = builtin_schema(name)
        known = DiffusionExtractor(ScriptedGenerator([""]), SETTINGS, name="x").labels(schema, "vi")
        assert {schema_label(label, schema) for label in shipped_meanings()} <= known.keys()
        assert all(known[entity.name] == entity.semantic_group for entity in schema.entities)
    assert label_key("Giới-tính") == label_key("GIOI_TINH")
