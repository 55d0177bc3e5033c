"""Answers of causal language models: against transformers' own generation, alone and in company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from kg_builder.backends.generation import Generated, GenerationOptions, GenerationRequest, Message
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.transformers_generator import TransformersGenerator
from kg_builder.errors import ModelError, SettingsError

GREEDY = GenerationOptions(max_new_tokens=24)
SAMPLED = GenerationOptions(max_new_tokens=24, temperature=1.0, top_p=0.9, seed=11)
TEXTS = (
    "Aspirin.",
    "After lithium the patient had tremor and nausea for two days, and gastric bleeding under aspirin.",
    "Sau khi dùng aspirin, người bệnh bị đau bụng.",
    "No.",
)


def conversation(text: str) -> tuple[Message, ...]:
    return (Message("system", "List the drugs."), Message("user", f"Text: {text}"))


def requests(options: GenerationOptions) -> list[GenerationRequest]:
    return [
        GenerationRequest(conversation(text), replace(options, seed=options.seed + place))
        for place, text in enumerate(TEXTS)
    ]


def reference(folder: Path, prompt: str, **options: object) -> str:
    """What transformers itself generates."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    ids = tokenizer(prompt, add_special_tokens=False, return_tensors="pt")
    answer = model.generate(**ids, do_sample=False, temperature=None, top_p=None, max_new_tokens=24, **options)
    text: str = tokenizer.decode(answer[0, ids["input_ids"].shape[1] :], skip_special_tokens=True)
    return text


@pytest.fixture(scope="module")
def qwen(tiny_qwen: Path) -> TransformersGenerator:
    return TransformersGenerator(ModelSettings(source=f"hf:{tiny_qwen}", batch_size=3))


def test_greedy_answers_are_those_of_transformers(qwen: TransformersGenerator, tiny_qwen: Path) -> None:
    rendered = "<|im_start|>system\nList the drugs.<|im_end|>\n<|im_start|>user\nText: Aspirin.<|im_end|>\n"
    expected = reference(tiny_qwen, f"{rendered}<|im_start|>assistant\n", repetition_penalty=1.0)
    assert qwen.generate([GenerationRequest(conversation("Aspirin."), GREEDY)])[0].text == expected


def test_the_penalty_is_that_of_transformers(qwen: TransformersGenerator, tiny_qwen: Path) -> None:
    options = replace(GREEDY, repetition_penalty=1.3)
    expected = reference(tiny_qwen, "- lithium\n- aspirin\n", repetition_penalty=1.3)
    assert qwen.generate([GenerationRequest("- lithium\n- aspirin\n", options)])[0].text == expected


@pytest.mark.parametrize("options", [GREEDY, SAMPLED, replace(SAMPLED, repetition_penalty=1.15)])
def test_company_in_the_batch_changes_nothing(qwen: TransformersGenerator, options: GenerationOptions) -> None:
    together = qwen.generate(requests(options))
    alone = [qwen.generate([request])[0] for request in requests(options)]
    backwards = list(qwen.generate(requests(options)[::-1]))[::-1]
    assert texts(together) == texts(alone) == texts(backwards)
    assert len(set(texts(together))) > 1


def test_rows_of_one_batch_may_have_different_options(qwen: TransformersGenerator) -> None:
    mixed = [
        GenerationRequest(conversation(TEXTS[0]), GREEDY),
        GenerationRequest(conversation(TEXTS[0]), SAMPLED),
        GenerationRequest(conversation(TEXTS[0]), replace(GREEDY, max_new_tokens=3)),
    ]
    assert texts(qwen.generate(mixed)) == [qwen.generate([request])[0].text for request in mixed]


def test_another_seed_gives_another_answer(qwen: TransformersGenerator) -> None:
    asked = [GenerationRequest(conversation(TEXTS[0]), replace(SAMPLED, seed=seed)) for seed in range(3)]
    assert len(set(texts(qwen.generate(asked)))) == 3


def test_an_answer_at_its_limit_is_incomplete(qwen: TransformersGenerator) -> None:
    answers = qwen.generate(requests(replace(GREEDY, max_new_tokens=2)))
    assert [(answer.complete, answer.new_tokens) for answer in answers] == [(False, 2)] * len(TEXTS)


def test_an_end_token_completes_the_answer(qwen: TransformersGenerator) -> None:
    asked = [
        GenerationRequest(conversation("Aspirin."), GenerationOptions(max_new_tokens=80, temperature=30.0, seed=seed))
        for seed in range(8)
    ]
    ended = [answer for answer in qwen.generate(asked) if answer.complete]
    assert ended
    assert all("<|im_end|>" not in answer.text and answer.new_tokens < 80 for answer in ended)


