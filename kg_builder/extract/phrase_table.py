"""Longest match of a list of phrases, word by word.

A phrase is found by the key of its words (`kg_builder.text.keys`), so plurals, hyphens, case and Greek
letters need no variants of their own; an automaton over characters would need one pattern each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

from kg_builder.text.keys import WORD, name_key

_TEXT_WORD = re.compile(rf"({WORD.pattern})(?:['\u2019\u02bc`][sS](?!\w))?")
_GAP = re.compile(r"(?:['\u2019\u02bc`]?[sS]?)?(?:[ \t\u00a0]{0,2}\n?[ \t\u00a0]{0,2}|[^\w\s;!?]{0,3})")
"""What may stand between the words of one phrase: blanks, or punctuation without a blank."""

_MOST_WORDS = 16
"""Bounds the work at each word; longer names are systematic ones of chemicals."""


class Word(NamedTuple):
    """One word of a text."""

    start: int
    end: int
    key: str
    joined: bool
    """Whether a phrase may go on from here to the next word."""


class Phrase(NamedTuple):
    """What the list says of a phrase."""

    label: str
    """Empty: no mention, and no part of it is one."""
    tier: str
    cased: str = ""
    """Not empty: the text must have exactly these letters (an abbreviation that is also a word)."""


class PhraseTable:
    """Phrases by key, and how long those get that begin with a given word."""

    def __init__(self) -> None:
        self._phrases: dict[str, Phrase] = {}
        self._longest: dict[str, int] = {}
        self._beginnings: set[str] = set()

    def __len__(self) -> int:
        return len(self._phrases)

    def add(self, key: str, phrase: Phrase) -> None:
        """Add a phrase; the first one with a key stays, and one of very many words isn't looked for."""
        if key in self._phrases:
            return
        words = key.split(" ")
        count = len(words)
        if count > _MOST_WORDS:
            return
        self._phrases[key] = phrase
        if count > self._longest.get(words[0], 0):
            self._longest[words[0]] = count
        if count > 1:
            self._beginnings.add(f"{words[0]} {words[1]}")

    def get(self, key: str) -> Phrase | None:
        """The phrase with exactly that key."""
        return self._phrases.get(key)

    def has_part(self, key: str) -> bool:
        """Whether some phrase is a part of that key, which so may hide it."""
        words = key.split(" ")
        return any(
            " ".join(words[first:last]) in self._phrases
            for first in range(len(words))
            if words[first] in self._longest
            for last in range(first + 1, len(words) + 1)
        )

    def matches(self, words: Sequence[Word], first: int) -> Iterable[tuple[int, Phrase]]:
        """Phrases that begin at a word, the longest first: index past the last word, and what the list says."""
        most = self._longest.get(words[first].key.partition(" ")[0], 0)
        return self._of_at_most(most, words, first) if most else ()

    def _of_at_most(self, most: int, words: Sequence[Word], first: int) -> Iterator[tuple[int, Phrase]]:
        if most > 1 and not self._goes_on(words, first):
            most = 1
        last = first + 1
        while last - first < most and last < len(words) and words[last - 1].joined:
            last += 1
        for end in range(last, first, -1):
            found = self._phrases.get(" ".join([word.key for word in words[first:end]]))
            if found is not None:
                yield end, found

    def _goes_on(self, words: Sequence[Word], first: int) -> bool:
        """Whether some phrase begins with this word and the next."""
        if not words[first].joined:
            return " " in words[first].key
        beginning = f"{words[first].key} {words[first + 1].key}".split(" ")
        return f"{beginning[0]} {beginning[1]}" in self._beginnings


def split_words(text: str) -> list[Word]:
    """The words of a text with their keys; a possessive ``'s`` belongs to no word."""
    spans = [match.span(1) for match in _TEXT_WORD.finditer(text)]
    return [
        Word(start, end, _word_key(text[start:end]), following >= 0 and _joined(text, end, following))
        for (start, end), (following, _) in zip_longest(spans, spans[1:], fillvalue=(-1, -1))
    ]


def _joined(text: str, end: int, following: int) -> bool:
    """Whether a phrase may go on from a word that ends there to the one that begins at `following`."""
    return text[end:following] == " " or _GAP.fullmatch(text, end, following) is not None


_word_key = lru_cache(maxsize=20_000)(name_key)
"""Most words of a text were in earlier ones."""
