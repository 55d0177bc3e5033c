"""Checkpoints that can't be loaded, each with what to do about it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.transformers_loading import choose_device, load_language_model
from kg_builder.errors import ModelError, SettingsError


def test_a_hub_checkpoint_that_is_not_here() -> None:
    with pytest.raises(SettingsError, match="'nobody/no-such-model' is not on this machine") as caught:
        load_language_model(ModelSettings(source="hf:nobody/no-such-model"))
    assert "hf download nobody/no-such-model" in (caught.value.hint or "")


def test_pickled_weights_are_refused(tiny_qwen: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_qwen, tmp_path / "pickled")
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")
    with pytest.raises(SettingsError, match="'pickled' has pickled weights only"):
        load_language_model(ModelSettings(source=f"hf:{folder}"))


def test_pickled_adapters_are_refused(tiny_adapter: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_adapter, tmp_path / "adapter")
    (folder / "adapter_model.safetensors").rename(folder / "adapter_model.bin")
    with pytest.raises(SettingsError, match="pickled weights only"):
        load_language_model(ModelSettings(source=f"hf:{folder}"))


def test_an_adapter_without_its_base(tiny_adapter: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_adapter, tmp_path / "adapter")
    config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = "nobody/no-such-base"
    (folder / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(SettingsError, match="base model of adapter 'adapter': checkpoint 'nobody/no-such") as caught:
        load_language_model(ModelSettings(source=f"hf:{folder}"))
    assert "`base` names another place" in (caught.value.hint or "")


def test_an_adapter_on_the_wrong_base(tiny_adapter: Path, tiny_llama: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_llama, tmp_path / "wide")
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig.from_pretrained(folder)
    config.hidden_size, config.head_dim = 64, 16
    LlamaForCausalLM(config).save_pretrained(folder)
    with pytest.raises(ModelError, match="doesn't fit its base"):
        load_language_model(ModelSettings(source=f"hf:{tiny_adapter}", base=str(folder)))


def test_code_of_a_checkpoint_does_not_run_unasked(tiny_qwen: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_qwen, tmp_path / "with-code")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config |= {"model_type": "ownkind", "auto_map": {"AutoConfig": "own.OwnConfig", "AutoModelForCausalLM": "own.Own"}}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "own.py").write_text("raise SystemExit('the code ran')\n", encoding="utf-8")
    with pytest.raises(ModelError, match="runs only with trust_remote_code"):
        load_language_model(ModelSettings(source=f"hf:{folder}"))


def test_weights_are_float32_on_a_cpu_unless_asked(tiny_qwen: Path) -> None:
    assert load_language_model(ModelSettings(source=f"hf:{tiny_qwen}", device="cpu")).model.dtype is torch.float32
    halves = load_language_model(ModelSettings(source=f"hf:{tiny_qwen}", device="cpu", dtype="bfloat16"))
    assert halves.model.dtype is torch.bfloat16


def test_end_tokens_come_from_both_places(tiny_qwen: Path, tiny_llama: Path) -> None:
    assert load_language_model(ModelSettings(source=f"hf:{tiny_qwen}")).end_tokens == {0, 2}
    assert load_language_model(ModelSettings(source=f"hf:{tiny_llama}")).end_tokens == {1, 4}


@pytest.mark.parametrize("name", ["gpu", "cuda:99" if not torch.cuda.is_available() else "nonsense"])
def test_a_device_that_is_not_there(name: str) -> None:
    with pytest.raises(SettingsError, match=f"device '{name}'"):
        choose_device(name)
