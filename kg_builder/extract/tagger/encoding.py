"""From text to the rows that the encoder reads: word pieces of whole sentences, at most 512 a window."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kg_builder.errors import ModelError
from kg_builder.extract.tagger.features import word_features
from kg_builder.records import Mention
from kg_builder.text.sentences import split_sentences

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAX_PIECES = 512
"""Positions of the encoder, with its two marks at the ends."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character, which no tokenizer takes."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text with their pieces."""

    spans: Sequence[tuple[int, int]]
    """Offsets of each word, half-open."""
    pieces: Sequence[Sequence[int]]
    """Vocabulary ids of each word's pieces."""
    features: NDArray[np.int64]
    """words × features."""


@dataclass(frozen=True, slots=True)
class Window:
    """Words of one text that the encoder reads at once."""

    first: int
    """Index of its first word."""
    input_ids: NDArray[np.int64]
    """pieces, start and end marks included."""
    features: NDArray[np.int64]
    """pieces × features; 0 at the marks."""
    kept: NDArray[np.int64]
    """Indices of the pieces that the upper layers read: the start mark, each word's first piece, the end mark."""

    @property
    def word_count(self) -> int:
        """How many words it holds."""
        return len(self.kept) - 2


def load_tokenizer(file: Path) -> Tokenizer:
    """A tokenizer.json, without padding and truncation."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def split_words(tokenizer: Tokenizer, text: str, dictionary: Sequence[Mention]) -> Words:
    """The tagger's words, with what it is told of each."""
    spans, pieces = word_pieces(tokenizer, text)
    return Words(spans, pieces, word_features(text, spans, dictionary))


def word_pieces(tokenizer: Tokenizer, text: str) -> tuple[list[tuple[int, int]], list[list[int]]]:
    """Offsets and pieces of words as the tokenizer's pre-tokenizer sees them: white space and punctuation part them."""
    encoding = tokenizer.encode(_LONE_SURROGATE.sub("\ufffd", text), add_special_tokens=False)
    spans: list[tuple[int, int]] = []
    pieces: list[list[int]] = []
    previous = None
    for piece, word, (start, end) in zip(encoding.ids, encoding.word_ids, encoding.offsets, strict=True):
        if word != previous:
            spans.append((start, end))
            pieces.append([piece])
            previous = word
        else:
            spans[-1] = (spans[-1][0], end)
            pieces[-1].append(piece)
    return spans, pieces


def end_marks(tokenizer: Tokenizer) -> tuple[int, int]:
    """Vocabulary ids of ``[CLS]`` and ``[SEP]``. Raises ModelError for a tokenizer without them."""
    start, end = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    if start is None or end is None:
        raise ModelError("The tokenizer has no [CLS] or no [SEP]", hint="Take an encoder with BERT's vocabulary.")
    return start, end


def windows(text: str, words: Words, *, start_mark: int, end_mark: int, limit: int = MAX_PIECES) -> Iterator[Window]:
    """Whole sentences up to `limit` pieces; a sentence that is longer is cut between words."""
    for first, last in _ranges(text, words, limit - 2):
        pieces = [start_mark]
        kept = [0]
        counts = [1]
        for word in words.pieces[first:last]:
            kept.append(len(pieces))
            pieces.extend(word[: limit - 2])
            counts.append(len(word[: limit - 2]))
        kept.append(len(pieces))
        pieces.append(end_mark)
        empty = np.zeros((1, words.features.shape[1]), dtype=np.int64)
        features = np.concatenate([empty, np.repeat(words.features[first:last], counts[1:], axis=0), empty])
        yield Window(first, np.array(pieces, dtype=np.int64), features, np.array(kept, dtype=np.int64))


def _ranges(text: str, words: Words, limit: int) -> Iterator[tuple[int, int]]:
    """Ranges of words that fit, cut after the last whole sentence."""
    sizes = [min(len(pieces), limit) for pieces in words.pieces]
    if sum(sizes) <= limit:
        if words.spans:
            yield 0, len(words.spans)
        return
    ends = sentence_starts(text, words.spans)
    first = used = 0
    cut = None
    for index, size in enumerate(sizes):
        while used + size > limit:
            stop = cut if cut is not None and cut > first else index
            yield first, stop
            used -= sum(sizes[first:stop])
            first, cut = stop, None
        used += size
        if index + 1 in ends:
            cut = index + 1
    yield first, len(sizes)


def sentence_starts(text: str, spans: Sequence[tuple[int, int]]) -> set[int]:
    """Indices of the words that follow the end of a sentence."""
    found: set[int] = set()
    word = 0
    for _, stop in split_sentences(text):
        while word < len(spans) and spans[word][0] < stop:
            word += 1
        found.add(word)
    return found
