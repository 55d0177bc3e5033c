"""Gold documents as a token classifier learns them: windows of word pieces, a label at the first piece of each word."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg_builder.backends.token_windows import Marks, Pieces, marks_of, place_windows, split_pieces
from kg_builder.corpora.records import GoldDocument
from kg_builder.errors import InputError
from kg_builder.extract.token_classifier.words import Words, first_pieces, split_words
from kg_builder.train.token_classification.recipe import TokenClassificationRecipe

if TYPE_CHECKING:
    from tokenizers import Tokenizer

IGNORED = -100
"""Label of pieces that say nothing: special tokens, and all pieces of a word but the first."""


@dataclass(frozen=True, slots=True)
class Example:
    """One window."""

    ids: Sequence[int]
    labels: Sequence[int]


@dataclass(frozen=True, slots=True)
class LabelledDocument:
    """A gold document's words with a label each."""

    text: str
    pieces: Pieces
    words: Words
    rows: Sequence[int]
    """The first piece of each word."""
    labels: Sequence[int]
    """Of each word."""
    gold: frozenset[tuple[int, int, str]]
    """Start, end and label (without place) of the mentions to find."""
    unaligned: int
    """Gold mentions that no labels of whole words can give, or that a longer one overlaps."""


def label_names(recipe: TokenClassificationRecipe, documents: Iterable[GoldDocument]) -> tuple[str, ...]:
    """All labels, the one of words outside first. Raises InputError where the documents have none of the types."""
    found = sorted({mention.type for document in documents for mention in document.mentions})
    labels = recipe.labels if recipe.labels is not None else {kind: kind for kind in found}
    if not set(found) & set(labels):
        there = ", ".join(found[:8]) or "none"
        raise InputError(f"labels: no training document has a mention of these types; there are: {there}")
    if recipe.scheme == "IO":
        return (recipe.outside, *labels.values())
    return (recipe.outside, *(f"{place}-{label}" for label in labels.values() for place in "BI"))


def label_document(
    document: GoldDocument, recipe: TokenClassificationRecipe, names: Sequence[str], tokenizer: Tokenizer
) -> LabelledDocument:
    """Labels for the types that the recipe learns; of overlapping mentions the longest counts."""
    text = document.document.text
    pieces = split_pieces(tokenizer, text)
    words, rows = first_pieces(split_words(text), pieces)
    numbers = {name: number for number, name in enumerate(names)}
    learned = (
        recipe.labels if recipe.labels is not None else {mention.type: mention.type for mention in document.mentions}
    )
    typed = [
        (mention.start, mention.end, label)
        for mention in document.mentions
        if (label := learned.get(mention.type)) is not None and {label, f"B-{label}"} & numbers.keys()
    ]
    labels = [numbers[recipe.outside]] * len(words)
    starts, ends = [start for start, _ in words], [end for _, end in words]
    unaligned = 0
    for start, end, label in sorted(set(typed), key=lambda span: (span[0] - span[1], span)):
        first, last = bisect_right(ends, start), bisect_left(starts, end)
        if any(labels[first:last]):
            unaligned += 1
            continue
        whole = first < last and starts[first] == start and ends[last - 1] == end
        unaligned += not whole
        labels[first:last] = _of_mention(label, last - first, recipe, numbers)
    return LabelledDocument(text, pieces, words, rows, labels, frozenset(typed), unaligned)


def examples_of(document: LabelledDocument, tokenizer: Tokenizer, window: int) -> Iterator[Example]:
    """Windows without overlap: every word counts once."""
    marks: Marks = marks_of(tokenizer)
    labels = [IGNORED] * len(document.pieces.ids)
    for row, label in zip(document.rows, document.labels, strict=True):
        labels[row] = label
    for first, last in place_windows(len(labels), window - marks.count, 0):
        yield Example(
            [*marks.before, *document.pieces.ids[first:last], *marks.after],
            [*(IGNORED for _ in marks.before), *labels[first:last], *(IGNORED for _ in marks.after)],
        )


def _of_mention(label: str, words: int, recipe: TokenClassificationRecipe, numbers: Mapping[str, int]) -> list[int]:
    if recipe.scheme == "IO":
        return [numbers[label]] * words
    return [numbers[f"B-{label}"], *[numbers[f"I-{label}"]] * (words - 1)][:words]
