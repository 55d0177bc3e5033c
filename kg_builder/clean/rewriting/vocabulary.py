"""Words of content that are in one text only: what an editor brings in is listed, all else comes from the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from rapidfuzz.fuzz import ratio

from kg_builder.clean.rewriting.differences import ADDED, LOST, Texts, issue
from kg_builder.clean.rewriting.lists import filler, rows
from kg_builder.clean.rewriting.names import stems_of
from kg_builder.clean.rewriting.quantities import Quantity
from kg_builder.clean.rewriting.wording import KEPT, stating
from kg_builder.clean.rewriting.words import Word, is_word, raw_words, stem
from kg_builder.records import Issue

_FEWEST_LETTERS = 3
"""Of a word that an editor could bring in."""
_WRITTEN_OUT = 6
"""Letters from which a word of shorthand is taken for a whole one, which has to come over."""
_TYPO = 80.0
_SIGNS = (
    (re.compile(r"\+"), stem("positive")),
    (re.compile(r"\+\+"), stem("severe")),
    (re.compile(r"\w\s?[-\u2013](?=[\s,.;)]|\Z)|(?<!\S)[-\u2013]\d"), stem("negative")),
)
"""What a sign is in words."""
_AKIN = 0.6
"""Of the longer word's letters that two forms of one word begin with: antrum, antral."""


def word_differences(texts: Texts) -> list[Issue]:
    """Words that the rewriting has from nowhere, and whole words of the text that it leaves out."""
    source = stems_of(texts.source_words, texts.source, texts.rewrite) | texts.spelled
    rewrite = stems_of(texts.rewrite_words, texts.rewrite, texts.source) | texts.spelled
    signs = {word for sign, word in _SIGNS if sign.search(texts.source)}
    before, after = raw_words(texts.source, texts.rewrite), raw_words(texts.rewrite, texts.source)
    added = _both(
        _without(texts.rewrite_words, texts.quantities[1], source | signs, _FEWEST_LETTERS),
        _without(after, texts.quantities[1], source | signs, _FEWEST_LETTERS),
    )
    lost = _both(
        _without(texts.source_words, texts.quantities[0], rewrite, _WRITTEN_OUT),
        _without(before, texts.quantities[0], rewrite, _WRITTEN_OUT),
    )
    letters = {word.key for word in texts.source_words}
    return [
        *(issue(ADDED, f"'{key}' is not in the text.") for key in added),
        *(issue(ADDED, f"'{key}' is not in the text.") for key in _graded(texts.rewrite_words) if key not in letters),
        *(issue(LOST, f"'{key}' of the text is missing.") for key in lost),
    ]


def _both(read: Sequence[Word], written: Sequence[Word]) -> list[str]:
    """As written, what is new also in the words that both texts are read as."""
    spans = [(word.start, word.end) for word in read]
    return [word.key for word in written if any(start < word.end and word.start < end for start, end in spans)]


def _without(words: Sequence[Word], quantities: Sequence[Quantity], others: frozenset[str], fewest: int) -> list[Word]:
    """Words of content that the other text has nothing akin to."""
    spans = [(quantity.start, quantity.end) for quantity in quantities]
    found: list[Word] = []
    seen: dict[str, bool] = {}
    for word in words:
        if len(word.key) < fewest or not is_word(word.key):
            continue
        own = stem(word.key)
        if own not in seen:
            seen[own] = own in _harmless() or _known(own, others)
        if not seen[own] and not any(start <= word.start < end for start, end in spans):
            found.append(word)
    return found


def _known(own: str, others: frozenset[str]) -> bool:
    return own in others or any(_akin(own, other) for other in others)


def _akin(first: str, second: str) -> bool:
    """Two forms of one word, one the beginning of the other, or one misspelled."""
    short, long = sorted((first, second), key=len)
    if len(short) < _FEWEST_LETTERS or first[0] != second[0]:
        return False
    if long.startswith(short):
        return True
    shared = next((place for place, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), len(short))
    return (shared > _FEWEST_LETTERS and shared >= _AKIN * len(long)) or ratio(first, second) >= _TYPO


def _graded(words: Sequence[Word]) -> Iterator[str]:
    """Letters that stand for themselves: grade B, hepatitis C."""
    for before, word in pairwise(words):
        if len(word.key) == 1 and is_word(word.key) and word.key not in "ais" and len(before.key) > _FEWEST_LETTERS:
            yield word.key


@lru_cache
def _harmless() -> frozenset[str]:
    """What an editor adds, and words that other checks look after."""
    listed = filler("function") | filler("editorial") | filler("added")
    stated = {word for kind in (*KEPT, "organ") for word in stating(kind)}
    denying = {word for row in rows("negation") if row[1] == "pre" for word in row[0].split("|") if " " not in row[0]}
    timing = {word for row in rows("time_words") for word in row[2].split()}
    return frozenset(stem(word) for word in listed | stated | denying | timing)
