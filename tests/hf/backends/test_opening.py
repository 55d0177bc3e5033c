"""Generators opened from settings."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kg_builder.backends.family import Family
from kg_builder.backends.generation import GenerationOptions, GenerationRequest, Message
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.opening import ASKING, DIFFUSING, open_generator

LOADING = {
    "source", "revision", "trust_remote_code", "base", "merge_adapter", "dtype", "quantization", "device", "batch_size",
}  # fmt: skip


def test_every_setting_is_for_loading_or_for_asking() -> None:
    assert set(ModelSettings.model_fields) == LOADING | set(ASKING) | set(DIFFUSING)


def test_one_model_serves_askers_that_ask_differently(tiny_qwen: Path) -> None:
    one = ModelSettings(source=f"hf:{tiny_qwen}", system="List drugs.", temperature=0.3)
    other = ModelSettings(source=f"hf:{tiny_qwen}", family=Family.JSON, max_new_tokens=7)
    assert open_generator(one, Family.JSON) is open_generator(other, Family.JSON)
    assert open_generator(one, Family.JSON) is open_generator(one, Family.EDITOR)
    assert open_generator(one, Family.JSON) is not open_generator(one.model_copy(update={"batch_size": 2}), Family.JSON)


def test_threads_that_open_at_once_get_one_model(tiny_llama: Path) -> None:
    settings = ModelSettings(source=f"hf:{tiny_llama}")
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: open_generator(settings, Family.LISTS), range(4)))
    assert len({id(generator) for generator in opened}) == 1


def test_threads_get_the_answers_to_their_own_questions(tiny_qwen: Path) -> None:
    generator = open_generator(ModelSettings(source=f"hf:{tiny_qwen}", batch_size=4), Family.JSON)
    options = GenerationOptions(max_new_tokens=10)
    asked = [
        GenerationRequest((Message("user", f"Text: {word}"),), options) for word in ("aspirin", "lithium", "tremor")
    ]
    alone = [generator.generate([request])[0].text for request in asked]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda request: generator.generate([request])[0].text, asked * 4))
    assert together == alone * 4
