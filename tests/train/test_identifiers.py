"""A whole run on a tiny encoder: it is resumed, and the folder it writes finds identifiers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("onnx")
pytest.importorskip("faker")

from kg_builder.errors import InputError
from kg_builder.privacy.learned.finder import LearnedFinder
from kg_builder.privacy.learned.model import load_model
from kg_builder.train.identifiers.recipe import IdentifierRecipe
from kg_builder.train.identifiers.training import train_identifiers
from kg_builder.train.recipe_files import parse_recipe

pytestmark = pytest.mark.filterwarnings("ignore")
SENTENCES = [f"Ngày thứ {number} của đợt điều trị , vết mổ khô ." for number in range(9)]
NOTES = [f"The wound of case {number} was clean. He walked home. All is well.\n" for number in range(12)]


class StoppedError(Exception):
    pass


def recipe(encoder: Path, **changes: object) -> IdentifierRecipe:
    fields: dict[str, object] = {
        "name": "tiny",
        "encoder": str(encoder),
        "words_from": 1,
        "notes": {"path": "notes.jsonl"},
        "vietnamese_texts": {"path": "sentences.jsonl"},
        "carriers": ["plain"],
        "held_back": ["held_back/free"],
        "held_back_notes": ["held_back/vietnamese"],
        "locales": ["en_US"],
        "held_back_locales": ["en_US"],
        "planted": 1,
        "epochs": 2,
        "learning_rate": 0.01,
        "head_learning_rate": 0.01,
        "threads": 1,
        "export": {"largest_shift": 0.5},
    }
    return parse_recipe(json.dumps(fields | changes), IdentifierRecipe)


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("notes")
    for name, texts in (("notes", NOTES), ("sentences", SENTENCES)):
        lines = (json.dumps({"id": f"{name}-{number}", "text": text}) for number, text in enumerate(texts))
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_a_run_that_was_stopped_ends_as_if_it_had_not_been(encoder: Path, corpora: Path, tmp_path: Path) -> None:
    def stop(row: Mapping[str, Any]) -> None:
        if row.get("epoch") == 1:
            raise StoppedError

    whole = train_identifiers(recipe(encoder), output=tmp_path / "whole", corpora_root=str(corpora))
    with pytest.raises(StoppedError):
        train_identifiers(recipe(encoder), output=tmp_path / "stopped", corpora_root=str(corpora), watch=stop)
    resumed = train_identifiers(recipe(encoder), output=tmp_path / "stopped", corpora_root=str(corpora))
    assert load_model(resumed).description.sha256 == load_model(whole).description.sha256
    finder = LearnedFinder(load_model(whole))
    text = NOTES[0] * 3
    for one in finder.find(text, ()):
        assert 0 <= one.identifier.start < one.identifier.end <= len(text)
    card = (whole / "README.md").read_text(encoding="utf-8")
    assert "held_back/free" in card
    figures = json.loads((tmp_path / "whole" / "figures.json").read_text(encoding="utf-8"))
    assert [row["epoch"] for row in figures["epochs"]] == [1, 2]


def test_a_missing_corpus_is_told(encoder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"notes\.jsonl"):
        train_identifiers(recipe(encoder), output=tmp_path / "run", corpora_root=str(tmp_path))
