"""Blocks that need an extra: run where it is installed, with tiny models in the published layouts.

With ``KG_BUILDER_TEST_EXTRAS=1`` in the environment a missing extra fails instead of being skipped.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from kg_builder.train import recipes
from tests.documentation.conftest import Read
from tests.documentation.pages import Block, blocks
from tests.documentation.reader import Reader
from tests.hf.conftest import tiny_adapter, tiny_llama, tiny_qwen
from tests.hf.token_classifier.conftest import bio, gatortron
from tests.train.conftest import encoder

__all__ = ["bio", "encoder", "gatortron", "tiny_adapter", "tiny_llama", "tiny_qwen"]

MODULES = {
    "hf": ("torch", "transformers", "peft", "safetensors"),
    "neo4j-interop": ("langchain_neo4j",),
    "ray": ("ray",),
    "train": ("faker", "torch", "transformers", "onnx", "pycrfsuite", "safetensors", "sklearn"),
}
"""By which an extra is known to be installed."""
CHECKPOINTS = {
    "checkpoints/my-ner": "bio",
    "my-adapter": "tiny_adapter",
    "my-lora": "tiny_adapter",
    "PeterPaker123/Qwen2.5-7B-Vietnamese-Medical-NER": "tiny_qwen",
    "alphaaico/clinical-info-corrector-1B": "tiny_llama",
    "longluu/Clinical-NER-MedMentions-GatorTronS": "gatortron",
}
"""Names that pages use → tiny checkpoints of that layout."""
TINY = {"layers": 2, "words_from": 1, "epochs": 1, "planted": 1, "export": {"largest_shift": 1}}
SHORTER = {
    "identifiers-first": TINY,
    "identifiers-shipped": TINY,
    "ner-dev": {"layers": 2, "words_from": 1, "epochs": 1, "average_last": 1, "export": {"largest_shift": 1}},
    "relations-dev": {"folds": 2},
    "linking-dev": {"folds": 2},
    "vietnamese-dev": {"folds": 2, "iterations": 20},
}
"""What a recipe of the package has less of here."""
WITH_EXTRAS = [block for block in blocks() if block.lane not in {"", "neo4j"}]


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # those of torch and Ray are their own
@pytest.mark.parametrize("block", WITH_EXTRAS, ids=lambda block: f"{block.lane} {block.id}")
def test_block(block: Block, read: Read, request: pytest.FixtureRequest) -> None:
    missing = [name for name in MODULES[block.lane] if find_spec(name) is None]
    if missing and os.environ.get("KG_BUILDER_TEST_EXTRAS") == "1":
        pytest.fail(f"extra '{block.lane}': {', '.join(missing)} not installed")
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed (extra '{block.lane}')")
    read(block, prepare=PREPARE[block.lane](request) if block.lane in PREPARE else lambda _: None)


def lay_checkpoints(request: pytest.FixtureRequest) -> Callable[[Reader], None]:
    """Tiny checkpoints under the names that the page's commands use."""

    def prepare(reader: Reader) -> None:
        said = "\n".join(block.text for block in reader.blocks)
        for name, fixture in CHECKPOINTS.items():
            if f"hf:{name}" in said:
                shutil.copytree(request.getfixturevalue(fixture), reader.shell.folder / name)

    return prepare


def shorten_recipes(request: pytest.FixtureRequest) -> Callable[[Reader], None]:
    """Recipes under the names of the package's own, which a file in the working folder goes before."""

    def prepare(reader: Reader) -> None:
        for name, changes in SHORTER.items():
            recipe = yaml.safe_load((Path(recipes.__path__[0]) / f"{name}.yaml").read_text(encoding="utf-8")) | changes
            if "encoder" in recipe:
                recipe["encoder"] = str(request.getfixturevalue("encoder"))
            (reader.shell.folder / name).write_text(yaml.safe_dump(recipe), encoding="utf-8")

    return prepare


PREPARE: dict[str, Callable[[pytest.FixtureRequest], Callable[[Reader], None]]] = {
    "hf": lay_checkpoints,
    "train": shorten_recipes,
}
