"""A second look at each span, with what the rest of the document and the dictionary say of the same words.

The encoder scores every occurrence of a name by itself, and wavers: *ketamine* in the title, not in the last
sentence. Names are used consistently within a document, so the log odds of all occurrences of the same words
(an abbreviation counts as its long form) are evidence for each, and so is a name of the vocabulary that covers
exactly the span. A logistic regression a type weighs them; its answer is the calibrated confidence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from kg_builder.calibration import sigmoid
from kg_builder.extract.tagger.encoding import Words
from kg_builder.extract.tagger.features import TYPES
from kg_builder.extract.tagger.reading import Candidate, Reading
from kg_builder.text.abbreviations import find_abbreviations

EVIDENCE = ("bias", "own", "mean", "best", "named", "rival", "rival mean", "within name", "holds name")
"""What each weight is for: 1; the span's own log odds; their mean and maximum over all occurrences of its words;
whether a dictionary name covers exactly the span; the highest log odds, and the highest mean, among the likely spans
that overlap it; whether it is a part of a dictionary name; whether it holds one and more."""

LIKELY = 0.02
"""Spans less probable than this are not looked at."""

_NEAREST = 1e-4


@dataclass(frozen=True, slots=True)
class Text:
    """What the second look needs of a text."""

    keys: Sequence[str]
    """Each word in lower case."""
    named: frozenset[tuple[int, int, int]]
    """Spans of words that the dictionary names: type, first, last."""
    same: Mapping[tuple[str, ...], tuple[str, ...]]
    """Words of each abbreviation, and those of the long form that the document defines for it."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate with its `EVIDENCE`."""

    candidate: Candidate
    evidence: tuple[float, ...]


def describe(text: str, words: Words) -> Text:
    """The words of a text as the second look compares them."""
    return Text(
        [text[start:end].lower() for start, end in words.spans],
        frozenset(_named(words.features)),
        _abbreviated(text, words.spans),
    )


def weigh(text: Text, reading: Reading) -> list[Weighed]:
    """Every likely span of a text with its evidence."""
    occurrences, names = _Occurrences(text, reading.probability), _names(text)
    likely = reading.likely(LIKELY)
    alone = [_alone(item, occurrences.log_odds(item)) for item in likely]
    return [
        Weighed(item, (1.0, *odds, float(named), *_strongest(rivals), float(within), float(holds)))
        for item, odds, rivals in zip(likely, alone, _rivals(likely, alone), strict=True)
        for named, within, holds in [_against_names(item, names)]
    ]


Odds = tuple[float, float, float]
"""Log odds of a span: its own, their mean and their maximum over all occurrences of its words."""


def _alone(item: Candidate, everywhere: Sequence[float]) -> Odds:
    return log_odds(item.probability), sum(everywhere) / len(everywhere), max(everywhere)


def _rivals(likely: Sequence[Candidate], alone: Sequence[Odds]) -> Iterator[list[Odds]]:
    """For each candidate, what speaks for those of its type that share a word with it."""
    at: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, item in enumerate(likely):
        for word in range(item.first, item.last):
            at[item.column, word].append(index)
    for index, item in enumerate(likely):
        overlapping = {other for word in range(item.first, item.last) for other in at[item.column, word]}
        yield [alone[other] for other in sorted(overlapping - {index})]


def _strongest(rivals: Sequence[Odds]) -> tuple[float, float]:
    none = -log_odds(1.0)
    return max((odds[0] for odds in rivals), default=none), max((odds[1] for odds in rivals), default=none)


def _names(text: Text) -> dict[tuple[int, int], tuple[int, int]]:
    """The dictionary's name, first and last word, that stands over each word of a type; names don't overlap."""
    return {(column, word): (first, last) for column, first, last in text.named for word in range(first, last)}


def _against_names(item: Candidate, names: Mapping[tuple[int, int], tuple[int, int]]) -> tuple[bool, bool, bool]:
    """Whether a candidate is a dictionary's name, a part of one, and one with more words."""
    own = (item.first, item.last)
    over = {names[item.column, word] for word in range(*own) if (item.column, word) in names}
    within = any(name[0] <= own[0] and own[1] <= name[1] for name in over - {own})
    holds = any(own[0] <= name[0] and name[1] <= own[1] for name in over - {own})
    return own in over, within, holds


def second_look(weighed: Iterable[Weighed], weights: Sequence[Sequence[float]], least: float) -> list[Candidate]:
    """Candidates with the probabilities that the weights (types × evidence) give, those of at least `least`."""
    found = []
    for item in weighed:
        span = item.candidate
        pairs = zip(weights[span.column], item.evidence, strict=True)
        probability = sigmoid(sum(weight * value for weight, value in pairs))
        if probability >= least:
            found.append(Candidate(span.column, span.first, span.last, probability))
    return found


def log_odds(probability: float) -> float:
    """log(p / (1 - p)), at most 9.2 either way: what lies beyond is noise."""
    inside = min(max(probability, _NEAREST), 1 - _NEAREST)
    return log(inside / (1 - inside))


class _Occurrences:
    """Where the words of a candidate stand in the text, and how probable a mention is there."""

    def __init__(self, text: Text, probability: Callable[[int, int, int], float]) -> None:
        self._text, self._probability = text, probability
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, key in enumerate(text.keys):
            self._places[key].append(place)
        self._variants: dict[tuple[str, ...], list[tuple[str, ...]]] = defaultdict(list)
        for short, long in text.same.items():
            self._variants[long].append(short)
        self._known: dict[tuple[int, tuple[str, ...]], list[float]] = {}

    def log_odds(self, item: Candidate) -> list[float]:
        """Those of every occurrence of the candidate's words, or of the form they stand for."""
        words = tuple(self._text.keys[item.first : item.last])
        name = self._text.same.get(words, words)
        if (item.column, name) not in self._known:
            self._known[item.column, name] = [
                log_odds(self._probability(item.column, first, first + len(form)))
                for form in (name, *self._variants.get(name, ()))
                for first in self._found(form)
            ]
        return self._known[item.column, name]

    def _found(self, form: tuple[str, ...]) -> list[int]:
        length = len(form)
        return [
            first
            for first in self._places.get(form[0], ())
            if length == 1 or tuple(self._text.keys[first : first + length]) == form
        ]


def _named(features: NDArray[np.int64]) -> Iterator[tuple[int, int, int]]:
    """The spans that the dictionary's columns of the word features mark as begin (1) and inside (2)."""
    for column in range(len(TYPES)):
        marks = features[:, column].tolist()
        for first, mark in enumerate(marks):
            if mark == 1:
                last = first + 1
                while last < len(marks) and marks[last] == 2:
                    last += 1
                yield column, first, last


def _abbreviated(text: str, spans: Sequence[tuple[int, int]]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Definitions whose two sides are whole words, in lower case."""
    starts = {start: place for place, (start, _) in enumerate(spans)}
    ends = {end: place + 1 for place, (_, end) in enumerate(spans)}

    def words(start: int, end: int) -> tuple[str, ...]:
        if start not in starts or end not in ends:
            return ()
        return tuple(text[slice(*span)].lower() for span in spans[starts[start] : ends[end]])

    found = {}
    for item in find_abbreviations(text).values():
        short, long = words(item.short_start, item.short_end), words(item.long_start, item.long_end)
        if short and long:
            found[short] = long
    return found
