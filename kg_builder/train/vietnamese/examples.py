"""Annotated Vietnamese documents as sentences of features and labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kg_builder.corpora.records import GoldDocument
from kg_builder.extract.vietnamese.labels import TYPE_OF_LABEL, TYPES
from kg_builder.extract.vietnamese.sentences import Sentence, dictionary_names, read_sentences
from kg_builder.protocols import Extractor

OUTSIDE = "O"
Span = tuple[int, int, str]
"""First character, end and type."""

_NAMES = frozenset(one.name for one in TYPES)


@dataclass(frozen=True, slots=True)
class Labelled:
    """One sentence."""

    sentence: Sentence
    tags: Sequence[str]
    """``O``, ``B-`` or ``I-`` and the type, a word each."""

    def tags_of(self, kind: str) -> list[str]:
        """``O``, ``B`` and ``I`` of one type."""
        return [tag[0] if tag[2:] == kind else OUTSIDE for tag in self.tags]


@dataclass(frozen=True, slots=True)
class VietnameseExample:
    """One document."""

    id: str
    sentences: Sequence[Labelled]
    gold: frozenset[Span]
    """Of the model's types."""


def vietnamese_examples(documents: Iterable[GoldDocument], dictionary: Extractor) -> Iterator[VietnameseExample]:
    """The documents as the extractor will read them: same sentences, same words, same names of the dictionary."""
    for document in documents:
        text = document.document.text
        gold = frozenset((item.start, item.end, item.type) for item in document.mentions if item.type in _NAMES)
        sentences = read_sentences(text, dictionary_names(dictionary, text))
        yield VietnameseExample(document.document.id, [Labelled(one, _tags(one, gold)) for one in sentences], gold)


def _tags(sentence: Sentence, gold: Iterable[Span]) -> list[str]:
    tags = [OUTSIDE] * len(sentence.spans)
    for begin, end, kind in sorted(gold):
        inside = [place for place, (start, stop) in enumerate(sentence.spans) if begin <= start and stop <= end]
        for place in inside:
            tags[place] = f"{'B' if place == inside[0] else 'I'}-{kind}"
    return tags


def tagged_spans(sentence: Sentence, tags: Sequence[str]) -> Iterator[Span]:
    """The mentions that a sequence of ``O``, ``B-…`` and ``I-…`` states."""
    first: int | None = None
    for place, tag in enumerate([*tags, OUTSIDE]):
        if first is not None and tag != f"I-{tags[first][2:]}":
            yield sentence.spans[first][0], sentence.spans[place - 1][1], tags[first][2:]
            first = None
        if first is None and tag != OUTSIDE:
            first = place


def dictionary_spans(dictionary: Extractor, text: str) -> frozenset[Span]:
    """The dictionary's mentions of the model's types."""
    names = dictionary_names(dictionary, text)
    return frozenset((one.start, one.end, TYPE_OF_LABEL[one.type]) for one in names if one.type in TYPE_OF_LABEL)
