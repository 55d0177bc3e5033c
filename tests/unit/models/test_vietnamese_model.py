"""The shipped Vietnamese model: small, quick to load, made by the recipe that its card names."""

from __future__ import annotations

import json
import time

from kg_builder.extract.vietnamese.features import BIAS
from kg_builder.extract.vietnamese.labels import TYPES
from kg_builder.extract.vietnamese.model import (
    DESCRIPTION,
    STATES,
    WEIGHTS,
    load_model,
    read_weights,
    shipped_directory,
)
from kg_builder.terminology.shipped import load_terminology

FOLDER = shipped_directory()


def test_it_is_far_below_what_a_wheel_may_hold() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir() if file.is_file()) < 2_000_000


def test_it_loads_in_no_time() -> None:
    started = time.process_time()
    load_model().label([[BIAS]])
    assert time.process_time() - started < 1.5  # some 0.2 s on an idle core


def test_every_feature_has_a_weight_for_each_state_of_each_type() -> None:
    weights = read_weights(FOLDER / WEIGHTS)
    assert {len(row) for row in weights.values()} == {STATES * len(TYPES)}
    assert BIAS in weights
    assert all(any(row) for row in weights.values())


def test_its_card_has_the_baseline_beside_it_on_the_same_split() -> None:
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    for expected in ("CRF baseline", "this model", "deduplicated", "vietbioner/dev.jsonl", "CC BY 4.0"):
        assert expected in card


def test_it_was_trained_with_the_names_of_the_shipped_terminology() -> None:
    described = json.loads((FOLDER / DESCRIPTION).read_text(encoding="utf-8"))
    assert described["terminology"].partition("@")[0] == load_terminology().version.partition("@")[0]
