"""Whatever a model writes: nothing is accepted that isn't in the text, and nothing is lost without a word."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.backends.generation import Generated
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.extract.prompted.json_extractor import PromptedExtractor
from kg_builder.extract.prompted.list_extractor import ListExtractor
from kg_builder.protocols import ExtractionRequest
from kg_builder.schemas import builtin_schema
from kg_builder.testing import ScriptedGenerator

SCHEMA = builtin_schema("chemical-disease")
SETTINGS = ModelSettings(source="hf:model")
WORDS = ("Cisplatin", "NAUSEA", "tăng huyết áp", "acute renal failure", "and", "no", "5-FU", ".")

texts = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
pieces = st.sampled_from(
    [
        *WORDS,
        *(word.lower() for word in WORDS),
        "[",
        "]",
        '{"entity": "',
        '", "type": "',
        '"}',
        "- ",
        "\n",
        "|",
        "```json",
    ]
)
answers = st.lists(pieces | st.text(max_size=5), max_size=30).map("".join)


@pytest.mark.parametrize("kind", [PromptedExtractor, ListExtractor])
@given(text=texts, answer=answers, complete=st.booleans())
def test_nothing_ungrounded_is_accepted(
    kind: type[PromptedExtractor] | type[ListExtractor], text: str, answer: str, complete: bool
) -> None:
    generator = ScriptedGenerator([Generated(answer, complete=complete)])
    extraction = kind(generator, SETTINGS, name="any").extract(ExtractionRequest(text, SCHEMA))
    for mention in extraction.mentions:
        assert text[mention.start : mention.end] == mention.text
        assert mention.text.strip() == mention.text != ""
    if not complete and not (kind is PromptedExtractor and "]" in answer):  # a closed list lacks nothing
        assert any(issue.code == "truncated-answer" for reject in extraction.rejects for issue in reject.issues)


@given(text=texts, names=st.lists(st.sampled_from([*WORDS[:4], "lithium"]), max_size=6))
def test_every_item_is_a_mention_or_a_reject(text: str, names: list[str]) -> None:
    answer = json.dumps([{"entity": name, "type": "Disease"} for name in names])
    extractor = PromptedExtractor(ScriptedGenerator([answer]), SETTINGS, name="any")
    extraction = extractor.extract(ExtractionRequest(text, SCHEMA))
    assert len(extraction.mentions) + len(extraction.rejects) == len(names)
