"""A few steps of every family on tiny real models: what is learned, what comes back, what is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kg_builder.errors import InputError, ModelError
from kg_builder.train.generative.recipe import GenerativeRecipe

pytest.importorskip("torch")

PUBTATOR = """\
{id}|t|After {drug} the patient had {problem} for two days.
{id}|a|{problem} followed when {drug} was given to visitor {id} again.
{id}\t6\t{a}\t{drug}\tChemical\t{chemical}
{id}\t{b}\t{c}\t{problem}\tDisease\t{disease}
{id}\tCID\t{chemical}\t{disease}

"""
WORDS = (("lithium", "tremor"), ("aspirin", "nausea"), ("digoxin", "rash"), ("codeine", "itching"))


def pubtator(number: int) -> str:
    drug, problem = WORDS[number % len(WORDS)]
    begins = 6 + len(drug) + len(" the patient had ")
    return PUBTATOR.format(
        id=str(100 + number) * 4,
        drug=drug,
        problem=problem,
        a=6 + len(drug),
        b=begins,
        c=begins + len(problem),
        chemical=f"D{number % len(WORDS):06}",
        disease=f"D9{number % len(WORDS):05}",
    )


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpora")
    # one sentence pattern: told apart by its numbers only, so the guard must be shown different documents
    (folder / "train.pubtator").write_text("".join(map(pubtator, range(4))), encoding="utf-8")
    dev = "999|t|Nobody fell asleep under warfarin.\n999|a|\n999\t25\t33\twarfarin\tChemical\tD000777\n\n"
    (folder / "dev.pubtator").write_text(dev, encoding="utf-8")
    return folder


def recipe(base: Path, **changes: Any) -> GenerativeRecipe:
    given: dict[str, Any] = {
        "name": "tiny",
        "family": "lists",
        "base": str(base),
        "lora": {"rank": 4, "dropout": 0.1},
        "corpora": [{"path": "train.pubtator"}, {"path": "dev.pubtator", "role": "evaluate"}],
        "max_tokens": 1200,
        "dtype": "float32",
        "threads": 1,
        **changes,
    }
    steps = {"epochs": 1, "batch_size": 4, "accumulation": 1, "learning_rate": 1e-3, "checkpoint_steps": 2}
    given["training"] = steps | given.get("training", {})
    return GenerativeRecipe.model_validate_json(json.dumps(given))


def train(chosen: GenerativeRecipe, corpora: Path, output: Path, **options: Any) -> Path:
    from kg_builder.train.generative.training import train_generative

    return train_generative(chosen, output=output, corpora_root=str(corpora), **options)


def weights(folder: Path) -> Mapping[str, Any]:
    from safetensors.torch import load_file

    found: Mapping[str, Any] = load_file(next(folder.glob("*.safetensors")))
    return found


class StoppedError(Exception):
    """Stands for a run that is killed."""


def stop_after(steps: int) -> Any:
    def watch(row: Mapping[str, Any]) -> None:
        if row.get("step") == steps:
            raise StoppedError

    return watch


def test_an_adapter_is_trained_saved_and_answers_by_the_users_path(
    corpora: Path, tiny_llama: Path, tmp_path: Path
) -> None:
    from kg_builder.backends.generation import GenerationOptions, GenerationRequest
    from kg_builder.backends.model_settings import ModelSettings
    from kg_builder.backends.transformers_generator import TransformersGenerator
    from kg_builder.text.list_prompts import ListTask, list_prompt

    rows: list[Mapping[str, Any]] = []
    half = {"rank": 4, "dropout": 0.1, "saved_as": "float16"}
    folder = train(recipe(tiny_llama, lora=half, training={"epochs": 3}), corpora, tmp_path, watch=rows.append)
    epochs = [row for row in rows if "held_out_loss" in row]
    assert epochs[-1]["loss"] < epochs[0]["loss"]
    assert {str(value.dtype) for value in weights(folder).values()} == {"torch.float16"}
    figures = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert figures["samples"] == {"chemicals": 4, "diseases": 4, "influences": 4, "empty": 0}
    assert "train.pubtator" in (folder / "README.md").read_text(encoding="utf-8")
    asked = [GenerationRequest(list_prompt(ListTask.CHEMICALS, "Aspirin again."), GenerationOptions(max_new_tokens=4))]
    trained = TransformersGenerator(ModelSettings(source=f"hf:{folder}", base=str(tiny_llama)))
    untrained = TransformersGenerator(ModelSettings(source=f"hf:{tiny_llama}"))
    [new], [old] = trained.generate(asked), untrained.generate(asked)
    assert [score.logprob for score in new.tokens] != [score.logprob for score in old.tokens]


def test_all_weights_of_a_json_model_are_trained_and_saved_whole(
    corpora: Path, tiny_qwen: Path, tmp_path: Path
) -> None:
    from kg_builder.backends.generation import GenerationOptions, GenerationRequest, Message
    from kg_builder.backends.model_settings import ModelSettings
    from kg_builder.backends.transformers_generator import TransformersGenerator

    types = {
        "DRUG": {"description": "Medicines.", "labels": ["Chemical"]},
        "PROBLEM": {"description": "Diseases.", "labels": ["Disease"]},
    }
    folder = train(recipe(tiny_qwen, family="json", types=types, lora=None), corpora, tmp_path)
    before, after = weights(tiny_qwen), weights(folder)
    assert before.keys() == after.keys()
    assert all((before[name] != after[name]).any() for name in before if "proj.weight" in name)
    generator = TransformersGenerator(ModelSettings(source=f"hf:{folder}"))
    options = GenerationOptions(max_new_tokens=3)
    assert generator.generate([GenerationRequest((Message("user", "Text: aspirin"),), options)])[0].new_tokens


def test_a_copy_editor_is_trained_on_pairs(tiny_llama: Path, tmp_path: Path) -> None:
    pairs = [
        {"id": f"n{place}", "messy": f"PT {place} C/O {problem.upper()}", "text": f"Patient {place} has {problem}."}
        for place, (_, problem) in enumerate(WORDS)
    ]
    (tmp_path / "pairs.jsonl").write_text("\n".join(map(json.dumps, pairs)), encoding="utf-8")
    chosen = recipe(tiny_llama, family="copy-editor", corpora=[{"path": "pairs.jsonl"}], gradient_checkpointing=True)
    rows: list[Mapping[str, Any]] = []
    assert train(chosen, tmp_path, tmp_path / "run", watch=rows.append)
    assert rows[-1]["held_out_loss"] is None
    assert rows[-1]["steps"] == 1


def test_an_interrupted_run_ends_with_the_weights_of_a_whole_one(
    corpora: Path, tiny_llama: Path, tmp_path: Path
) -> None:
    chosen = recipe(tiny_llama, training={"epochs": 2})
    whole = train(chosen, corpora, tmp_path / "whole")
    with pytest.raises(StoppedError):
        train(chosen, corpora, tmp_path / "parts", watch=stop_after(5))
    resumed = train(chosen, corpora, tmp_path / "parts")
    expected, found = weights(whole), weights(resumed)
    assert all((expected[name] == found[name]).all() for name in expected)
    histories = [json.loads((tmp_path / name / "figures.json").read_text())["history"] for name in ("whole", "parts")]
    assert [row["loss"] for row in histories[0]] == [row["loss"] for row in histories[1]]


def test_a_run_goes_on_with_its_own_recipe_only(corpora: Path, tiny_llama: Path, tmp_path: Path) -> None:
    train(recipe(tiny_llama), corpora, tmp_path)
    other = recipe(tiny_llama, training={"learning_rate": 0.5})
    with pytest.raises(InputError, match="another recipe"):
        train(other, corpora, tmp_path)
    assert train(other, corpora, tmp_path, resume=False)


def test_evaluation_documents_are_never_learned_from(corpora: Path, tiny_llama: Path, tmp_path: Path) -> None:
    both = [{"path": "train.pubtator"}, {"path": "train-copy.pubtator", "role": "evaluate"}]
    (corpora / "train-copy.pubtator").write_text(pubtator(0), encoding="utf-8")
    with pytest.raises(InputError, match="among the evaluation documents"):
        train(recipe(tiny_llama, corpora=both), corpora, tmp_path)


def test_what_the_model_lacks_is_told(corpora: Path, tiny_llama: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="lora"):
        train(recipe(tiny_llama, lora={"targets": ["no_such_layer"]}), corpora, tmp_path)
    with pytest.raises(InputError, match="no sample"):
        train(recipe(tiny_llama, max_tokens=16), corpora, tmp_path)
