"""Long texts in windows that overlap, and one row a piece of them."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.backends.checkpoints import Checkpoint
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.token_classifiers import labels_of, languages_of, load_token_classifier, window_of
from kg_builder.backends.token_windows import join_windows, place_windows
from kg_builder.errors import SettingsError

SIZES = st.tuples(st.integers(0, 200), st.integers(2, 40)).flatmap(
    lambda pair: st.tuples(st.just(pair[0]), st.just(pair[1]), st.integers(0, pair[1] // 2))
)


@given(SIZES)
def test_windows_cover_everything_and_share_as_much_as_asked(sizes: tuple[int, int, int]) -> None:
    count, size, overlap = sizes
    windows = list(place_windows(count, size, overlap))
    assert sorted({place for first, last in windows for place in range(first, last)}) == list(range(count))
    assert all(last - first <= size for first, last in windows)
    assert all(before.last - after.first == overlap for before, after in pairwise(windows))


@given(SIZES)
def test_a_piece_is_read_where_it_is_farther_from_the_edge(sizes: tuple[int, int, int]) -> None:
    count, size, overlap = sizes
    windows = list(place_windows(count, size, overlap))
    # each row says which piece and which window it is
    rows = [
        np.array([[place, number] for place in range(*window)], np.float32) for number, window in enumerate(windows)
    ]
    joined = join_windows(zip(windows, rows, strict=True))
    assert [int(row[0]) for row in joined] == list(range(count))
    for place, (_, number) in enumerate(joined):
        margins = {
            other: min(place - first if other else count, last - 1 - place if last < count else count)
            for other, (first, last) in enumerate(windows)
            if first <= place < last
        }
        assert margins[int(number)] >= max(margins.values()) - 1


@pytest.mark.parametrize(("size", "overlap"), [(10, 6), (0, 0), (5, -1)])
def test_windows_that_would_share_more_than_half_are_refused(size: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="half"):
        list(place_windows(5, size, overlap))


@pytest.mark.parametrize(
    ("config", "limit", "wanted"),
    [
        ({"max_position_embeddings": 512, "model_type": "bert"}, 512, 512),
        ({"max_position_embeddings": 512, "model_type": "megatron-bert"}, 10**30, 512),
        ({"max_position_embeddings": 514, "model_type": "roberta", "pad_token_id": 1}, 10**30, 512),
        ({"max_position_embeddings": 258, "model_type": "roberta", "pad_token_id": 1}, None, 256),
        ({"max_position_embeddings": 8192, "model_type": "modernbert"}, 8192, 512),
        ({"max_position_embeddings": 512}, 128, 128),
        ({"max_position_embeddings": -1}, 10**20, 512),
        ({}, None, 512),
    ],
)
def test_the_longest_window(config: dict[str, object], limit: object, wanted: int) -> None:
    assert window_of(config, limit, "m") == wanted


def test_labels_come_in_the_order_of_the_columns() -> None:
    assert labels_of({"id2label": {"1": "B", "0": "A"}}, "m") == ("A", "B")
    for wrong in (None, {}, {"1": "A"}, {"x": "A"}, ["A"]):
        with pytest.raises(SettingsError, match="id2label"):
            labels_of({"id2label": wrong}, "m")


@pytest.mark.parametrize(
    ("card", "wanted"),
    [
        ("---\nlanguage: en\n---\nText", {"en"}),
        ("---\nlanguage: [en, vi]\n---\n", {"en", "vi"}),
        ("---\nlanguage: no\n---\n", set()),
        ("---\nlicense: mit\n---\n", set()),
        ("---\n: [\n---\n", set()),
        ("# Title", set()),
        ("---", set()),
    ],
)
def test_languages_of_the_card(card: str, wanted: set[str], tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(card, encoding="utf-8")
    assert languages_of(Checkpoint(tmp_path, "mine", "1")) == wanted


def test_the_published_checkpoint_is_english_without_its_card(tmp_path: Path) -> None:
    assert languages_of(Checkpoint(tmp_path, "longluu/Clinical-NER-MedMentions-GatorTronS", "1")) == {"en"}


@pytest.mark.parametrize(
    ("source", "message"),
    [("gguf:model.gguf", "hf: or onnx:"), ("onnx:{folder}", "lacks model.onnx"), ("onnx:/no", "no")],
)
def test_what_isnt_a_token_classifier_is_refused(source: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"id2label": {"0": "O"}}))
    with pytest.raises(SettingsError, match=message):
        load_token_classifier(ModelSettings(source=source.format(folder=tmp_path)))
