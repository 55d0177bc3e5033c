from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.text.phrases import PhraseTable, spellings, split_words


def found(table: PhraseTable[str], text: str) -> list[tuple[str, str]]:
    words = split_words(text)
    return [(text[words.starts[f.first] : words.ends[f.last - 1]], f.value) for f in table.find(words.keys)]


def test_the_longest_phrase_wins_and_matches_do_not_overlap() -> None:
    table = PhraseTable([("no", "short"), ("no evidence of", "long"), ("evidence", "inner")])
    assert found(table, "No evidence of pus, no evidence.") == [
        ("No evidence of", "long"),
        ("no", "short"),
        ("evidence", "inner"),
    ]


def test_alternatives_and_optional_words() -> None:
    table = PhraseTable([("rule|ruled him|her? out", "x")])
    texts = ("rule out", "ruled him out", "rule her out")
    assert all(found(table, text) == [(text, "x")] for text in texts)
    assert found(table, "ruled them out") == []


def test_a_longer_phrase_that_fails_falls_back_to_a_shorter_one() -> None:
    table = PhraseTable([("a", "1"), ("a b c d", "2"), ("b", "3")])
    assert found(table, "a b c e") == [("a", "1"), ("b", "3")]


def test_of_two_equal_phrases_the_later_one_counts() -> None:
    assert found(PhraseTable([("no", "first"), ("no", "second")]), "no") == [("no", "second")]


def test_apostrophes_dashes_and_case_are_levelled() -> None:
    table = PhraseTable([("mother's", "m"), ("x - y", "xy")])
    assert found(table, "MOTHER\u2019S X\u2013Y") == [("MOTHER\u2019S", "m"), ("X\u2013Y", "xy")]


def test_a_phrase_without_a_required_word_is_refused() -> None:
    with pytest.raises(ValueError, match="no word"):
        PhraseTable([("any?", "x")])


@given(st.text())
def test_words_are_where_they_say_and_nothing_but_white_space_is_left_out(text: str) -> None:
    words = split_words(text)
    assert len(words.keys) == len(words.starts) == len(words.ends)
    taken = {place for start, end in zip(words.starts, words.ends, strict=True) for place in range(start, end)}
    assert all(text[place].isspace() for place in range(len(text)) if place not in taken)


def test_a_table_of_spelled_phrases_finds_the_same() -> None:
    phrase = "rule|ruled mother's? out"
    spelled = PhraseTable.of_spellings((words, "x") for words in spellings(phrase))
    text = "ruled out, rule mother's out, rule it out"
    assert (
        found(spelled, text)
        == found(PhraseTable([(phrase, "x")]), text)
        == [("ruled out", "x"), ("rule mother's out", "x")]
    )
