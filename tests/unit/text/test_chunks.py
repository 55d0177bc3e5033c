from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.records import Mention
from kg_builder.text.chunks import Chunk, merge_mentions, split_chunks

TEXTS = st.text(st.sampled_from("abcd  .\nE"), max_size=300)
LIMITS = st.integers(2, 60).flatmap(lambda limit: st.tuples(st.just(limit), st.integers(0, limit - 1)))


def mention(text: str, start: int, end: int, **more: object) -> Mention:
    return Mention.model_validate({"start": start, "end": end, "text": text[start:end], "type": "Drug"} | more)


def test_chunks_are_whole_sentences_with_whole_sentences_shared() -> None:
    text = "One went. Two went. Three went. Four went."
    assert [text[chunk.start : chunk.end] for chunk in split_chunks(text, 24, 12)] == [
        "One went. Two went.",
        "Two went. Three went.",
        "Three went. Four went.",
    ]


def test_a_sentence_longer_than_a_chunk_is_cut_between_words() -> None:
    text = "alpha beta gamma delta epsilon zeta eta theta"
    chunks = [text[chunk.start : chunk.end] for chunk in split_chunks(text, 20, 8)]
    assert chunks[0] == "alpha beta gamma"
    assert all(set(chunk.split()) <= set(text.split()) for chunk in chunks)


def test_a_text_without_blanks_is_cut_anyway() -> None:
    assert split_chunks("x" * 10, 4, 1) == [Chunk(0, 4), Chunk(3, 7), Chunk(6, 10)]


def test_white_space_needs_no_chunk() -> None:
    assert split_chunks(" \n ", 10, 0) == []
    assert split_chunks("  Short.  ", 10, 0) == [Chunk(2, 8)]


@pytest.mark.parametrize(("limit", "overlap"), [(10, 10), (10, -1), (0, 0)])
def test_impossible_sizes_are_refused(limit: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="overlap"):
        split_chunks("text", limit, overlap)


@given(TEXTS, LIMITS)
def test_chunks_cover_the_text_within_the_limits(text: str, sizes: tuple[int, int]) -> None:
    limit, overlap = sizes
    chunks = split_chunks(text, limit, overlap)
    covered = 0
    for chunk in chunks:
        assert 0 < chunk.end - chunk.start <= limit
        assert not text[covered : chunk.start].strip()
        assert chunk.start >= covered - overlap
        assert chunk.end > covered
        assert not text[chunk.start].isspace()
        covered = chunk.end
    assert not text[covered:].strip()


@given(st.lists(st.sampled_from(["ab", "c", "dab", "eee."]), max_size=60), LIMITS)
def test_short_words_are_found_as_in_the_whole_text(words: list[str], sizes: tuple[int, int]) -> None:
    """What a word-wise extractor finds in chunks is what it finds in the text, if words are never cut."""
    text = " ".join(words)
    limit, overlap = max(sizes[0], 10), min(sizes[1], 9)

    def find(piece: str) -> list[Mention]:
        return [mention(piece, match.start(), match.end()) for match in re.finditer(r"\S+", piece)]

    parts = [(chunk, find(text[chunk.start : chunk.end])) for chunk in split_chunks(text, limit, overlap)]
    assert merge_mentions(parts) == find(text)


def test_copies_from_an_overlap_become_one_and_the_surer_stays() -> None:
    text = "take aspirin now"
    first, second = Chunk(0, 12), Chunk(5, 16)
    merged = merge_mentions(
        [
            (first, [mention("take aspirin", 5, 12, confidence=0.4)]),
            (second, [mention("aspirin now", 0, 7, confidence=0.9)]),
        ]
    )
    assert merged == [mention(text, 5, 12, confidence=0.9)]


def test_a_mention_cut_at_an_edge_gives_way_to_the_whole_one() -> None:
    text = "acute renal failure today"
    merged = merge_mentions(
        [
            (Chunk(0, 11), [mention("acute renal", 0, 11)]),
            (Chunk(0, 25), [mention(text, 0, 19)]),
            (Chunk(6, 25), [mention("renal failure today", 0, 13)]),
        ]
    )
    assert merged == [mention(text, 0, 19)]


def test_nested_mentions_stay_when_nothing_was_cut() -> None:
    text = "renal failure"
    nested = [mention(text, 0, 13), mention(text, 6, 13), mention(text, 0, 5)]
    assert merge_mentions([(Chunk(0, 13), nested)]) == [nested[2], nested[0], nested[1]]


def test_the_same_span_under_two_types_stays_twice() -> None:
    text = "insulin"
    both = [mention(text, 0, 7), mention(text, 0, 7, type="Test")]
    assert merge_mentions([(Chunk(0, 7), both)]) == both


def test_fragments_move_with_their_mention() -> None:
    piece = "left and right knee"
    merged = merge_mentions([(Chunk(10, 29), [mention(piece, 0, 19, fragments=((0, 4), (15, 19)))])])
    assert merged[0].fragments == ((10, 14), (25, 29))
    assert (merged[0].start, merged[0].end) == (10, 29)
    assert merge_mentions([]) == []
