"""Beginnings of prompts that are run once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kg_builder.backends import prefix_cache
from kg_builder.backends.generation import GenerationOptions, GenerationRequest
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.transformers_generator import TransformersGenerator

SYSTEM = "List the drugs and the diseases of the text, each with its type, as a JSON list. " * 3
TEXTS = ("aspirin", "lithium and tremor for two days", "đau bụng và buồn nôn", "no bleeding", "nausea")
OPTIONS = GenerationOptions(max_new_tokens=12, temperature=0.8, seed=5)


@pytest.fixture
def model(tiny_qwen: Path) -> ModelSettings:
    return ModelSettings(source=f"hf:{tiny_qwen}", batch_size=4)


@pytest.fixture
def widths(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Rows and tokens of every run of the model."""
    from transformers import Qwen2ForCausalLM

    seen: list[tuple[int, int]] = []
    forward = Qwen2ForCausalLM.forward

    def counted(self: Any, *, input_ids: Any, **options: Any) -> Any:
        seen.append(tuple(input_ids.shape))
        return forward(self, input_ids=input_ids, **options)

    monkeypatch.setattr(Qwen2ForCausalLM, "forward", counted)
    return seen


def asked(*texts: str) -> list[GenerationRequest]:
    return [GenerationRequest(f"{SYSTEM}\nText: {text}\n", OPTIONS) for text in texts]


def test_answers_are_the_same_without_reuse(model: ModelSettings) -> None:
    with_reuse = TransformersGenerator(model)
    without = TransformersGenerator(model, reuse_prefixes=False)
    for batch in (TEXTS[:1], TEXTS[1:2], TEXTS, TEXTS[::-1], TEXTS[2:3] * 3):
        expected, found = without.generate(asked(*batch)), with_reuse.generate(asked(*batch))
        assert [answer.text for answer in found] == [answer.text for answer in expected]
        for one, other in zip(found, expected, strict=True):
            assert [score.logprob for score in one.tokens] == pytest.approx(
                [score.logprob for score in other.tokens], abs=1e-3
            )
            assert one.prompt_tokens == other.prompt_tokens


def test_a_batch_runs_its_common_beginning_once(model: ModelSettings, widths: list[tuple[int, int]]) -> None:
    generator = TransformersGenerator(model)
    whole = generator.generate(asked(*TEXTS[:4]))[0].prompt_tokens
    (rows, common), (others, rest) = widths[:2]
    assert (rows, others) == (1, 4)
    assert common > whole * 0.7
    assert rest < whole * 0.3


def test_later_calls_run_only_what_is_new(model: ModelSettings, widths: list[tuple[int, int]]) -> None:
    generator = TransformersGenerator(model)
    for text in TEXTS[:2]:
        generator.generate(asked(text))
    widths.clear()
    whole = generator.generate(asked(TEXTS[2]))[0].prompt_tokens
    assert widths[0][1] < whole * 0.3


def test_few_beginnings_are_kept(model: ModelSettings) -> None:
    generator = TransformersGenerator(model)
    for number in range(prefix_cache.KEPT + 3):
        prompt = f"{number} {SYSTEM}"
        generator.generate([GenerationRequest(f"{prompt} {text}", OPTIONS) for text in TEXTS[:2]])
    assert generator._prefixes is not None
    assert len(generator._prefixes._kept) == prefix_cache.KEPT


def test_sliding_windows_are_left_alone(tiny_qwen: Path, tmp_path: Path) -> None:
    import shutil

    from transformers import Qwen2ForCausalLM

    folder = shutil.copytree(tiny_qwen, tmp_path / "sliding")
    layers = ["sliding_attention", "full_attention"]
    narrow = Qwen2ForCausalLM.from_pretrained(tiny_qwen, use_sliding_window=True, sliding_window=64, layer_types=layers)
    narrow.save_pretrained(folder)
    model = ModelSettings(source=f"hf:{folder}")
    found = TransformersGenerator(model).generate(asked(*TEXTS))
    expected = TransformersGenerator(model, reuse_prefixes=False).generate(asked(*TEXTS))
    assert [answer.text for answer in found] == [answer.text for answer in expected]
