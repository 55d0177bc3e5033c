"""From a label for every word to mentions, whatever the scheme and however ill-formed the sequence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from kg_builder.backends.token_windows import Scores
from kg_builder.extract.token_classifier.label_meanings import Meaning
from kg_builder.extract.token_classifier.label_schemes import Place, Tag
from kg_builder.extract.token_classifier.words import Words

_EDGES = frozenset(",;:.")
"""Punctuation that begins and ends no mention."""
_STARTS = frozenset({Place.BEGIN, Place.SINGLE})
_ENDS = frozenset({Place.END, Place.SINGLE})


@dataclass(frozen=True, slots=True)
class Found:
    """A mention."""

    start: int
    end: int
    meaning: Meaning
    confidence: float
    """Probability of its type, however the word's place in the mention is labelled, at the least certain word."""


def decode(text: str, words: Words, scores: Scores, tags: Sequence[Tag], apart: Collection[int] = ()) -> list[Found]:
    """The mentions of the likeliest label of each word. `apart`: words never in one mention with the word before.

    As conlleval reads them: a mention begins at a begin or single label, after an end or single one, and wherever the
    type changes. But words that nothing parts are of one mention: there "begin" comes from training on larger words.
    """
    if not words:
        return []
    chosen = [tags[column] for column in scores.argmax(axis=1)]
    probabilities = _by_meaning(scores, tags)
    found = []
    for first, last in _runs(words, chosen, apart):
        meaning = chosen[first].meaning
        trimmed = _trimmed(text, words, first, last)
        if meaning is None or trimmed is None:
            continue
        first, last = trimmed  # noqa: PLW2901
        least = float(probabilities[meaning][first:last].min())
        found.append(Found(words[first][0], words[last - 1][1], meaning, min(1.0, max(0.0, least))))
    return found


def _runs(words: Words, chosen: Sequence[Tag], apart: Collection[int]) -> list[tuple[int, int]]:
    """Half-open runs of words that belong together, words outside too."""
    cuts = [0]
    for index, (before, tag) in enumerate(pairwise(chosen), start=1):
        glued = words[index - 1][1] == words[index][0] and index not in apart
        fresh = tag.place in _STARTS or before.place in _ENDS or index in apart
        if tag.meaning != before.meaning or (fresh and not glued):
            cuts.append(index)
    return list(pairwise([*cuts, len(words)]))


def _by_meaning(scores: Scores, tags: Sequence[Tag]) -> dict[Meaning, Scores]:
    """Probability of each type for every word: the sum over its labels."""
    columns: dict[Meaning, list[int]] = {}
    for column, tag in enumerate(tags):
        if tag.meaning is not None:
            columns.setdefault(tag.meaning, []).append(column)
    return {meaning: np.exp(scores[:, of_it]).sum(axis=1) for meaning, of_it in columns.items()}


def _trimmed(text: str, words: Words, first: int, last: int) -> tuple[int, int] | None:
    """Without punctuation at the ends; None: nothing with a letter or digit is left."""
    while first < last and text[words[first][0]] in _EDGES:
        first += 1
    while first < last and text[words[last - 1][0]] in _EDGES:
        last -= 1
    has_name = any(character.isalnum() for start, end in words[first:last] for character in text[start:end])
    return (first, last) if has_name else None
