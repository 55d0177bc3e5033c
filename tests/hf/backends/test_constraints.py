"""Answers held to a JSON schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("llguidance")

from kg_builder.backends.generation import GenerationOptions, GenerationRequest
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.transformers_generator import TransformersGenerator
from kg_builder.errors import SettingsError

SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"entity": {"type": "string", "maxLength": 8}, "type": {"enum": ["DRUG", "DISEASE"]}},
        "required": ["entity", "type"],
        "additionalProperties": False,
    },
    "maxItems": 3,
}


@pytest.fixture(scope="module")
def qwen(tiny_qwen: Path) -> TransformersGenerator:
    return TransformersGenerator(ModelSettings(source=f"hf:{tiny_qwen}"))


@pytest.mark.parametrize("temperature", [0.0, 1.5])
def test_whole_answers_are_valid(qwen: TransformersGenerator, temperature: float) -> None:
    options = [
        GenerationOptions(max_new_tokens=150, temperature=temperature, seed=seed, json_schema=SCHEMA)
        for seed in range(6)
    ]
    answers = qwen.generate([GenerationRequest("Text: đau bụng, aspirin\n", option) for option in options])
    assert any(answer.complete for answer in answers)
    for answer in answers:
        if answer.complete:
            items = json.loads(answer.text)
            assert len(items) <= 3
            assert all(set(item) == {"entity", "type"} and item["type"] in {"DRUG", "DISEASE"} for item in items)
        assert answer.text.startswith("[")


def test_the_layout_is_that_of_the_examples(qwen: TransformersGenerator) -> None:
    options = GenerationOptions(max_new_tokens=200, json_schema={**SCHEMA, "minItems": 2})
    answer = qwen.generate([GenerationRequest("Text: aspirin\n", options)])[0]
    assert answer.text == json.dumps(json.loads(answer.text), ensure_ascii=False)


def test_free_and_held_answers_share_a_batch(qwen: TransformersGenerator) -> None:
    free = GenerationRequest("Text: aspirin\n", GenerationOptions(max_new_tokens=20))
    held = GenerationRequest("Text: aspirin\n", GenerationOptions(max_new_tokens=20, json_schema=SCHEMA))
    together = qwen.generate([free, held])
    assert [answer.text for answer in together] == [qwen.generate([asked])[0].text for asked in (free, held)]


def test_a_schema_that_can_not_be_kept_to(qwen: TransformersGenerator) -> None:
    options = GenerationOptions(json_schema={"type": "no-such-type"})
    with pytest.raises(SettingsError, match="can't be held to"):
        qwen.generate([GenerationRequest("Text: aspirin\n", options)])
