"""Phrases of a reviewable list found in a text, word by word, longest first.

The lists are TSV files. In a phrase, blanks separate words, ``a|b`` stands for either word, and a
word that ends in ``?`` may be missing: ``no signs|evidence of any?`` is four phrases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, product
from typing import Generic, NamedTuple, Self, TypeVar

_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")

Value = TypeVar("Value")


class Words(NamedTuple):
    """A text as words and punctuation marks; the three lists have one entry a word."""

    keys: list[str]
    """Lower case, typographic apostrophes and dashes levelled."""
    starts: list[int]
    ends: list[int]


class Found(NamedTuple, Generic[Value]):
    """A phrase found: half-open places in the list of words, and what the list says of it."""

    first: int
    last: int
    value: Value


def split_words(text: str, start: int = 0, end: int | None = None) -> Words:
    """Words and punctuation marks of ``text[start:end]`` with their offsets in `text`."""
    spans = [match.span() for match in _WORD.finditer(text, start, len(text) if end is None else end)]
    keys = [text[first:last].lower() for first, last in spans]
    if not text.isascii():
        keys = [_LEVELLED.get(key, key) for key in keys]
    return Words(keys, [first for first, _ in spans], [last for _, last in spans])


_LEVELLED = {"\u2019": "'", "\u2018": "'", "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-"}


class _Node(Generic[Value]):
    """Where one word of a phrase leads."""

    __slots__ = ("following", "value")

    def __init__(self) -> None:
        self.following: dict[str, _Node[Value]] = {}
        self.value: Value | None = None


class PhraseTable(Generic[Value]):
    """Many phrases, each with a value; looked for all at once."""

    def __init__(self, entries: Iterable[tuple[str, Value]]) -> None:
        """`entries`: phrases as written in a list. Of two equal phrases the later one counts."""
        self._root: _Node[Value] = _Node()
        for phrase, value in entries:
            for words in spellings(phrase):
                self._add(words, value)

    @classmethod
    def of_spellings(cls, entries: Iterable[tuple[tuple[str, ...], Value]]) -> Self:
        """A table of phrases that are already word by word, as `spellings` gives them."""
        table = cls(())
        for words, value in entries:
            table._add(words, value)
        return table

    def _add(self, words: tuple[str, ...], value: Value) -> None:
        node = self._root
        for word in words:
            if (following := node.following.get(word)) is None:
                following = node.following[word] = _Node()
            node = following
        node.value = value

    def find(self, keys: Sequence[str]) -> Iterator[Found[Value]]:
        """Phrases in order, without overlap: the longest that begins at a word, then on after its end."""
        opening, taken, count = self._root.following, 0, len(keys)
        for place, key in enumerate(keys):
            if key not in opening or place < taken:
                continue
            node, longest, at = opening[key], None, place + 1
            while True:
                if node.value is not None:
                    longest = Found(place, at, node.value)
                if at == count or keys[at] not in node.following:
                    break
                node, at = node.following[keys[at]], at + 1
            if longest is not None:
                taken = longest.last
                yield longest


def spellings(phrase: str) -> Iterator[tuple[str, ...]]:
    """The phrases, word by word, that one line of a list stands for."""
    for choice in product(*map(_choices, phrase.split())):
        words = tuple(chain.from_iterable(choice))
        if not words:
            raise ValueError("a phrase of the list has no word that must be there")
        yield words


@lru_cache(maxsize=4096)
def _choices(part: str) -> tuple[tuple[str, ...], ...]:
    """What a part of a phrase stands for, each word by word (``mother's`` is three); empty: it may be missing."""
    optional = len(part) > 1 and part.endswith("?")
    written = part.removesuffix("?" if optional else "").split("|")
    return (*(tuple(split_words(word).keys) for word in written), *([()] if optional else []))
