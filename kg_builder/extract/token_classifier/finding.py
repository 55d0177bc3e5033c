"""A text, a classifier, its mentions: pieces scored, words labelled, sentences kept apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kg_builder.backends.token_classifiers import TokenClassifier, score_text
from kg_builder.backends.token_windows import Pieces, Scores
from kg_builder.extract.token_classifier.decoding import Found, decode
from kg_builder.extract.token_classifier.label_schemes import Tag
from kg_builder.extract.token_classifier.words import Words, first_pieces, split_words
from kg_builder.text.sentences import split_sentences


def find_mentions(classifier: TokenClassifier, tags: Sequence[Tag], text: str) -> list[Found]:
    """The mentions in order. `tags`: what the classifier's labels say."""
    return read_scores(text, *score_text(classifier, text), tags)


def read_scores(text: str, pieces: Pieces, scores: Scores, tags: Sequence[Tag]) -> list[Found]:
    """The mentions that the scores of a text's pieces say."""
    words, places = first_pieces(split_words(text), pieces)
    return decode(text, words, scores[np.array(places, np.intp)], tags, _sentence_starts(text, words))


def _sentence_starts(text: str, words: Words) -> set[int]:
    """Indices of the words that begin a sentence, paragraph or list item."""
    starts = {start for start, _ in split_sentences(text)}
    return {index for index, (start, _) in enumerate(words) if start in starts}
