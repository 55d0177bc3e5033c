"""Resampling of documents, and figures from summed counts."""

from __future__ import annotations

import random
import statistics
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.evaluate.bootstrap import THOUSAND, Resampling, interval, totals
from kg_builder.evaluate.counts import Cell, Count, Counts, Measure
from kg_builder.evaluate.figures import accuracy, score

CELL = Cell(Measure.STRICT, "Disease")
OTHER = Cell(Measure.STRICT, "Chemical")

counts = st.builds(Count, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
corpora = st.lists(counts, min_size=1, max_size=30)


def documents(*triples: Count) -> list[Counts]:
    return [{CELL: count} for count in triples]


def test_one_document_has_an_interval_of_no_width() -> None:
    found = score(totals(documents(Count(3, 1, 2)), THOUSAND), [CELL])
    assert found.precision.value == 0.75
    assert found.recall.value == 0.6
    assert found.f1.value == pytest.approx(2 / 3)
    assert found.f1.ci == (found.f1.value, found.f1.value)


def test_no_documents_and_no_counts_are_undefined_not_zero() -> None:
    corpora: tuple[list[Counts], ...] = (documents(), documents(Count()), [{}])
    for empty in corpora:
        found = score(totals(empty, THOUSAND), [CELL])
        assert found.f1.value is None
        assert found.f1.ci is None
        assert accuracy(totals(empty, THOUSAND), [CELL]).accuracy.value is None


def test_nothing_predicted_and_nothing_to_predict() -> None:
    missed = score(totals(documents(Count(0, 0, 5)), THOUSAND), [CELL])
    assert (missed.precision.value, missed.recall.value, missed.f1.value) == (0, 0, 0)
    spurious = score(totals(documents(Count(0, 5, 0)), THOUSAND), [CELL])
    assert (spurious.precision.value, spurious.recall.value, spurious.f1.value) == (0, 0, 0)


def test_micro_average_adds_counts_of_types() -> None:
    sums = totals([{CELL: Count(1, 0, 0), OTHER: Count(0, 1, 1)}, {OTHER: Count(1, 0, 0)}], THOUSAND)
    assert score(sums, [CELL, OTHER]).f1.value == pytest.approx(2 / 3)
    assert score(sums, [CELL]).f1.value == 1
    assert score(sums, [OTHER]).f1.value == 0.5


def test_same_seed_same_interval() -> None:
    corpus = documents(*(Count(i, 1, i % 3) for i in range(20)))
    first = totals(corpus, Resampling(seed=1)).cells[CELL]
    assert (first == totals(corpus, Resampling(seed=1)).cells[CELL]).all()
    assert (first != totals(corpus, Resampling(seed=2)).cells[CELL]).any()


def test_blocks_of_resamples_give_what_one_piece_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = documents(*(Count(i, 1, i % 3) for i in range(20)))
    whole = totals(corpus, THOUSAND).cells[CELL]
    monkeypatch.setattr("kg_builder.evaluate.bootstrap.CELLS_AT_ONCE", 70)
    assert (totals(corpus, THOUSAND).cells[CELL] == whole).all()


def test_interval_agrees_with_resampling_by_hand() -> None:
    generator = random.Random(4)
    corpus = [Count(generator.randint(0, 9), generator.randint(0, 4), generator.randint(0, 6)) for _ in range(40)]
    figures = []
    for _ in range(4000):
        drawn = generator.choices(corpus, k=len(corpus))
        tp, fp, fn = (sum(column) for column in zip(*drawn, strict=True))
        figures.append(2 * tp / (2 * tp + fp + fn))
    cuts = statistics.quantiles(figures, n=40)
    found = score(totals(documents(*corpus), Resampling(resamples=4000)), [CELL]).f1.ci
    assert found == pytest.approx((cuts[0], cuts[-1]), abs=0.01)


def test_wider_level_wider_interval() -> None:
    corpus = documents(*(Count(i % 5, i % 2, i % 3) for i in range(30)))
    narrow = score(totals(corpus, Resampling(level=0.5)), [CELL]).f1.ci
    wide = score(totals(corpus, Resampling(level=0.99)), [CELL]).f1.ci
    assert narrow is not None
    assert wide is not None
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_undefined_resamples_are_left_out_of_the_interval() -> None:
    assert interval(np.array([np.nan, 0.5, 0.5]), 0.95) == (0.5, 0.5)
    assert interval(np.array([np.nan]), 0.95) is None


@pytest.mark.parametrize("bad", [{"resamples": 0}, {"level": 1.0}, {"level": 0.0}])
def test_senseless_settings_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="resampling"):
        Resampling(**bad)  # type: ignore[arg-type]


@settings(max_examples=50, deadline=None)
@given(corpora)
def test_interval_contains_the_figure(corpus: list[Count]) -> None:
    found = score(totals(documents(*corpus), THOUSAND), [CELL])
    for figure in (found.precision, found.recall, found.f1):
        if figure.value is not None:
            assert figure.ci is not None
            assert figure.ci[0] <= figure.value + 1e-12
            assert figure.ci[1] >= figure.value - 1e-12


@settings(max_examples=50, deadline=None)
@given(corpora)
def test_f1_is_the_harmonic_mean(corpus: list[Count]) -> None:
    found = score(totals(documents(*corpus), Resampling(resamples=1)), [CELL])
    p, r = found.precision.value, found.recall.value
    if p and r:
        assert found.f1.value == pytest.approx(2 * p * r / (p + r))


def test_five_hundred_documents_take_a_moment() -> None:
    cells = [Cell(measure, f"type{index}") for measure in Measure for index in range(10)]
    corpus: list[Counts] = [{cell: Count(i % 7, i % 3, i % 4) for cell in cells} for i in range(500)]
    start = time.process_time()
    score(totals(corpus, THOUSAND), cells)
    assert time.process_time() - start < 5
