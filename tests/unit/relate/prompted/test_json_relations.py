from __future__ import annotations

import json
from typing import Any

import pytest

from kg_builder.backends.generation import Generated, TokenScore
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.protocols import RelationExtraction, RelationRequest
from kg_builder.records import Assertion, Issue, Mention
from kg_builder.relate.prompted.json_relations import PromptedRelationExtractor
from kg_builder.schemas import builtin_schema
from kg_builder.testing import ScriptedGenerator

SCHEMA = builtin_schema("chemical-disease")
TEXT = "Lithium was given for mania. Two patients on lithium developed tremor. Tremor is common."
KINDS = {"lithium": "Chemical", "mania": "Disease", "tremor": "Disease"}


def mentions(text: str = TEXT, kinds: dict[str, str] | None = None, **more: Any) -> list[Mention]:
    found = []
    for name, kind in (kinds or KINDS).items():
        place = text.casefold().find(name)
        while place >= 0:
            end = place + len(name)
            found.append(Mention(start=place, end=end, text=text[place:end], type=kind, **more))
            place = text.casefold().find(name, end)
    return found


def answer(*rows: tuple[str, str, str, str]) -> str:
    keys = ("subject", "predicate", "object", "evidence")
    return json.dumps([dict(zip(keys, row, strict=True)) for row in rows], ensure_ascii=False)


def extractor(*answers: str | Generated, **chosen: Any) -> tuple[PromptedRelationExtractor, ScriptedGenerator]:
    generator = ScriptedGenerator(answers)
    return PromptedRelationExtractor(generator, ModelSettings(source="hf:m", **chosen), name="mine"), generator


def related(
    *rows: tuple[str, str, str, str], text: str = TEXT, found: list[Mention] | None = None
) -> RelationExtraction:
    request = RelationRequest(text, mentions() if found is None else found, SCHEMA)
    return extractor(answer(*rows))[0].relate(request)


def test_a_relation_between_the_mentions_of_the_quoted_sentence() -> None:
    evidence = "Two patients on lithium developed tremor."
    (relation,) = related(("lithium", "INDUCES", "tremor", evidence)).relations
    assert (relation.subject.start, relation.predicate, relation.object.start) == (45, "INDUCES", 63)
    assert TEXT[slice(*relation.sentence)] == evidence
    assert relation.assertion is Assertion.PRESENT
    assert (relation.provenance.extractor, relation.provenance.model) == ("mine", "scripted")


@pytest.mark.parametrize("evidence", ["", "Lithium makes people tremble."])
def test_without_a_quotation_that_is_in_the_text_the_nearest_of_one_sentence(evidence: str) -> None:
    (relation,) = related(("LITHIUM", "induces", "Tremor", evidence)).relations
    assert (relation.subject.start, relation.object.start) == (45, 63)
    assert TEXT[slice(*relation.sentence)] == "Two patients on lithium developed tremor."


def test_across_sentences_the_stretch_that_holds_both() -> None:
    text = "Lithium was given. The patient slept. Tremor was seen."
    (relation,) = related(
        ("lithium", "INDUCES", "tremor", "Tremor was seen."), text=text, found=mentions(text)
    ).relations
    assert text[slice(*relation.sentence)] == text


@pytest.mark.parametrize(
    ("row", "code", "quoted"),
    [
        (("haloperidol", "INDUCES", "tremor", ""), "not-in-text", "'haloperidol'"),
        (("lithium", "INDUCES", "rash", ""), "not-in-text", "'rash'"),
        (("lithium", "WORSENS", "tremor", ""), "unknown-predicate", "INDUCES, TREATS"),
        (("tremor", "INDUCES", "lithium", ""), "end-type", "The subject of INDUCES must be Chemical"),
        (("lithium", "INDUCES", "lithium", ""), "end-type", "The object of INDUCES must be Disease"),
    ],
)
def test_what_fits_no_mentions_or_no_predicate_is_rejected(
    row: tuple[str, str, str, str], code: str, quoted: str
) -> None:
    extraction = related(row)
    assert not extraction.relations
    (reject,) = extraction.rejects
    assert (reject.kind, reject.type, reject.text) == ("relation", row[1], f"{row[0]} | {row[2]}")
    assert reject.issues[0].code == code
    assert quoted in reject.issues[0].message


def test_one_wrong_row_spoils_no_other() -> None:
    extraction = related(("lithium", "INDUCES", "rash", ""), ("lithium", "TREATS", "mania", ""))
    assert [relation.predicate for relation in extraction.relations] == ["TREATS"]
    assert len(extraction.rejects) == 1


def test_the_same_relation_said_twice_is_one() -> None:
    assert len(related(*[("lithium", "TREATS", "mania", "")] * 2).relations) == 1


