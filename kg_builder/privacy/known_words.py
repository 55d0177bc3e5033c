"""Words that are known to identify somebody, whatever they look like: ids of documents, of patients, of encounters."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

LEAST = 4
"""Characters of what is looked for: ``12`` and ``A`` stand in any text."""
_WORD = re.compile(r"\w+")


class Piece(NamedTuple):
    """Characters ``text[start:end]`` that a placeholder is to stand for."""

    start: int
    end: int
    kind: str
    """Of an identifier, or ``SOURCE`` for the name of a document."""


class KnownWords:
    """Finds given strings where they stand as words of their own. `cased`: only as they are written."""

    def __init__(self, said: Iterable[tuple[str, str]], *, least: int = LEAST, cased: bool = False) -> None:
        """`said`: strings with their kinds."""
        self._cased = cased
        self._by_first: defaultdict[str, list[tuple[str, int, str]]] = defaultdict(list)
        for words, kind in dict.fromkeys(said):
            first = _WORD.search(words)
            if first is not None and len(words) >= least:
                self._by_first[self._form(first[0])].append((self._form(words), first.start(), kind))
        for listed in self._by_first.values():
            listed.sort(key=lambda one: -len(one[0]))

    def find(self, text: str) -> Iterator[Piece]:
        """In order, without overlaps; of those that begin at a word, the longest."""
        done = 0
        for word in _WORD.finditer(text):
            for said, before, kind in self._by_first.get(self._form(word[0]), ()):
                start = word.start() - before
                end = start + len(said)
                if start >= done and self._form(text[start:end]) == said and _alone(text, start, end):
                    yield Piece(start, end, kind)
                    done = end
                    break

    def _form(self, words: str) -> str:
        return words if self._cased else words.lower()


def _alone(text: str, start: int, end: int) -> bool:
    """Whether no word goes on beyond either end."""
    before, after = text[max(0, start - 1) : start + 1], text[end - 1 : end + 1]
    return not (len(before) == 2 and before.isalnum()) and not (len(after) == 2 and after.isalnum())
