"""Concepts by name: exact first, then by beginning, then by likeness, so that a typo still finds them."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import islice
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
        self._names: dict[str, list[Name]] = {}
        """By what they are compared by. Each is compared once, however many concepts it names."""
        for name in sorted(set(names)):
            self._names.setdefault(search_key(name.text), []).append(name)
        self._keys = sorted(self._names)
        inexact = [key for key, named in self._names.items() if any(name.text != name.concept for name in named)]
        """Ids left out: one that is nearly another means something else altogether."""
        self._as_written = _ByLength((key, key) for key in inexact)
        self._words_in_order = _ByLength((_in_order(key), key) for key in inexact)
        self._with_word: dict[str, list[str]] = {}
        for key in inexact:
            for word in set(key.split(" ")):
                self._with_word.setdefault(word, []).append(key)

    def matches(self, text: str) -> Iterator[Match]:
        """Each concept that has a name like the text once, by its best name; best first, then by id.

        Text that looks like an id finds only what is called exactly that or begins with it.
        """
        wanted = search_key(text)
        best: dict[str, Match] = {}
        for key, score in self._scored(wanted) if wanted else ():
            for concept, matched in self._names[key]:
                exact = key.startswith(wanted)
                if (exact or matched != concept) and (concept not in best or score > best[concept].score):
                    best[concept] = Match(concept, score, matched)
        yield from sorted(best.values(), key=lambda match: (-match.score, match.concept))

    def _scored(self, wanted: str) -> Iterator[tuple[str, float]]:
        for key in islice(self._keys, bisect_left(self._keys, wanted), None):
            if not key.startswith(wanted):
                break
            covered = len(wanted) / len(key)
            yield key, EXACT if key == wanted else ALIKE + (BEGINNING - ALIKE) * covered
        if not CURIE.fullmatch(wanted):
            for key, score in self._alike(wanted):
                if not key.startswith(wanted):
                    yield key, score

    def _alike(self, wanted: str) -> Iterator[tuple[str, float]]:
        from rapidfuzz import fuzz, process

        for key, likeness in self._as_written.like(wanted):
            yield key, ALIKE * likeness / 100
        for key, likeness in self._words_in_order.like(_in_order(wanted)):
            yield key, ALIKE * likeness / 100
        sharing = sorted({key for word in wanted.split(" ") for key in self._with_word.get(word, ())})
        alike = process.extract(wanted, sharing, scorer=fuzz.token_set_ratio, score_cutoff=WORST, limit=None)
        for key, likeness, _ in alike:
            yield key, SOME_WORDS * likeness / 100


class _ByLength:
    """Spellings of keys, by their length: what is much longer or shorter than a text is never like it."""

    def __init__(self, spelled: Iterable[tuple[str, str]]) -> None:
        self._of_length: dict[int, tuple[list[str], list[str]]] = {}
        for spelling, key in spelled:
            spellings, keys = self._of_length.setdefault(len(spelling), ([], []))
            spellings.append(spelling)
            keys.append(key)

    def like(self, wanted: str) -> Iterator[tuple[str, float]]:
        """Keys with their likeness, of 100."""
        from rapidfuzz import fuzz, process

        for length, (spellings, keys) in self._of_length.items():
            if 200 * min(length, len(wanted)) >= WORST * (length + len(wanted)):
                for _, likeness, place in process.extract(
                    wanted, spellings, scorer=fuzz.ratio, score_cutoff=WORST, limit=None
                ):
                    yield keys[place], likeness


def _in_order(key: str) -> str:
    return " ".join(sorted(key.split(" ")))


def search_key(text: str) -> str:
    """What names are compared by: case, width and blanks don't count; accents do (they tell Vietnamese words apart)."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