def test_what_cue_words_deny_is_denied() -> None:
    text = "Lithium did not cause tremor."
    (relation,) = related(("lithium", "INDUCES", "tremor", text), text=text, found=mentions(text)).relations
    assert relation.assertion is Assertion.NEGATED


def test_the_assertion_of_the_ends_counts_where_no_cue_word_does() -> None:
    text = "Lithium, then tremor."
    for assertion in (Assertion.NEGATED, Assertion.FAMILY, Assertion.POSSIBLE):
        found = mentions(text, {"lithium": "Chemical"}) + mentions(text, {"tremor": "Disease"}, assertion=assertion)
        (relation,) = related(("lithium", "INDUCES", "tremor", ""), text=text, found=found).relations
        assert relation.assertion is assertion


def test_an_abbreviation_is_its_long_form() -> None:
    text = "Valproic acid (VPA) was given. VPA made tremor."
    found = mentions(text, {"vpa": "Chemical", "tremor": "Disease"})
    (relation,) = related(("valproic acid", "INDUCES", "tremor", ""), text=text, found=found).relations
    assert relation.subject.start == text.rindex("VPA")


def test_a_text_that_names_no_two_possible_ends_is_not_asked_about() -> None:
    asked, generator = extractor("[]")
    text = "Lithium was given."
    assert asked.relate(RelationRequest(text, mentions(text), SCHEMA)) == RelationExtraction()
    assert not generator.requests


def test_mentions_are_listed_once_in_order_and_only_possible_ends() -> None:
    asked, generator = extractor("[]", few_shot=False)
    other = Mention(start=33, end=41, text="patients", type="Age")
    asked.relate(RelationRequest(TEXT, [other, *reversed(mentions())], SCHEMA))
    prompt = generator.requests[0].prompt
    assert not isinstance(prompt, str)
    assert prompt[-1].content == (
        f"Text: {TEXT}\n\nEntities:\n- Lithium (Chemical)\n- mania (Disease)\n- tremor (Disease)"
    )


def test_an_answer_that_cannot_be_read_is_a_reject_of_relations() -> None:
    asked, _ = extractor("There are none that I know of.")
    (reject,) = asked.relate(RelationRequest(TEXT, mentions(), SCHEMA)).rejects
    # of the kind "answer" it would send the workflow back to the extractor of mentions
    assert (reject.kind, reject.issues[0].code) == ("relation", "unreadable-answer")


def test_long_texts_are_asked_about_in_passages() -> None:
    text = " ".join([TEXT, *["Nothing happened on that day."] * 10, TEXT])
    asked, generator = extractor(answer(("lithium", "INDUCES", "tremor", "")), max_characters=200)
    extraction = asked.relate(RelationRequest(text, mentions(text), SCHEMA))
    assert len(generator.requests) == 2
    assert [text[slice(*one.sentence)] for one in extraction.relations] == [
        "Two patients on lithium developed tremor."
    ] * 2
    assert len({one.sentence for one in extraction.relations}) == 2


def test_further_attempts_sample_or_tell() -> None:
    issues = (Issue(code="end-type", message="The subject must be Chemical."),)
    for retry, temperature, told in (("resample", 0.7, False), ("feedback", 0, True)):
        asked, generator = extractor("[]", retry=retry)
        asked.relate(RelationRequest(TEXT, mentions(), SCHEMA, attempt=1, issues=issues))
        (request,) = generator.requests
        assert not isinstance(request.prompt, str)
        assert request.options.temperature == temperature
        assert ("The subject must be Chemical." in request.prompt[-1].content) is told


def test_confidence_by_tokens_or_by_agreement() -> None:
    row = answer(("lithium", "TREATS", "mania", ""))
    tokens = [TokenScore(place, place + 1, -0.001) for place in range(len(row))]
    asked, _ = extractor(Generated(row, tokens=tokens))
    (relation,) = asked.relate(RelationRequest(TEXT, mentions(), SCHEMA)).relations
    assert relation.confidence is not None
    assert 0.9 < relation.confidence < 1
    asked, _ = extractor(row, row, "[]", "[]", resamples=3)
    (relation,) = asked.relate(RelationRequest(TEXT, mentions(), SCHEMA)).relations
    assert relation.confidence == 0.5


def test_what_it_says_of_itself() -> None:
    asked, generator = extractor("[]", constrained=True)
    assert (asked.name, asked.deterministic, asked.remote) == ("mine", False, False)
    assert asked.predicates(SCHEMA) == {"INDUCES", "TREATS"}
    asked.relate(RelationRequest(TEXT, mentions(), SCHEMA))
    assert generator.requests[0].options.json_schema is not None
