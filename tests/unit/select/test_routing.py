from __future__ import annotations

import pytest
from pydantic import ValidationError

from kg_builder.errors import DocumentError
from kg_builder.records import Document, Metadata
from kg_builder.schemas import builtin_names
from kg_builder.select.routing import DEFAULT_RULES, Rule, select


def document(kind: str | None = None) -> Document:
    return Document(id="d", text="text", metadata=Metadata(kind=kind))


@pytest.mark.parametrize(
    ("language", "kind", "schema", "extractor"),
    [
        ("vi", None, "vietnamese-medical", "vietnamese"),
        ("vi", "discharge-summary", "vietnamese-medical", "vietnamese"),
        ("en", None, "chemical-disease", "tagger"),
        ("en", "abstract", "chemical-disease", "tagger"),
        ("en", "discharge-summary", "clinical-note", "lexicon"),
        ("und", "progress-note", "clinical-note", "lexicon"),
        ("und", None, "chemical-disease", "lexicon"),
    ],
)
def test_default_rules(language: str, kind: str | None, schema: str, extractor: str) -> None:
    chosen = select(document(kind), language, reason="given")
    assert (chosen.schema_name, chosen.extractors, chosen.language) == (schema, (extractor,), language)


def test_a_requested_schema_gets_the_extractors_of_its_own_rule() -> None:
    chosen = select(document("discharge-summary"), "en", reason="", schema_name="chemical-disease")
    assert chosen.extractors == ("tagger",)
    assert select(document(), "vi", reason="", schema_name="chemical-disease").extractors == ("lexicon",)


def test_default_rules_name_schemas_that_exist() -> None:
    assert {rule.schema_name for rule in DEFAULT_RULES} <= set(builtin_names())


def test_the_reason_is_in_plain_words() -> None:
    ruled = select(document("note"), "en", reason="common English words")
    assert ruled.reason == "rule for language en and kind note; language en: common English words"
    unsure = select(document(), "und", reason="too few words to tell the language")
    assert "language uncertain: too few words" in unsure.reason
    asked = select(document(), "en", reason="given", schema_name="mine.yaml", extractors=("a",))
    assert asked.reason == "schema as requested; language en: given; extractors as requested"


def test_what_is_asked_for_wins() -> None:
    chosen = select(document(), "vi", reason="", schema_name="clinical-note", extractors=("a", "b"))
    assert (chosen.schema_name, chosen.extractors) == ("clinical-note", ("a", "b"))
    assert select(document(), "en", reason="", extractors=("a",)).schema_name == "chemical-disease"
    assert select(document(), "fr", reason="", schema_name="clinical-note", rules=()).extractors == ("lexicon",)


def test_a_rule_of_the_requested_schema_gives_its_extractors() -> None:
    rules = (Rule(schema_name="ward", extractors=("model", "lexicon"), language="en"),)
    assert select(document(), "en", reason="", schema_name="ward", rules=rules).extractors == ("model", "lexicon")
    assert select(document(), "en", reason="", schema_name="other", rules=rules).extractors == ("lexicon",)


def test_the_first_matching_rule_wins() -> None:
    rules = (
        Rule(schema_name="letters", kind="letter"),
        Rule(schema_name="french", language="fr", extractors=("x",)),
        Rule(schema_name="rest"),
    )
    assert select(document("letter"), "fr", reason="", rules=rules).schema_name == "letters"
    assert select(document(), "fr", reason="", rules=rules).extractors == ("x",)
    rest = select(document(), "de", reason="", rules=rules)
    assert (rest.schema_name, rest.reason) == ("rest", "rule for every document; language de: ")


def test_no_rule_is_an_error_of_the_document() -> None:
    with pytest.raises(DocumentError, match="language 'fr' and kind 'letter'") as caught:
        select(document("letter"), "fr", reason="given with the document")
    assert caught.value.code == "no-route"
    assert caught.value.hint


def test_rules_are_plain_checked_data() -> None:
    assert Rule.model_validate({"schema_name": "a", "extractors": ["x"]}).extractors == ("x",)
    for bad in ({}, {"schema_name": ""}, {"schema_name": "a", "langauge": "en"}):
        with pytest.raises(ValidationError):
            Rule.model_validate(bad)


@pytest.mark.parametrize("kind", ["discharge-summary", "Discharge Summary", "DISCHARGE_SUMMARY"])
def test_kinds_match_however_they_are_written(kind: str) -> None:
    document = Document(id="d", text="x", metadata=Metadata(kind=kind))
    assert select(document, "en", reason="given").schema_name == "clinical-note"
