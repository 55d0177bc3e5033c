"""What the package ships: small enough for a wheel, and each model with a card."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

import kg_builder
from kg_builder import models

ROOT = Path(__file__).parents[3]
SHIPPED = Path(str(models.__file__)).parent
FOLDERS = sorted(folder for folder in SHIPPED.iterdir() if folder.is_dir() and folder.name != "__pycache__")
MEGABYTE = 1_000_000

SOURCES = re.compile(r"^(?:## .*\bData\b|- \*\*Source\*\*)", re.MULTILINE)
RECIPE = re.compile(r"^(?:## .*\bRecipe\b|- \*\*Command\*\*)", re.MULTILINE)
FIGURES = re.compile(r"^## (?:\w+ )?[Ff]igures\b", re.MULTILINE)
LIMITS = re.compile(r"^## Limits\b", re.MULTILINE)


def packed_files() -> Iterator[Path]:
    """What the wheel is made of: Python files and package data."""
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    patterns = [*setuptools["package-data"]["*"], "*.py"]
    for package in setuptools["packages"]:
        folder = Path(str(kg_builder.__file__)).parent.joinpath(*package.split(".")[1:])
        yield from (file for file in folder.iterdir() if any(fnmatch(file.name, pattern) for pattern in patterns))


def test_the_wheel_stays_small() -> None:
    # Before compression, so an upper bound; building one here would need the package index.
    assert sum(file.stat().st_size for file in packed_files()) < 60 * MEGABYTE


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_model_file_stays_small(folder: Path) -> None:
    assert {file.name: size for file in folder.rglob("*") if (size := file.stat().st_size) >= 25 * MEGABYTE} == {}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_folder_has_a_card_that_says_where_it_came_from_and_what_it_cannot_do(folder: Path) -> None:
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert SOURCES.search(card), "the data it was made from, with their licences"
    assert RECIPE.search(card), "the command that makes it again"
    assert LIMITS.search(card)
    if any(folder.rglob("*.onnx")) or any(folder.rglob("*.safetensors")):
        assert FIGURES.search(card), "trained weights come with the figures they were chosen by"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_no_weights_are_pickles(folder: Path) -> None:
    assert [file.name for file in folder.rglob("*") if file.suffix in {".pkl", ".pickle", ".pt", ".pth", ".bin"}] == []
