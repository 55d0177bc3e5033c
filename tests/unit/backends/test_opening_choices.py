"""What is opened for which source, as far as no model has to be loaded."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from kg_builder.backends.family import Family
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.opening import open_generator
from kg_builder.errors import MissingExtraError, SettingsError


@pytest.mark.parametrize(
    ("source", "family", "message"),
    [
        ("hf:owner/name", Family.TOKENS, "is a token classifier"),
        ("onnx:folder", Family.JSON, "onnx: is for token classifiers"),
        ("gguf:model.gguf", Family.DIFFUSION, "from hf: checkpoints only"),
        ("chat:openai:x", Family.DIFFUSION, "from hf: checkpoints only"),
        ("gguf:/no/such/model.gguf", Family.JSON, "no GGUF file at"),
    ],
)
def test_what_does_not_fit(source: str, family: Family, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        open_generator(ModelSettings(source=source), family)


@pytest.mark.skipif(find_spec("llama_cpp") is not None, reason="llama-cpp-python is installed")
def test_without_llama_cpp_its_package_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"GGUF")
    with pytest.raises(SettingsError, match="llama-cpp-python"):
        open_generator(ModelSettings(source=f"gguf:{tmp_path / 'model.gguf'}"), Family.JSON)


@pytest.mark.skipif(find_spec("torch") is not None, reason="torch is installed")
def test_without_torch_the_extra_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingExtraError, match="'hf'"):
        open_generator(ModelSettings(source=f"hf:{tmp_path}"), Family.JSON)


@pytest.mark.skipif(find_spec("langchain") is not None, reason="langchain is installed")
def test_without_langchain_the_extra_is_named() -> None:
    with pytest.raises(MissingExtraError, match="'chat'"):
        open_generator(ModelSettings(source="chat:openai:x"), Family.JSON)
