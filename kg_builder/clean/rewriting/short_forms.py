"""Short forms of one text that the other writes in full: both are then read as the short form.

A run of words is one when the other text has a short form that is not listed (see `readings`) and that its initials
spell, that a single word begins with, or that is the run written as one word: solumedrol for Solu-Medrol.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from kg_builder.clean.rewriting.lists import filler, rows
from kg_builder.clean.rewriting.readings import is_listed
from kg_builder.clean.rewriting.words import Word, is_word, stem

_LETTERS_NUMBER = re.compile(r"(?!q\d)(?P<letters>[a-z]+)(?P<number>\d+)")
_LONGEST = 7
"""Words of what a short form stands for, hyphens counted."""
_JOINED = 4
"""Words that one without hyphens and blanks may be."""
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


def parted(words: Sequence[Word], other: Sequence[Word]) -> tuple[Word, ...]:
    """The words with letters and number of one ("ckd3") as two where the `other` text hasn't that word."""
    theirs = {word.key for word in other}
    found: list[Word] = []
    for word in words:
        whole = word.key in theirs or word.key in _with_digits() or _written_together(word.key, other)
        match = None if whole else _LETTERS_NUMBER.fullmatch(word.key)
        if match is None:
            found.append(word)
        else:
            found += (Word(match["letters"], word.start, word.end), Word(match["number"], word.start, word.end))
    return tuple(found)


def _written_together(key: str, other: Sequence[Word]) -> bool:
    """Whether the other text has the word with a hyphen: PHQ-9."""
    keys = [word.key for word in other]
    return any(
        key == keys[place - 1] + keys[place + 1] for place, each in enumerate(keys[1:-1], start=1) if each == "-"
    )


def settle(words: Sequence[Word], other: Sequence[Word]) -> Settled:
    """The words, where they write short forms of the `other` text in full, as those short forms."""
    own, theirs = {word.key for word in words}, {word.key for word in other}
    shorts = {key for key in theirs - own if is_word(key) and not _plain(key) and key not in _unit_spellings()}
    if not shorts:
        return Settled(words, frozenset())
    done: list[Word] = []
    replaced: set[str] = set()
    place = 0
    while place < len(words):
        found = _run(words, place, shorts)
        if found is None:
            done.append(words[place])
            place += 1
            continue
        short, length = found
        replaced.update(stem(word.key) for word in words[place : place + length])
        done.append(Word(short, words[place].start, words[place + length - 1].end))
        place += length
    return Settled(done, frozenset(replaced))


def _run(words: Sequence[Word], place: int, shorts: set[str]) -> tuple[str, int] | None:
    """The short form that the words from a place on stand for, and how many they are; the longest."""
    keys = [word.key for word in words[place : place + _LONGEST]]
    for length in range(min(len(keys), _JOINED), 1, -1):
        joined = "".join(keys[:length]).replace("-", "")
        if joined in shorts and len(joined) > 2 and is_word(keys[0]) and keys[length - 1] != "-":
            return joined, length
    shorts = {short for short in shorts if not is_listed(short)}
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
def _with_digits() -> frozenset[str]:
    """Single words of the list of equivalents that have a digit: spo2."""
    phrases = (phrase for row in rows("equivalents") for phrase in row[1].split(";"))
    return frozenset(phrase for phrase in phrases if phrase[:1].isalpha() and phrase.isalnum() and not phrase.isalpha())
