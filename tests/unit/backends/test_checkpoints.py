"""Folders of checkpoints."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg_builder.backends.checkpoints import find_checkpoint
from kg_builder.errors import SettingsError


def write(folder: Path, weights: bytes = b"weights", config: str = "{}") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(config, encoding="utf-8")
    (folder / "model.safetensors").write_bytes(weights)
    return folder


def test_the_label_has_the_folders_name_and_no_path(tmp_path: Path) -> None:
    label = find_checkpoint(str(write(tmp_path / "my-model"))).label
    assert label.startswith("my-model@sha256-")
    assert str(tmp_path) not in label


def test_the_version_follows_the_content_and_not_the_place(tmp_path: Path) -> None:
    def version(folder: Path) -> str:
        return find_checkpoint(str(folder)).version

    one = version(write(tmp_path / "one"))
    assert version(write(tmp_path / "two")) == one
    assert version(write(tmp_path / "two", weights=b"others!")) != one
    assert version(write(tmp_path / "two", config='{"a": 1}')) != one
    long = b"a" * 3_000_000
    assert version(write(tmp_path / "one", weights=long)) != version(write(tmp_path / "two", weights=long[:-1] + b"b"))


def test_weights_must_be_safetensors(tmp_path: Path) -> None:
    find_checkpoint(str(write(tmp_path))).require_safetensors()
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(SettingsError, match="has no weights"):
        find_checkpoint(str(tmp_path)).require_safetensors()
    (tmp_path / "pytorch_model.bin").touch()
    with pytest.raises(SettingsError, match="pickled weights only"):
        find_checkpoint(str(tmp_path)).require_safetensors()


def test_code_of_a_hub_checkpoint_needs_a_fixed_revision() -> None:
    with pytest.raises(SettingsError, match="needs a fixed revision"):
        find_checkpoint("owner/name", code=True)
