"""The model folder: what is accepted, and what is said of what isn't."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from kg_builder.errors import ModelError
from kg_builder.extract.tagger.encoding import Window, split_words, windows
from kg_builder.extract.tagger.model import MODEL, SETTINGS, TOKENIZER, TaggerModel, load_tagger
from kg_builder.extract.tagger.session import Session
from kg_builder.model_folders import sha256
from kg_builder.onnx_sessions import usable_cores


@pytest.fixture
def copy(tmp_path: Path, model: TaggerModel) -> Path:
    """A folder like the shipped one."""
    folder = tmp_path / "tagger"
    folder.mkdir()
    for name in (MODEL, TOKENIZER, SETTINGS):
        shutil.copy(model.directory / name, folder / name)
    return folder


def change(folder: Path, **values: object) -> None:
    described = json.loads((folder / SETTINGS).read_text())
    (folder / SETTINGS).write_text(json.dumps(described | values))


def test_the_shipped_model_is_whole_and_small(model: TaggerModel) -> None:
    assert model.path.stat().st_size < 25_000_000
    assert set(model.description.languages) == {"en"}
    assert model.transitions.shape == (2, 3, 3)


def test_a_copy_is_as_good(copy: Path, model: TaggerModel) -> None:
    assert load_tagger(copy).description == model.description


@pytest.mark.parametrize("name", [MODEL, TOKENIZER, SETTINGS])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(ModelError, match=name) as caught:
        load_tagger(copy)
    assert caught.value.hint


@pytest.mark.parametrize("name", [MODEL, TOKENIZER])
def test_a_damaged_file_is_told_from_the_right_one(copy: Path, name: str) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(ModelError, match="SHA-256"):
        load_tagger(copy)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"types": ["Gene", "Disease"]}, "other types or features"),
        ({"feature_values": [3, 3, 8]}, "other types or features"),
        ({"format": 2}, "format"),
        ({"surprise": 1}, "surprise"),
        ({"second_look": {"Chemical": [1.0, 2.0]}}, "second_look"),
        ({"second_look": {"Chemical": [1.0] * 5}}, "second_look"),
    ],
)
def test_a_foreign_description_is_refused(copy: Path, values: dict[str, object], message: str) -> None:
    change(copy, **values)
    with pytest.raises(ModelError, match=message):
        load_tagger(copy)


def test_a_file_that_is_no_json_is_refused(copy: Path) -> None:
    (copy / SETTINGS).write_text("{")
    with pytest.raises(ModelError, match="JSON"):
        load_tagger(copy)


def test_what_onnx_runtime_cannot_load_is_a_model_error(copy: Path) -> None:
    (copy / MODEL).write_bytes(b"not a model")
    change(copy, sha256={name: sha256(copy / name) for name in (MODEL, TOKENIZER)})
    window = Window(0, np.array([101, 102]), np.zeros((2, 3), dtype=np.int64), np.zeros(0, dtype=np.int64))
    with pytest.raises(ModelError, match="can't load"):
        Session(load_tagger(copy).path).run(window)


def test_scores_depend_on_nothing_but_the_window(model: TaggerModel) -> None:
    texts = ["Cisplatin and renal failure.", "Nothing was found.", "Fever after penicillin G. " * 9]
    made = [
        window
        for text in texts
        for window in windows(text, split_words(model.tokenizer, text, ()), start_mark=101, end_mark=102)
    ]
    alone = [Session(model.path, threads=1).run(window) for window in made]
    shared = Session(model.path, threads=2)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(shared.run, made * 3))
    for expected, found in zip(alone * 3, together, strict=True):
        assert np.array_equal(expected, found)


def test_there_is_a_core() -> None:
    assert usable_cores() >= 1
