"""A whole run on a tiny encoder: checkpoints, resumption, export, second look, card."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from kg_builder.errors import InputError
from kg_builder.records import Mention

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("onnx")

from safetensors.torch import load_file  # noqa: E402

from kg_builder.train.checkpoints import latest_checkpoint  # noqa: E402
from kg_builder.train.recipe import NerRecipe  # noqa: E402
from kg_builder.train.recipe_files import parse_recipe  # noqa: E402
from kg_builder.train.tagging import train_tagger  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")


class StoppedError(Exception):
    pass


class Listener:
    """Keeps what it is told; stops the run in the middle of an epoch if asked to."""

    def __init__(self, stop_in: int | None = None) -> None:
        self.rows: list[Mapping[str, Any]] = []
        self.epochs: list[int] = []
        self.device = ""
        self._stop_in = stop_in

    def corpora_loaded(self, corpora: Sequence[object], windows: int, device: str) -> None:
        self.device = device

    def epoch_begins(self, epoch: int, batches: int) -> None:
        self.epochs.append(epoch)

    def batch_done(self, loss: float) -> None:
        if self.epochs[-1] == self._stop_in:
            raise StoppedError

    def epoch_done(self, row: Mapping[str, Any]) -> None:
        self.rows.append(row)


def dictionary(text: str) -> list[Mention]:
    """Knows two words."""
    words = {"aspirin": "Chemical", "rash": "Disease"}
    return [
        Mention(start=text.index(word), end=text.index(word) + len(word), text=word, type=label)
        for word, label in words.items()
        if word in text
    ]


def recipe(encoder: Path, **changes: object) -> NerRecipe:
    both = ["Chemical", "Disease"]
    fields: dict[str, object] = {
        "name": "tiny",
        "encoder": str(encoder),
        "words_from": 1,
        "corpora": [
            {"path": "train.pubtator", "annotates": both},
            {"path": "dev.pubtator", "annotates": both, "role": "evaluate"},
        ],
        "epochs": 3,
        "learning_rate": 0.01,
        "head_learning_rate": 0.01,
        "threads": 1,
        "export": {"largest_shift": 0.3},
    }
    return parse_recipe(json.dumps(fields | changes), NerRecipe)


def run(made: NerRecipe, corpora: Path, output: Path, **options: Any) -> Listener:
    listener: Listener = options.pop("listener", None) or Listener()
    train_tagger(made, output=output, watcher=listener, corpora_root=str(corpora), dictionary=dictionary, **options)
    return listener


@pytest.fixture(scope="module")
def finished(encoder: Path, corpora: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("runs") / "tiny"
    run(recipe(encoder), corpora, output, command="kg-builder train ner --config tiny.yaml")
    return output


def weights(output: Path) -> dict[str, Any]:
    checkpoint = latest_checkpoint(output / "checkpoints")
    assert checkpoint is not None
    return dict(load_file(checkpoint / "model.safetensors"))


def test_a_run_leaves_a_model_that_loads_with_its_card_and_figures(finished: Path) -> None:
    from kg_builder.extract.tagger.model import load_tagger

    loaded = load_tagger(finished / "model")
    assert loaded.description.name == "tiny"
    assert set(loaded.description.second_look) == {"Chemical", "Disease"}
    card = (finished / "model" / "README.md").read_text(encoding="utf-8")
    assert "kg-builder train ner --config tiny.yaml" in card
    figures = json.loads((finished / "figures.json").read_text(encoding="utf-8"))
    assert [row["epoch"] for row in figures["epochs"]] == [1, 2, 3]
    assert figures["evaluation"]["overall"]["tp"] + figures["evaluation"]["overall"]["fn"] == 48
    assert abs(figures["export"]["f1_after"] - figures["export"]["f1_before"]) <= 0.3


def test_the_log_has_a_row_an_epoch_and_training_helps(finished: Path) -> None:
    rows = [json.loads(line) for line in (finished / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    assert rows[-1]["loss"] < rows[0]["loss"]
    assert set(rows[-1]["figures"]["dev.pubtator"]) == {"Chemical", "Disease"}


def test_an_interrupted_run_ends_as_if_nothing_had_happened(
    finished: Path, encoder: Path, corpora: Path, tmp_path: Path
) -> None:
    with pytest.raises(StoppedError):
        run(recipe(encoder), corpora, tmp_path, listener=Listener(stop_in=3))
    listener = run(recipe(encoder), corpora, tmp_path)
    assert listener.epochs == [3]
    assert [row["epoch"] for row in listener.rows] == [1, 2, 3]
    expected, resumed = weights(finished), weights(tmp_path)
    assert expected.keys() == resumed.keys()
    assert all(torch.equal(expected[name], resumed[name]) for name in expected)
    assert len((tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()) == 3


def test_the_seed_decides(finished: Path, encoder: Path, corpora: Path, tmp_path: Path) -> None:
    run(recipe(encoder, seed=2), corpora, tmp_path)
    expected, other = weights(finished), weights(tmp_path)
    assert not all(torch.equal(expected[name], other[name]) for name in expected)


def test_another_recipe_doesnt_go_on_with_these_checkpoints(encoder: Path, corpora: Path, tmp_path: Path) -> None:
    with pytest.raises(StoppedError):
        run(recipe(encoder), corpora, tmp_path, listener=Listener(stop_in=2))
    changed = recipe(encoder, learning_rate=0.02)
    with pytest.raises(InputError, match="another recipe") as refused:
        run(changed, corpora, tmp_path)
    assert "--fresh" in str(refused.value.hint)
    assert run(changed, corpora, tmp_path, resume=False).epochs == [1, 2, 3]


def test_a_second_stage_begins_with_the_first_ones_weights_and_takes_over_its_second_look(
    finished: Path, encoder: Path, corpora: Path, tmp_path: Path
) -> None:
    second = recipe(
        encoder,
        name="second",
        corpora=[{"path": "train.pubtator", "annotates": ["Chemical", "Disease"]}],
        start_from=str(finished),
        second_look_from=str(finished),
        epochs=1,
    )
    listener = run(second, corpora, tmp_path)
    first_rows = [json.loads(line) for line in (finished / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert listener.rows[0]["loss"] < first_rows[0]["loss"]
    assert listener.rows[0]["f1"] is None
    first, own = (
        json.loads((folder / "model" / "tagger.json").read_text(encoding="utf-8")) for folder in (finished, tmp_path)
    )
    assert own["second_look"] == first["second_look"]
    assert str(finished) in (tmp_path / "model" / "README.md").read_text(encoding="utf-8")


def test_a_second_look_that_isnt_there_stops_the_run_before_it_begins(
    encoder: Path, corpora: Path, tmp_path: Path
) -> None:
    alone = [{"path": "train.pubtator", "annotates": ["Chemical"]}]
    with pytest.raises(InputError, match="second_look_from") as refused:
        run(recipe(encoder, corpora=alone, second_look_from=str(tmp_path / "dev")), corpora, tmp_path / "out")
    assert "Run that recipe first" in str(refused.value.hint)
    assert not (tmp_path / "out").exists()


def test_a_leak_stops_the_run_before_it_begins(encoder: Path, corpora: Path, tmp_path: Path) -> None:
    (tmp_path / "train.pubtator").write_text((corpora / "dev.pubtator").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "dev.pubtator").write_text((corpora / "dev.pubtator").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(InputError, match="12 training documents are among the evaluation documents"):
        run(recipe(encoder), tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
