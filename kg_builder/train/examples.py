"""Gold documents as the tagger reads them: windows of word pieces with a label for every word."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from kg_builder.corpora.records import GoldDocument
from kg_builder.errors import InputError
from kg_builder.evaluate.labels import type_map
from kg_builder.extract.lexicon import LexiconExtractor
from kg_builder.extract.tagger.consistency import Text, describe
from kg_builder.extract.tagger.encoding import Window, split_words, windows
from kg_builder.protocols import ExtractionRequest
from kg_builder.records import Mention
from kg_builder.schemas import load_schema
from kg_builder.terminology.shipped import load_terminology
from kg_builder.train.documents import LoadedCorpus
from kg_builder.train.recipe import NerCorpus
from kg_builder.train.token_labels import label_words

SCHEMA = "chemical-disease"

Dictionary = Callable[[str], Sequence[Mention]]
"""The terminology's names in a text."""

GoldSpan = tuple[int, int, str]
"""Start, end, type."""


@dataclass(frozen=True, slots=True)
class Example:
    """What the tagger reads at once, with what it should say."""

    window: Window
    tags: NDArray[np.int64]
    """words × types, `token_labels.Labels`."""


@dataclass(frozen=True, slots=True)
class TaggedDocument:
    """One gold document, ready to train on or to be scored."""

    id: str
    corpus: str
    annotates: tuple[str, ...]
    words: Sequence[tuple[int, int]]
    """Offsets of each word, half-open."""
    examples: tuple[Example, ...]
    gold: frozenset[GoldSpan]
    """Of the types that the corpus annotates."""
    described: Text
    """What the second look needs of the text."""
    unaligned: int
    """Gold mentions that no labels of whole words can give."""


def shipped_dictionary() -> Dictionary:
    """The lexicon extractor over the shipped terminology, as it is at run time."""
    lexicon, schema = LexiconExtractor(load_terminology()), load_schema(SCHEMA)
    return lambda text: lexicon.extract(ExtractionRequest(text, schema)).mentions


def tagged_documents(
    corpora: Sequence[LoadedCorpus[NerCorpus]], tokenizer: Tokenizer, dictionary: Dictionary
) -> Iterator[TaggedDocument]:
    """All documents of the corpora, in order."""
    for corpus in corpora:
        for gold in corpus.documents:
            yield tag_document(gold, corpus.part, tokenizer, dictionary)


def tag_document(gold: GoldDocument, part: NerCorpus, tokenizer: Tokenizer, dictionary: Dictionary) -> TaggedDocument:
    """Words, windows and labels of one document."""
    text = gold.document.text
    words = split_words(tokenizer, text, dictionary(text))
    labels = label_words(gold, words.spans, part.annotates)
    start, end = _mark(tokenizer, "[CLS]"), _mark(tokenizer, "[SEP]")
    examples = tuple(
        Example(window, labels.tags[window.first : window.first + window.word_count])
        for window in windows(text, words, start_mark=start, end_mark=end)
    )
    return TaggedDocument(
        gold.document.id,
        part.path,
        part.annotates,
        words.spans,
        examples,
        _gold_spans(gold, part),
        describe(text, words),
        labels.unaligned,
    )


def _mark(tokenizer: Tokenizer, name: str) -> int:
    found = tokenizer.token_to_id(name)
    if found is None:
        raise InputError(f"the encoder's tokenizer has no {name}", hint="Take an encoder with BERT's vocabulary.")
    return found


def _gold_spans(gold: GoldDocument, part: NerCorpus) -> frozenset[GoldSpan]:
    served = type_map((mention.type for mention in gold.mentions), load_schema(SCHEMA))
    typed = ((mention.start, mention.end, served.get(mention.type)) for mention in gold.mentions)
    return frozenset(
        (start, end, label) for start, end, label in typed if label is not None and label in part.annotates
    )
