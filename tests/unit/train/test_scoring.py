"""Scores of found mentions against the gold, and what the card makes of a run."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from kg_builder.extract.tagger.consistency import Text
from kg_builder.extract.tagger.decoding import allowed
from kg_builder.extract.tagger.encoding import Window
from kg_builder.train.card import CardFacts, Measured, measured, render_card
from kg_builder.train.examples import Example, TaggedDocument
from kg_builder.train.run_record import CorpusRow
from kg_builder.train.scoring import Counts, Found, by_window, count, overall, predict

BOTH = ("Chemical", "Disease")
WORDS = ((0, 4), (5, 9), (10, 14))


def document(corpus: str = "dev", annotates: tuple[str, ...] = BOTH) -> TaggedDocument:
    window = Window(0, np.arange(5), np.zeros((5, 3), np.int64), np.arange(5))
    examples = (Example(window, np.zeros((3, 2), np.int64)),)
    gold = frozenset(span for span in ((0, 9, "Chemical"), (10, 14, "Disease")) if span[2] in annotates)
    described = Text(("word", "here", "pain"), frozenset(), {})
    return TaggedDocument("1", corpus, annotates, WORDS, examples, gold, described, 0)


def test_decoded_words_become_offsets_of_the_annotated_types_only() -> None:
    def run(window: Window) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        scores = np.zeros((window.word_count, 6), np.float32)
        scores[0, 1] = scores[1, 2] = 9  # chemical: begin, inside
        scores[2, 4] = 9  # disease: begin
        scores[2, 0] = scores[0, 3] = scores[1, 3] = 9
        return scores

    free = np.stack([allowed(np.zeros((3, 3)))] * 2)
    (both,) = predict([document()], by_window(run), free)
    assert {(one.start, one.end, one.type) for one in both} == {(0, 9, "Chemical"), (10, 14, "Disease")}
    assert all(0.9 < one.probability <= 1 for one in both)
    (diseases,) = predict([document(annotates=("Disease",))], by_window(run), free)
    assert {one.type for one in diseases} == {"Disease"}


def test_counts_are_strict_and_by_corpus() -> None:
    found = (Found(0, 9, "Chemical", 0.9), Found(5, 9, "Disease", 0.6), Found(0, 4, "Disease", 0.4))
    counted = count([document(), document("ncbi", ("Disease",))], [found, (Found(10, 14, "Disease", 0.8),)])
    assert counted == {
        "dev": {"Chemical": Counts(1, 0, 0), "Disease": Counts(0, 2, 1)},
        "ncbi": {"Disease": Counts(1, 0, 0)},
    }
    total = overall(counted)
    assert [total.precision, total.recall, total.f1] == pytest.approx([1 / 2, 2 / 3, 4 / 7])


def facts(figures: Measured | None) -> CardFacts:
    counts = {"tp": 8, "fp": 2, "fn": 2, "precision": 0.8, "recall": 0.8, "f1": 0.8}
    return CardFacts(
        name="mine",
        version="3",
        corpora=(
            CorpusRow("train.pubtator", "train", BOTH, "aa11", read=12, used=9, elsewhere=1, leaking=2),
            *([CorpusRow("dev.pubtator", "evaluate", ("Disease",), "bb22", read=4, used=4)] if figures else []),
        ),
        recipe_yaml="name: mine\nseed: 4\n",
        command="kg-builder train ner --config mine.yaml --corpora CORPORA",
        device="cpu",
        encoder_sha256="cc33",
        history=(
            {
                "epoch": 1,
                "loss": 0.5,
                "seconds": 60.0,
                "f1": 0.8 if figures else None,
                "figures": {"dev.pubtator": {"Disease": counts}} if figures else {},
            },
        ),
        figures=figures,
        second_look={"Disease": (-1.0, 0.5, 0.25, 0.125, 2.0, -0.5, -0.25, 0.75, 1.5)},
        second_look_from=None if figures else "runs/mine-dev",
        earlier=None if figures else facts(dev_figures()).as_json()["evaluation"],
        drift=(0.8012, 0.7995),
        model_sha256="dd44",
        model_bytes=22_900_000,
    )


def dev_figures() -> Measured:
    answers = {"Disease": Counter({(0.9, True): 8, (0.9, False): 2})}
    return measured({"dev.pubtator": {"Disease": Counts(8, 2, 2)}}, answers)


def test_the_card_holds_data_figures_confidences_recipe_and_sums() -> None:
    card = render_card(facts(dev_figures()))
    assert "| train.pubtator | train | Chemical, Disease | 12 | 9 | 0 | 0 | 1 | 2 |" in card
    assert "left 2 training documents out" in card
    assert "| dev.pubtator | Disease | 0.8000 | 0.8000 | 0.8000 | 10 |" in card
    assert "| 1 | 0.5000 | 60 | 0.8000 | 0.8000 |" in card
    assert "0.8012 before, 0.7995 after" in card
    assert "| Disease | -1.000 | 0.500 | 0.250 | 0.125 | 2.000 | -0.500 | -0.250 | 0.750 | 1.500 |" in card
    assert "| Disease | 10 | 0.1000 |" in card
    assert "| 0.9 | 10 | 0.800 | 0.800 |" in card
    assert "seed: 4" in card
    assert all(sum_ in card for sum_ in ("aa11", "bb22", "cc33", "dd44", "22.9 MB", "Apache-2.0"))
    assert "kg-builder train ner --config mine.yaml" in card


def test_the_card_of_a_model_trained_on_everything_says_whose_second_look_it_has() -> None:
    card = render_card(facts(None))
    assert "Taken over from the run in `runs/mine-dev`." in card
    assert "| dev.pubtator | Disease | 0.8000 | 0.8000 | 0.8000 | 10 |" in card
    assert "| 0.9 | 10 | 0.800 | 0.800 |" in card
    assert "No documents were kept back for evaluation" in card
    assert facts(None).as_json()["evaluation"] is None
