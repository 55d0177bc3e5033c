"""Scores and spans of the conditional random fields, and the files they come from."""

from __future__ import annotations

import itertools
import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.calibration import Platt
from kg_builder.errors import ModelError
from kg_builder.extract.vietnamese.labels import TYPES
from kg_builder.extract.vietnamese.model import (
    DESCRIPTION,
    WEIGHTS,
    Decoding,
    Description,
    Matrix,
    SequenceModel,
    load_model,
    pack_weights,
    read_weights,
    shipped_directory,
)

MOVES: Matrix = ((0.5, 0.0, 0.0), (0.0, -1.0, 0.7), (0.2, -0.5, 0.4))
WIDTH = 3 * len(TYPES)


def small_model(weights: dict[str, list[float]], *, least: float = 0.5, platt: Platt | None = None) -> SequenceModel:
    decoding = tuple(
        Decoding(type=kind.name, transitions=MOVES, least=least, least_named=least / 2, calibration=platt or Platt())
        for kind in TYPES
    )
    return SequenceModel(Description(name="small", version="1", decoding=decoding, sha256=""), weights)


def row(**columns: float) -> list[float]:
    """Weights by place, all others 0."""
    values = [0.0] * WIDTH
    for name, value in columns.items():
        values[int(name[1:])] = value
    return values


def test_features_that_training_has_not_seen_count_nothing() -> None:
    model = small_model({"a": row(_1=2.0), "b": row(_1=1.0, _4=3.0)})
    first, second, *_ = model.scores([["a", "b", "unknown"], ["unknown"], []])
    assert first.tolist() == [[0.0, 3.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    assert second.tolist() == [[0.0, 3.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]


def test_no_words_no_mentions() -> None:
    assert small_model({"a": row(_1=2.0)}).label([]) == []


def test_a_spans_probability_is_its_share_of_all_sequences() -> None:
    model = small_model({"a": row(_1=1.2, _2=-0.3), "b": row(_0=0.4, _2=0.9)}, least=0.01)
    features = [["a"], ["b"], ["a", "b"]]
    scores = model.scores(features)[0]

    def weight(tags: tuple[int, ...]) -> float:
        if tags[0] == 2 or any(pair == (0, 2) for pair in itertools.pairwise(tags)):
            return 0.0
        moves = sum(MOVES[one][other] for one, other in itertools.pairwise(tags))
        return math.exp(moves + sum(scores[place][tag] for place, tag in enumerate(tags)))

    sequences = list(itertools.product(range(3), repeat=3))
    spanning = sum(weight(tags) for tags in sequences if tags[:2] == (1, 2) and tags[2] != 2)
    found = model.lattices(features)[0].probability(0, 2)
    assert found == pytest.approx(spanning / sum(map(weight, sequences)))


def test_the_likelier_of_overlapping_mentions_stays() -> None:
    model = small_model({"a": row(_1=2.0, _4=4.0)})
    assert [found.type for found in model.label([["a"]])] == [TYPES[1].name]


def test_the_least_probability_counts_after_calibration() -> None:
    weights = {"a": row(_1=1.5)}
    raw = small_model(weights, least=0.01).label([["a"]])[0].probability
    doubtful = Platt(slope=1.0, intercept=-3.0)
    assert small_model(weights, platt=doubtful).label([["a"]]) == []
    (found,) = small_model(weights, least=0.05, platt=doubtful).label([["a"]])
    assert found.probability == pytest.approx(doubtful.apply(raw))


def test_names_of_the_dictionary_need_less() -> None:
    weights = {"a": row(_1=1.5)}
    raw = small_model(weights, least=0.02).label([["a"]])[0].probability
    model = small_model(weights, least=(raw + 1) / 2)
    assert model.label([["a"]]) == []
    assert [found.type for found in model.label([["a"]], {(TYPES[0].name, 0, 1)})] == [TYPES[0].name]


@settings(max_examples=15, deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(exclude_characters="\t\n\r", exclude_categories=["Cs"]), min_size=1, max_size=12),
        st.lists(st.integers(-9000, 9000), min_size=WIDTH, max_size=WIDTH),
        max_size=5,
    )
)
def test_weights_read_back(tmp_path_factory: pytest.TempPathFactory, whole: dict[str, list[int]]) -> None:
    file = tmp_path_factory.mktemp("weights") / WEIGHTS
    file.write_bytes(pack_weights({name: [one / 1000 for one in weights] for name, weights in whole.items()}))
    found = read_weights(file)
    assert set(found) == {name for name, weights in whole.items() if any(weights)}
    for name, weights in found.items():
        assert np.allclose(weights, np.array(whole[name]) / 1000)


def test_a_damaged_folder_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(shipped_directory(), folder)
    (folder / WEIGHTS).write_bytes(b"not weights")
    with pytest.raises(ModelError, match="SHA-256 differs"):
        load_model(folder)
    (folder / WEIGHTS).unlink()
    with pytest.raises(ModelError, match="no such file"):
        load_model(folder)
    with pytest.raises(ModelError, match=r"vietnamese\.json"):
        load_model(tmp_path)


def test_a_foreign_description_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(shipped_directory(), folder)
    described = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    described["decoding"].pop()
    (folder / DESCRIPTION).write_text(json.dumps(described), encoding="utf-8")
    with pytest.raises(ModelError, match="not the description of a Vietnamese model"):
        load_model(folder)