def test_token_scores_are_the_models_own_probabilities(qwen: TransformersGenerator, tiny_qwen: Path) -> None:
    prompt = "Sau khi dùng"
    answer = qwen.generate([GenerationRequest(prompt, replace(SAMPLED, repetition_penalty=1.2))])[0]
    tokenizer = AutoTokenizer.from_pretrained(tiny_qwen)
    model = AutoModelForCausalLM.from_pretrained(tiny_qwen)
    given = tokenizer(prompt)["input_ids"]
    with torch.inference_mode():
        seen: list[int] = list(given)
        for score in answer.tokens[:5]:
            logprobs = model(torch.tensor([seen])).logits[0, -1].log_softmax(-1)
            token = int((logprobs - score.logprob).abs().argmin())
            assert float(logprobs[token]) == pytest.approx(score.logprob, abs=1e-4)
            seen.append(token)
    assert answer.text.startswith(tokenizer.decode(seen[len(given) : len(given) + 4]).rstrip("�"))


def test_token_scores_lie_on_the_answer(qwen: TransformersGenerator) -> None:
    for answer in qwen.generate(requests(SAMPLED)):
        assert {place for score in answer.tokens for place in range(score.start, score.end)} == set(
            range(len(answer.text))
        )


def test_a_raw_prompt_is_encoded_as_it_stands(tiny_llama: Path) -> None:
    generator = TransformersGenerator(ModelSettings(source=f"hf:{tiny_llama}"))
    head = "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n"
    answer = generator.generate([GenerationRequest(f"{head}Text:<|eot_id|>", GREEDY)])[0]
    tokenizer = AutoTokenizer.from_pretrained(tiny_llama)
    assert answer.prompt_tokens == len(tokenizer(f"{head}Text:<|eot_id|>", add_special_tokens=False)["input_ids"])
    assert answer.text == reference(tiny_llama, f"{head}Text:<|eot_id|>")


def test_an_adapter_is_recognized_and_changes_answers(tiny_llama: Path, tiny_adapter: Path) -> None:
    base = TransformersGenerator(ModelSettings(source=f"hf:{tiny_llama}"))
    adapted = TransformersGenerator(ModelSettings(source=f"hf:{tiny_adapter}"))
    merged = TransformersGenerator(ModelSettings(source=f"hf:{tiny_adapter}", base=str(tiny_llama), merge_adapter=True))
    answers = [texts(generator.generate(requests(GREEDY))) for generator in (base, adapted, merged)]
    assert answers[0] != answers[1] == answers[2]
    assert adapted.model == merged.model
    assert base.model.removeprefix("hf:") in adapted.model


def test_adapters_on_one_base_share_it_and_answer_each_for_itself(
    tiny_llama: Path, tiny_adapter: Path, tmp_path: Path
) -> None:
    import shutil

    from safetensors.torch import load_file, save_file

    other = shutil.copytree(tiny_adapter, tmp_path / "other")
    weights = load_file(other / "adapter_model.safetensors")
    turned = {name: -weight if "lora_B" in name else weight for name, weight in weights.items()}
    save_file(turned, other / "adapter_model.safetensors")
    first, second = (TransformersGenerator(ModelSettings(source=f"hf:{place}")) for place in (tiny_adapter, other))
    expected = [
        texts(TransformersGenerator(ModelSettings(source=f"hf:{place}", merge_adapter=True)).generate(requests(GREEDY)))
        for place in (tiny_adapter, other)
    ]
    answers = [texts(generator.generate(requests(GREEDY))) for generator in (first, second, first)]
    assert answers == [*expected, expected[0]]
    assert expected[0] != expected[1]
    assert first._loaded.model is second._loaded.model


def test_too_long_a_prompt_is_refused_before_it_runs(qwen: TransformersGenerator) -> None:
    with pytest.raises(ModelError, match="leaves no room in the model's 2048") as caught:
        qwen.generate([GenerationRequest("tremor and nausea " * 1500, GREEDY)])
    assert "tremor" not in str(caught.value)


def test_prompt_and_answer_together_stay_within_the_context(qwen: TransformersGenerator) -> None:
    answer = qwen.generate([GenerationRequest("\n" * 2040, GREEDY)])[0]
    assert answer.prompt_tokens + answer.new_tokens <= 2048
    assert answer.complete or answer.prompt_tokens + answer.new_tokens == 2048


def test_control_tokens_are_known(qwen: TransformersGenerator) -> None:
    assert qwen.knows_token("<|im_start|>")
    assert not qwen.knows_token("<|start_header_id|>")
    assert not qwen.knows_token("a")


def test_an_empty_prompt_is_refused(qwen: TransformersGenerator) -> None:
    with pytest.raises(ModelError, match="empty"):
        qwen.generate([GenerationRequest("", GREEDY)])


def test_four_bits_need_a_gpu(tiny_qwen: Path) -> None:
    with pytest.raises(SettingsError, match="needs an NVIDIA GPU"):
        TransformersGenerator(ModelSettings(source=f"hf:{tiny_qwen}", quantization="4bit", device="cpu"))


def texts(answers: Sequence[Generated]) -> list[str]:
    return [answer.text for answer in answers]
