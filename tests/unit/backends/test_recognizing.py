"""Families told from names and configurations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kg_builder.backends.family import Family
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.recognizing import recognize_family
from kg_builder.errors import SettingsError


def folder(path: Path, **files: Any) -> ModelSettings:
    path.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return ModelSettings(source=f"hf:{path}")


@pytest.mark.parametrize(
    ("source", "family"),
    [
        ("hf:PeterPaker123/Qwen2.5-7B-Vietnamese-Medical-NER", Family.JSON),
        ("hf:myduy/dream-diffusion-ner-recovery", Family.DIFFUSION),
        ("hf:albyos/llama3-medical-ner-lora-20251111-093000", Family.LISTS),
        ("hf:longluu/Clinical-NER-MedMentions-GatorTronS", Family.TOKENS),
        ("hf:alphaaico/clinical-info-corrector-1B", Family.EDITOR),
        ("hf:/data/clinical-info-corrector-1B/", Family.EDITOR),
        ("gguf:/data/clinical-info-corrector-1B.gguf", Family.EDITOR),
        ("onnx:/data/some-tagger", Family.TOKENS),
        ("chat:openai:gpt-x", Family.JSON),
    ],
)
def test_names(source: str, family: Family) -> None:
    assert recognize_family(ModelSettings(source=source)).family is family


def test_what_is_set_counts(tmp_path: Path) -> None:
    settings = ModelSettings(source="hf:alphaaico/clinical-info-corrector-1B", family=Family.JSON)
    assert recognize_family(settings).family is Family.JSON


@pytest.mark.parametrize(
    ("config", "family"),
    [
        ({"architectures": ["BertForTokenClassification"]}, Family.TOKENS),
        ({"architectures": ["DreamModel"], "auto_map": {"AutoModel": "modeling_dream.DreamModel"}}, Family.DIFFUSION),
        ({"architectures": ["LLaDAModelLM"], "model_type": "llada"}, Family.DIFFUSION),
        ({"model_type": "Dream", "auto_map": {"AutoModel": "modeling_dream.DreamModel"}}, Family.DIFFUSION),
    ],
)
def test_configurations(tmp_path: Path, config: dict[str, Any], family: Family) -> None:
    recognized = recognize_family(folder(tmp_path, config=config))
    assert recognized.family is family
    assert recognized.reason


def test_adapters_write_lists(tmp_path: Path) -> None:
    adapter = {"peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": "x/y"}
    recognized = recognize_family(folder(tmp_path, adapter_config=adapter))
    assert recognized.family is Family.LISTS
    assert "adapter_config.json" in recognized.reason


def test_adapters_of_other_kinds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="adapter for TOKEN_CLS"):
        recognize_family(folder(tmp_path, adapter_config={"task_type": "TOKEN_CLS"}))


def test_an_instruct_model_has_a_chat_template(tmp_path: Path) -> None:
    config = {"architectures": ["Qwen2ForCausalLM"]}
    assert (
        recognize_family(folder(tmp_path / "a", config=config, tokenizer_config={"chat_template": "{{ 1 }}"})).family
        is Family.JSON
    )
    with_file = folder(tmp_path / "b", config=config)
    (tmp_path / "b" / "chat_template.jinja").write_text("{{ 1 }}", encoding="utf-8")
    assert recognize_family(with_file).family is Family.JSON


@pytest.mark.parametrize(
    "files",
    [
        {"config": {"architectures": ["Qwen2ForCausalLM"]}},
        {"config": {"architectures": ["T5ForConditionalGeneration"]}},
        {"config": {"model_type": "bert"}},
    ],
)
def test_what_can_not_be_told_is_said_with_the_families(tmp_path: Path, files: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as caught:
        recognize_family(folder(tmp_path, **files))
    assert all(family.value in (caught.value.hint or "") for family in Family)


def test_a_gguf_file_does_not_tell() -> None:
    with pytest.raises(SettingsError) as caught:
        recognize_family(ModelSettings(source="gguf:model.gguf"))
    assert "--family" in (caught.value.hint or "")


@pytest.mark.parametrize("files", [{}, {"config": []}])
def test_folders_without_a_configuration(tmp_path: Path, files: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="no checkpoint"):
        recognize_family(folder(tmp_path, **files))


def test_a_broken_configuration_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"config\.json is not valid JSON"):
        recognize_family(ModelSettings(source=f"hf:{tmp_path}"))


@pytest.mark.parametrize("place", ["./nowhere", "/no/such/folder", "nowhere", "a/b/c"])
def test_a_folder_that_is_not_there(place: str) -> None:
    with pytest.raises(SettingsError, match="no checkpoint at"):
        recognize_family(ModelSettings(source=f"hf:{place}"))
