"""The extractor with the shipped model, on texts written for these tests."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.extract.lexicon import LexiconExtractor
from kg_builder.extract.tagger.model import TaggerModel
from kg_builder.extract.tagger.tagger import TaggerExtractor
from kg_builder.protocols import ExtractionRequest
from kg_builder.records import Mention
from kg_builder.schema import Schema
from kg_builder.schemas import load_schema
from kg_builder.terminology.shipped import load_terminology

SCHEMA = load_schema("chemical-disease")

REPORT = (
    "Agranulocytosis during treatment with clozapine: report of two cases. Two patients with schizophrenia "
    "developed agranulocytosis after eight weeks of clozapine. Fever and sore throat came first. Clozapine was "
    "stopped and lithium carbonate was given. Both patients recovered without infection."
)


def found(tagger: TaggerExtractor, text: str, schema: Schema = SCHEMA, language: str = "en") -> list[Mention]:
    return list(tagger.extract(ExtractionRequest(text, schema, language)).mentions)


def test_chemicals_and_diseases_of_an_abstract(tagger: TaggerExtractor) -> None:
    names = {(mention.type, mention.text.lower()) for mention in found(tagger, REPORT)}
    assert names >= {
        ("Chemical", "clozapine"),
        ("Chemical", "lithium carbonate"),
        ("Disease", "agranulocytosis"),
        ("Disease", "schizophrenia"),
        ("Disease", "fever"),
    }
    assert len([mention for mention in found(tagger, REPORT) if mention.text.lower() == "clozapine"]) == 3


def test_mentions_are_grounded_in_order_and_apart(tagger: TaggerExtractor) -> None:
    mentions = found(tagger, REPORT)
    assert all(REPORT[mention.start : mention.end] == mention.text for mention in mentions)
    assert all(one.end <= two.start for one, two in pairwise(mentions))


def test_mentions_say_who_found_them_and_how_sure(tagger: TaggerExtractor, model: TaggerModel) -> None:
    (mention, *_) = found(tagger, REPORT)
    assert mention.provenance.extractor == "tagger"
    assert mention.provenance.model is not None
    assert mention.provenance.model.startswith(f"{model.description.name} {model.description.version}")
    assert mention.confidence is not None
    assert 0.5 < mention.confidence <= 1


def test_labels_are_those_the_schema_asks_for(tagger: TaggerExtractor) -> None:
    assert tagger.labels(SCHEMA, "en") == {"Chemical": "CHEM", "Disease": "DISO"}
    assert tagger.labels(SCHEMA, "vi") == {}
    assert tagger.labels(load_schema("clinical-note"), "en") == {"Chemical": "CHEM", "Disease": "DISO"}
    problems = SCHEMA.model_copy(update={"entities": SCHEMA.entities[1:], "relations": ()})
    assert tagger.labels(problems, "en") == {"Disease": "DISO"}
    assert {mention.type for mention in found(tagger, REPORT, problems)} == {"Disease"}
    assert not found(tagger, REPORT, language="vi")


def test_what_else_is_asked_for_changes_nothing(tagger: TaggerExtractor) -> None:
    problems = SCHEMA.model_copy(update={"entities": SCHEMA.entities[1:], "relations": ()})
    every = [mention for mention in found(tagger, REPORT) if mention.type == "Disease"]
    assert found(tagger, REPORT, problems) == every


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b", "...", "\ud800", "\x00"])
def test_texts_without_letters_have_no_mentions(tagger: TaggerExtractor, text: str) -> None:
    assert found(tagger, text) == []


@given(text=st.text(st.one_of(st.sampled_from("aspirin fever.-()\n\u0301😀\ud800"), st.characters()), max_size=60))
@settings(max_examples=40)
def test_any_text_gives_grounded_mentions(tagger: TaggerExtractor, text: str) -> None:
    for mention in found(tagger, text):
        assert text[mention.start : mention.end] == mention.text


def test_a_mention_never_goes_on_in_the_next_paragraph_or_item(tagger: TaggerExtractor) -> None:
    text = "Problems:\n- renal failure\n- hypertension\n- fever\n\nAllergies\n\nPenicillin G\n\nSevere\n\nheadache"
    assert not any("\n" in mention.text for mention in found(tagger, text))


def test_answers_are_the_same_alone_and_among_others(tagger: TaggerExtractor, model: TaggerModel) -> None:
    texts = [REPORT, REPORT[:160], "Aspirin caused gastric ulcer.", REPORT + " " + REPORT]
    alone = [found(tagger, text) for text in texts]
    other = TaggerExtractor(model, LexiconExtractor(load_terminology()), threads=2)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda text: found(other, text), texts * 2)) == alone * 2


def test_a_long_text_is_read_to_its_end(tagger: TaggerExtractor) -> None:
    text = " ".join([REPORT] * 12)
    last = [mention for mention in found(tagger, text) if mention.start >= len(text) - len(REPORT)]
    assert "agranulocytosis" in {mention.text.lower() for mention in last}


@pytest.mark.slow
def test_decoding_takes_linear_time(tagger: TaggerExtractor) -> None:
    def seconds(times: int) -> float:
        begun = time.process_time()
        found(tagger, "clozapine fever " * times)
        return time.process_time() - begun

    found(tagger, REPORT)
    short = min(seconds(400) for _ in range(3))
    assert min(seconds(1600) for _ in range(3)) < 8 * short
