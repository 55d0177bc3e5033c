"""From a text to the sentences that the model labels."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from kg_builder.extract.vietnamese.features import hits_of_words, sentence_features
from kg_builder.extract.vietnamese.labels import TYPE_OF_LABEL
from kg_builder.extract.vietnamese.model import Named
from kg_builder.extract.vietnamese.words import split_words
from kg_builder.protocols import ExtractionRequest, Extractor
from kg_builder.records import Mention
from kg_builder.schemas import load_schema
from kg_builder.text.sentences import split_sentences

_NAMES_OF = "vietnamese-medical"


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words of a text that are labelled together."""

    spans: Sequence[tuple[int, int]]
    """Offsets of each word in the text, half-open."""
    features: Sequence[Sequence[str]]
    """Of each word."""
    names: Set[Named]
    """The dictionary's names of the model's types, by words of the sentence."""


def read_sentences(text: str, names: Sequence[Mention]) -> Iterator[Sentence]:
    """The sentences with a word in them; `names`: the dictionary's mentions in the text, in order."""
    words = split_words(text)
    hits = hits_of_words(words, names)
    starts = [start for start, _ in words.spans]
    for begin, end in split_sentences(text):
        first, last = bisect_left(starts, begin), bisect_left(starts, end)
        if first < last:
            spans = words.spans[first:last]
            features = sentence_features(words.forms[first:last], hits[first:last])
            yield Sentence(spans, features, frozenset(_named(starts[first:last], spans, names)))


def _named(starts: Sequence[int], spans: Sequence[tuple[int, int]], names: Sequence[Mention]) -> Iterator[Named]:
    ends = [end for _, end in spans]
    for name in names:
        if name.type in TYPE_OF_LABEL and spans[0][0] <= name.start and name.end <= ends[-1]:
            yield TYPE_OF_LABEL[name.type], bisect_left(starts, name.start), bisect_left(ends, name.end) + 1


def dictionary_names(dictionary: Extractor, text: str) -> Sequence[Mention]:
    """The names that the model is told of: the same whatever schema the text is read for."""
    return dictionary.extract(ExtractionRequest(text, load_schema(_NAMES_OF), language="vi")).mentions


def named_labels(dictionary: Extractor) -> Set[str]:
    """Labels that those names can have."""
    return dictionary.labels(load_schema(_NAMES_OF), "vi").keys()
