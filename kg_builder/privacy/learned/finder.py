"""From the scores of the model to identifiers: likely words joined, without those that can't be any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kg_builder.extract.tagger.encoding import Words, end_marks, windows
from kg_builder.extract.tagger.session import Session
from kg_builder.privacy.identifiers import Identifier, Kind
from kg_builder.privacy.learned.features import LINE, read_words
from kg_builder.privacy.learned.forms import NUMBERS, doubts, holds, like_a_substance, shaped
from kg_builder.privacy.learned.model import IdentifierModel
from kg_builder.privacy.name_refusals import taken_as_drugs
from kg_builder.privacy.name_runs import key_words

Probabilities = NDArray[np.float32]
"""words × (1 + kinds): of no identifier, then of each kind."""
_FORMED = frozenset({Kind.AGE, Kind.DATE, Kind.PHONE})
"""Kinds whose form speaks for them."""
_SUREST = 0.95
"""Probability from which words are a name wherever they stand."""
_MOST_BETWEEN = 1
"""Characters that may part two words of one identifier."""


class Stretch(NamedTuple):
    """Words that lie together and are of one kind, as characters ``text[start:end]``."""

    start: int
    end: int
    kind: Kind
    probability: float
    """Of its likeliest word."""


class Learned(NamedTuple):
    """What the model finds."""

    identifier: Identifier
    sure: bool
    """Else it is one where the same words are a name elsewhere in the text."""
    surest: bool
    """Whether its words are a name wherever they stand."""


class LearnedFinder:
    """Reads a text by windows of at most 512 word pieces; any thread may use it."""

    def __init__(self, model: IdentifierModel, *, threads: int | None = None) -> None:
        described = model.description
        self._model = model
        self._session = Session(model.path, threads=threads)
        self._kinds = described.kinds
        self._least_formed = described.least_formed
        self._least, self._least_again = described.least, described.least_again
        self._least_doubtful, self._least_eponym = described.least_doubtful, described.least_eponym
        self._rule = f"model:{described.name} {described.version}"

    def find(self, text: str, clinical: Sequence[tuple[int, int]]) -> list[Learned]:
        """Identifiers in order. `clinical`: spans of clinical names, in order."""
        words = read_words(self._model.tokenizer, text, clinical)
        drugs = taken_as_drugs(text)
        found = []
        for stretch in stretches(text, words, self.probabilities(text, words), self._kinds, self._least_again):
            one = shaped(text, stretch.start, stretch.end, stretch.kind)
            if one is None or not holds(text, *one, clinical):
                continue
            if one[2] is Kind.NAME and key_words(text, *one[:2]) <= drugs:
                continue
            identifier = Identifier(*one, self._rule)
            sure = stretch.probability >= self._least_of(text, identifier)
            if sure or identifier.kind is Kind.NAME:
                found.append(Learned(identifier, sure=sure, surest=stretch.probability >= _SUREST))
        return found

    def _least_of(self, text: str, one: Identifier) -> float:
        """What may be something else, too, must be more probable; what has a form of its own may be less."""
        if one.kind is not Kind.NAME:
            if one.kind in NUMBERS and like_a_substance(text, one.start, one.end):
                return self._least_eponym
            return self._least_formed if one.kind in _FORMED else self._least
        doubt = doubts(text, one.start, one.end)
        return self._least_eponym if doubt == "eponym" else self._least_doubtful if doubt else self._least

    def probabilities(self, text: str, words: Words) -> Probabilities:
        """Of every word."""
        found = np.zeros((len(words.spans), 1 + len(self._kinds)), dtype=np.float32)
        start, end = end_marks(self._model.tokenizer)
        for window in windows(text, words, start_mark=start, end_mark=end):
            found[window.first : window.first + window.word_count] = _softmax(self._session.run(window))
        return found


def stretches(
    text: str, words: Words, probabilities: Probabilities, kinds: Sequence[Kind], least: float
) -> Iterator[Stretch]:
    """Words of a kind that lie together on a line, each at least so likely to identify somebody."""
    identifying = 1.0 - probabilities[:, 0]
    best = probabilities[:, 1:].argmax(axis=1)
    one: Stretch | None = None
    reached = 0
    for place in np.flatnonzero(identifying >= least).tolist():
        start, end = words.spans[place]
        near = one is not None and start - reached <= _MOST_BETWEEN and not words.features[place, LINE]
        if not any(map(str.isalnum, text[start:end])):
            reached = end if near else reached
            continue
        here = Stretch(start, end, kinds[best[place]], float(identifying[place]))
        if one is not None and near and _family(here.kind) == _family(one.kind):
            likelier = max(one, here, key=lambda item: item.probability)
            one = Stretch(one.start, end, likelier.kind, likelier.probability)
        else:
            if one is not None:
                yield one
            one = here
        reached = end
    if one is not None:
        yield one


def _family(kind: Kind) -> Kind:
    """Numbers of all sorts are told apart by less than where they begin and end."""
    return Kind.RECORD if kind in NUMBERS else kind


def _softmax(scores: NDArray[np.float32]) -> Probabilities:
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Probabilities = shifted / shifted.sum(axis=1, keepdims=True)
    return shares
