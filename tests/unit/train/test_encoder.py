"""Encoders are found in folders and in installed packages, which aren't imported for it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kg_builder.errors import InputError
from kg_builder.train.encoder import FILES, encoder_directory


def fill(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in FILES:
        (folder / name).write_text("")
    return folder


def test_a_folder_is_taken_as_it_stands(tmp_path: Path) -> None:
    folder = fill(tmp_path / "mine")
    assert encoder_directory(str(folder)) == folder


def test_a_package_is_found_without_being_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fill(tmp_path / "some_small_encoder" / "model")
    (tmp_path / "some_small_encoder" / "__init__.py").write_text("raise RuntimeError")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert encoder_directory("some-small-encoder") == folder
    assert "some_small_encoder" not in sys.modules


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    (fill(tmp_path / "mine") / "config.json").unlink()
    with pytest.raises(InputError, match=r"lacks config\.json"):
        encoder_directory(str(tmp_path / "mine"))


@pytest.mark.parametrize("name", ["no-such-encoder", "no/such/folder"])
def test_an_unknown_encoder_is_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(InputError, match="neither a folder nor an installed package") as refused:
        encoder_directory(name)
    assert refused.value.hint
