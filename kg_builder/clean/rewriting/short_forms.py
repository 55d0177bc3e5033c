"""Short forms of one text that the other writes in full: both are then read as the short form.

A run of words is one when the other text has a short form that the list gives it for, that its initials
spell, or that a single word begins with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from kg_builder.clean.rewriting.lists import filler, rows
from kg_builder.clean.rewriting.words import Word, is_word, stem
from kg_builder.text.phrases import split_words

_LONGEST = 7
"""Words of what a short form stands for, hyphens counted."""
_SHORTEST_BEGINNING = 3
_LEAST_LEFT_OUT = 3
_LEAST_LETTERS, _MOST_LETTERS = 3, 6
"""Of short forms that stand for words by more than their initials."""
_JOINING = frozenset({"-", "of", "and", "the", "in", "to", "on", "with", "for", "by"})
"""What may stand between the words that a short form stands for."""


class Settled(NamedTuple):
    """The words with short forms for what they stand for, and the stems of what was replaced."""

    words: Sequence[Word]
    replaced: frozenset[str]


def settle(words: Sequence[Word], other: Sequence[Word]) -> Settled:
    """The words, where they write short forms of the `other` text in full, as those short forms."""
    own, theirs = {word.key for word in words}, {word.key for word in other}
    shorts = {key for key in theirs - own if is_word(key) and not _plain(key) and key not in _unit_spellings()}
    if not shorts:
        return Settled(words, frozenset())
    listed = {run: short for short in theirs for run in _readings().get(short, ())}
    done: list[Word] = []
    replaced: set[str] = set()
    place = 0
    while place < len(words):
        found = _run(words, place, shorts, listed)
        if found is None:
            done.append(words[place])
            place += 1
            continue
        short, length = found
        replaced.update(stem(word.key) for word in words[place : place + length])
        done.append(Word(short, words[place].start, words[place + length - 1].end))
        place += length
    return Settled(done, frozenset(replaced))


def _run(
    words: Sequence[Word], place: int, shorts: set[str], listed: Mapping[tuple[str, ...], str]
) -> tuple[str, int] | None:
    """The short form that the words from a place on stand for, and how many they are; the longest."""
    keys = [word.key for word in words[place : place + _LONGEST]]
    for length in range(len(keys), 0, -1):
        if short := listed.get(tuple(keys[:length])):
            return short, length
    for length in range(len(keys), 1, -1):
        if not (_may_be_spelled(keys[0]) and _may_be_spelled(keys[length - 1])):
            continue
        if any(not (_may_be_spelled(key) or key in _JOINING) for key in keys[1 : length - 1]):
            continue
        for spelled in _initials(keys[:length]):
            count = length - keys[:length].count("-")
            if spelled in shorts and len(spelled) > 1 and (len(spelled) > 2 or len(spelled) == count):
                return spelled, length
        if (short := _acronym(keys[:length], shorts)) is not None:
            return short, length
    if is_word(keys[0]) and not _plain(keys[0]):
        for end in range(len(keys[0]) - _LEAST_LEFT_OUT, _SHORTEST_BEGINNING - 1, -1):
            if keys[0][:end] in shorts:
                return keys[0][:end], 1
    return None


def _acronym(keys: Sequence[str], shorts: set[str]) -> str | None:
    """DKA for "diabetic ketoacidosis": all initials, and letters within the words, in order."""
    written = [key for key in keys if key != "-"]
    if len(written) < 2 or len(written) > 4:
        return None
    for short in shorts:
        if not _LEAST_LETTERS <= len(short) <= _MOST_LETTERS or written[0].startswith(short[:_LEAST_LETTERS]):
            continue
        if _spells(short, written):
            return short
    return None


def _spells(short: str, written: Sequence[str]) -> bool:
    """Whether each word begins with a letter of the short form and goes on with none or some of the next ones."""
    if not written:
        return not short
    if not short or written[0][0] != short[0]:
        return False
    taken, place = 1, 1
    while True:
        if _spells(short[taken:], written[1:]):
            return True
        place = written[0].find(short[taken], place) + 1 if taken < len(short) else 0
        if not place:
            return False
        taken += 1


def _may_be_spelled(key: str) -> bool:
    return is_word(key) and key not in filler("function") and key not in _unit_spellings()


def _initials(keys: Sequence[str]) -> Iterator[str]:
    """With and without the small words."""
    written = [key for key in keys if key != "-"]
    yield "".join(key[0] for key in written)
    yield "".join(key[0] for key in written if key not in _JOINING)


def _plain(key: str) -> bool:
    return key in filler("function") or key in filler("editorial")


@lru_cache
def _unit_spellings() -> frozenset[str]:
    return frozenset(spelling for row in rows("units") for spelling in row[3].split("|"))


@lru_cache
def _readings() -> Mapping[str, Sequence[tuple[str, ...]]]:
    return {
        row[0]: tuple(tuple(split_words(phrase).keys) for phrase in row[1].split(";")) for row in rows("short_forms")
    }
