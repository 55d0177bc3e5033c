"""GGUF files by llama.cpp; skipped unless llama-cpp-python is installed and KG_BUILDER_TEST_GGUF names a file."""

from __future__ import annotations

import json
import os

import pytest

pytest.importorskip("llama_cpp")

from kg_builder.backends.generation import GenerationOptions, GenerationRequest, Message
from kg_builder.backends.llama_cpp_generator import LlamaCppGenerator
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.errors import ModelError

GGUF = os.environ.get("KG_BUILDER_TEST_GGUF")
pytestmark = pytest.mark.skipif(not GGUF, reason="KG_BUILDER_TEST_GGUF names no file")
PROMPT = (Message("system", "List the drugs."), Message("user", "He took aspirin."))


@pytest.fixture(scope="module")
def generator() -> LlamaCppGenerator:
    return LlamaCppGenerator(ModelSettings(source=f"gguf:{GGUF}", device="cpu"))


def ask(generator: LlamaCppGenerator, **options: object) -> str:
    request = GenerationRequest(PROMPT, GenerationOptions(max_new_tokens=24, **options))  # type: ignore[arg-type]
    return generator.generate([request])[0].text


def test_equal_requests_get_equal_answers(generator: LlamaCppGenerator) -> None:
    assert ask(generator) == ask(generator) != ""
    assert ask(generator, temperature=1.0, seed=3) == ask(generator, temperature=1.0, seed=3)
    assert len({ask(generator, temperature=1.5, seed=seed) for seed in range(3)}) > 1


def test_the_limit_makes_an_answer_incomplete(generator: LlamaCppGenerator) -> None:
    answer = generator.generate([GenerationRequest(PROMPT, GenerationOptions(max_new_tokens=2))])[0]
    assert (answer.complete, answer.new_tokens) == (False, 2)


def test_an_answer_is_held_to_its_schema(generator: LlamaCppGenerator) -> None:
    schema = {"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 2}
    assert set(json.loads(ask(generator, json_schema=schema))) <= {"a", "b"}


def test_too_long_a_prompt(generator: LlamaCppGenerator) -> None:
    with pytest.raises(ModelError, match="doesn't fit"):
        generator.generate([GenerationRequest("tremor " * 9000)])
