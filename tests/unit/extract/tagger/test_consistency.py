"""The second look: what a document says elsewhere of the same words."""

from __future__ import annotations

import numpy as np
import pytest

from kg_builder.extract.tagger.consistency import EVIDENCE, Weighed, describe, log_odds, second_look, weigh
from kg_builder.extract.tagger.decoding import allowed
from kg_builder.extract.tagger.encoding import Window, Words
from kg_builder.extract.tagger.features import word_features
from kg_builder.extract.tagger.reading import Candidate, Reading, without_overlaps
from kg_builder.records import Mention

FREE = np.array([allowed(np.zeros((3, 3)))] * 2)
OWN_AND_MEAN = [[0.0, 1.0, 1.0, *[0.0] * (len(EVIDENCE) - 3)]] * 2


def words_of(text: str, names: tuple[str, ...] = ()) -> Words:
    """Words parted by blanks; each name is a chemical of the dictionary wherever it stands first."""
    spans, place = [], 0
    for word in text.split(" "):
        spans.append((place, place + len(word)))
        place += len(word) + 1
    hits = [Mention(start=text.index(n), end=text.index(n) + len(n), text=n, type="Chemical") for n in names]
    return Words(spans, [[7]] * len(spans), word_features(text, spans, hits))


def reading_of(words: Words, begins: dict[int, float], *, window: int = 100, apart: tuple[int, ...] = ()) -> Reading:
    """Chemicals of one word with the given log odds; everything else is surely outside."""
    scored = []
    for first in range(0, len(words.spans), window):
        count = min(window, len(words.spans) - first)
        scores = np.full((count, 6), -50.0, dtype=np.float32)
        scores[:, [0, 3]] = 0
        for place, odds in begins.items():
            if first <= place < first + count:
                scores[place - first, 1] = odds
        ids = np.zeros(count, dtype=np.int64)
        scored.append((Window(first, ids, words.features[first : first + count], np.arange(count)), scores))
    return Reading(scored, FREE, apart)


def test_every_occurrence_is_evidence_for_each() -> None:
    text = "ketamine was given ; Ketamine helped"
    words = words_of(text)
    weighed = weigh(describe(text, words), reading_of(words, {0: 4.0, 4: -1.0}))
    assert [item.candidate.first for item in weighed] == [0, 4]
    second = evidence_of(weighed[1])
    assert second == pytest.approx(second | {"bias": 1, "own": -1, "mean": 1.5, "best": 4, "named": 0}, abs=1e-4)
    found = second_look(weighed, OWN_AND_MEAN, 0.5)
    assert [(item.first, item.probability > 0.5) for item in found] == [(0, True), (4, True)]


def test_spans_that_overlap_are_each_others_rivals() -> None:
    words = words_of("iron dextran helped", ("iron dextran",))
    scores = np.full((3, 6), -50.0, dtype=np.float32)
    scores[:, [0, 3]] = 0
    scores[0, 1], scores[1, 2] = 3.0, 0.0  # "iron" and "iron dextran" are equally likely
    window = Window(0, np.zeros(3, dtype=np.int64), words.features, np.arange(3))
    weighed = weigh(describe("iron dextran helped", words), Reading([(window, scores)], FREE))
    found = {(item.candidate.first, item.candidate.last): evidence_of(item) for item in weighed}
    assert set(found) == {(0, 1), (0, 2)}
    short, long = found[0, 1], found[0, 2]
    assert short["rival"] == pytest.approx(long["own"])
    assert long["rival"] == pytest.approx(short["own"])
    assert (short["named"], short["within name"], short["holds name"]) == (0, 1, 0)
    assert (long["named"], long["within name"], long["holds name"]) == (1, 0, 0)


def evidence_of(item: Weighed) -> dict[str, float]:
    return dict(zip(EVIDENCE, item.evidence, strict=True))


def test_an_occurrence_alone_stays_doubtful() -> None:
    text = "ketamine was given"
    words = words_of(text)
    assert not second_look(weigh(describe(text, words), reading_of(words, {0: -1.0})), OWN_AND_MEAN, 0.5)


def test_an_abbreviation_shares_the_evidence_of_its_long_form() -> None:
    text = "ketorolac tromethamine (KT) and KT"
    spans = [(0, 9), (10, 22), (23, 24), (24, 26), (26, 27), (28, 31), (32, 34)]
    words = Words(spans, [[7]] * 7, np.zeros((7, 3), dtype=np.int64))
    described = describe(text, words)
    assert described.same == {("kt",): ("ketorolac", "tromethamine")}
    weighed = weigh(described, reading_of(words, {3: 2.0, 6: -1.0}))
    means = [item.evidence[EVIDENCE.index("mean")] for item in weighed]
    assert [item.candidate.first for item in weighed] == [3, 6]
    assert means == [pytest.approx((2 - 1 - 9.2) / 3, abs=0.01)] * 2


def test_a_dictionary_name_counts_where_it_covers_exactly_the_span() -> None:
    text = "sodium chloride and sodium"
    words = words_of(text, ("sodium chloride",))
    assert describe(text, words).named == {(0, 0, 2)}


def test_occurrences_are_found_across_windows() -> None:
    text = "ketamine was given ; ketamine helped"
    words = words_of(text)
    one, two = (weigh(describe(text, words), reading_of(words, {0: 4.0, 4: -1.0}, window=size)) for size in (100, 3))
    assert [item.evidence for item in one] == [pytest.approx(item.evidence) for item in two]


def test_words_set_apart_are_never_in_one_mention_with_the_word_before() -> None:
    words = words_of("tremor headache")
    scores = np.array([[0, 9, 0, 0, 0, 0], [0, 0, 9, 0, 0, 0]], dtype=np.float32)
    window = Window(0, np.zeros(2, dtype=np.int64), words.features, np.arange(2))
    (whole,) = [item for item in Reading([(window, scores)], FREE).found if item.column == 0]
    assert (whole.first, whole.last) == (0, 2)
    (cut,) = [item for item in Reading([(window, scores)], FREE, {1}).found if item.column == 0]
    assert (cut.first, cut.last) == (0, 1)


def test_of_overlapping_candidates_the_more_probable_stays() -> None:
    sure, longer, unsure = Candidate(0, 1, 2, 0.9), Candidate(1, 0, 3, 0.6), Candidate(0, 2, 3, 0.5)
    assert without_overlaps([unsure, longer, sure]) == [sure, unsure]
    assert without_overlaps([Candidate(0, 0, 1, 0.5), Candidate(1, 0, 2, 0.5)]) == [Candidate(1, 0, 2, 0.5)]


def test_log_odds_are_bounded() -> None:
    assert log_odds(0.0) == pytest.approx(-log_odds(1.0)) == pytest.approx(-9.2, abs=0.02)
    assert log_odds(0.5) == 0
