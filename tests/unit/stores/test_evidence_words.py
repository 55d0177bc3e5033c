"""The index of evidence words: what it leaves in the file, and what is looked for when all words are common."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg_builder.stores import evidence_search, open_store
from kg_builder.stores.evidence_search import indexed_words, wanted, words_of
from tests.conformance.conftest import sample_part

STATED = ("aspirin", "INDUCES", "bleeding")


@pytest.mark.parametrize("again", [False, True])
def test_no_word_of_a_forgotten_document_is_left_in_the_file(tmp_path: Path, *, again: bool) -> None:
    path = tmp_path / "graph.kg"
    with open_store(path) as store:
        for number in range(40):
            store.write(sample_part(f"d{number}", f"xylophone{number} of aspirin and bleeding", STATED))
        store.write(sample_part("gone", "A zebra took aspirin: bleeding.", STATED))
        if again:
            store.write(sample_part("gone", "A yak took aspirin: bleeding.", STATED))
        store.forget("gone")
        assert not store.search_evidence("zebra yak took")
        assert len(store.search_evidence("aspirin", limit=100)) == 40
    assert not any(word in file.read_bytes() for file in tmp_path.iterdir() for word in (b"zebra", b"yak", b"took"))
    assert b"xylophone" in path.read_bytes()


def test_words_are_levelled_alike_in_sentences_and_questions() -> None:
    assert words_of("Haemorrhages, COVID-19 & Sjögren's; hoá, HỒ") == [
        *("hemorrhage", "covid", "19", "sjogren", "hóa", "hồ"),
    ]
    part = sample_part("d", "Aspirin: aspirin gave bleeding, bleedings.", STATED)
    assert indexed_words(part.document.text, part.relations) == ["aspirin gave bleeding"]


def test_the_rarest_words_find_and_all_words_rank() -> None:
    look_for = wanted({"rare": 2, "known": 900, "common": 5000, "unheard": 0}, 5000)

    assert look_for is not None
    assert look_for.finding == {"rare", "known"}
    assert look_for.queries == ('"rare" OR "known"',)
    assert list(look_for.weights) == ["rare", "known", "common", "unheard"]
    assert wanted({"unheard": 0}, 10) is None


def test_where_all_words_are_common_sentences_with_all_of_them_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence_search, "CANDIDATES", 5)
    monkeypatch.setattr("kg_builder.stores.relation_views.CANDIDATES", 5)
    with open_store(":memory:") as store:
        for number in range(30):
            store.write(sample_part(f"d{number:02}", f"aspirin, bleeding {number}", STATED))
        store.write(sample_part("late", "bleeding after late aspirin", STATED))
        for number in range(10):
            store.write(sample_part(f"e{number}", f"late and late again {number}: aspirin, bleeding", STATED))
        store.write(sample_part("last", "after this late hour: aspirin, bleeding", STATED))

        hits = store.search_evidence("late aspirin again")

    assert len(hits) == 5
    assert all("again" in hit.sentence_text for hit in hits)
