"""Concepts by name: exact first, then by beginning, then by likeness, so that a typo still finds them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

EXACT, BEGINNING, ALIKE = 1.0, 0.95, 0.9
"""Best scores of the three kinds of match; none of a lower kind exceeds them."""
SOME_WORDS = 0.75
"""Best score of a name that shares only some words with the text."""
WORST = 70
"""Less alike than this (of 100) isn't a match."""
CURIE = re.compile(r"[^\s:]+:\S+")


class Name(NamedTuple):
    """One name of a concept."""

    concept: str
    text: str


class Match(NamedTuple):
    """A concept and the name that found it."""

    concept: str
    score: float
    matched: str


class NameIndex:
    """All names of all concepts: ids, preferred names and forms seen."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._names = sorted(set(names))
        self._keys = [search_key(name.text) for name in self._names]
        self._inexact = [
            None if name.text == name.concept else key for name, key in zip(self._names, self._keys, strict=True)
        ]
        """Ids left out: one that is nearly another means something else altogether."""

    def matches(self, text: str) -> Iterator[Match]:
        """Each concept that has a name like the text once, by its best name; best first, then by id.

        Text that looks like an id finds only what is called exactly that or begins with it.
        """
        wanted = search_key(text)
        best: dict[str, Match] = {}
        for position, score in self._scored(wanted) if wanted else ():
            concept, matched = self._names[position]
            if concept not in best or score > best[concept].score:
                best[concept] = Match(concept, score, matched)
        yield from sorted(best.values(), key=lambda match: (-match.score, match.concept))

    def _scored(self, wanted: str) -> Iterator[tuple[int, float]]:
        for position, key in enumerate(self._keys):
            if key.startswith(wanted):
                covered = len(wanted) / len(key)
                yield position, EXACT if key == wanted else ALIKE + (BEGINNING - ALIKE) * covered
        if not CURIE.fullmatch(wanted):
            yield from self._alike(wanted)

    def _alike(self, wanted: str) -> Iterator[tuple[int, float]]:
        from rapidfuzz import fuzz, process

        for scorer, best in ((fuzz.ratio, ALIKE), (fuzz.token_sort_ratio, ALIKE), (fuzz.token_set_ratio, SOME_WORDS)):
            for key, likeness, position in process.extract(
                wanted, self._inexact, scorer=scorer, score_cutoff=WORST, limit=None
            ):
                if not key.startswith(wanted):
                    yield position, best * likeness / 100


def search_key(text: str) -> str:
    """What names are compared by: case, width and blanks don't count; accents do (they tell Vietnamese words apart)."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
