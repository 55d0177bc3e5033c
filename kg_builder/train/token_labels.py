"""Gold mentions as begin/inside/outside labels of words, with what a corpus doesn't annotate left open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg_builder.corpora.records import GoldDocument
from kg_builder.evaluate.labels import type_map
from kg_builder.extract.tagger.features import TYPES, mark
from kg_builder.schemas import load_schema

UNKNOWN = -1
"""Label of a word in a corpus that doesn't annotate the type: no loss."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels of one document's words."""

    tags: NDArray[np.int64]
    """words × types: 0 outside, 1 begin, 2 inside, -1 unknown."""
    unaligned: int
    """Gold mentions whose ends lie inside a word, or that another mention of the type overlaps."""


def label_words(gold: GoldDocument, words: Sequence[tuple[int, int]], annotated: Sequence[str]) -> Labels:
    """Labels for the types that the corpus annotates; of overlapping mentions the longest counts."""
    served = type_map((mention.type for mention in gold.mentions), load_schema("chemical-disease"))
    tags = np.full((len(words), len(TYPES)), UNKNOWN, dtype=np.int64)
    starts = {start for start, _ in words}
    ends = {end for _, end in words}
    unaligned = 0
    for column, label in enumerate(TYPES):
        if label not in annotated:
            continue
        tags[:, column] = 0
        mentions = [mention for mention in gold.mentions if served.get(mention.type) == label]
        taken: list[tuple[int, int]] = []
        for mention in sorted(mentions, key=lambda item: (item.start - item.end, item.start)):
            overlaps = any(mention.start < end and start < mention.end for start, end in taken)
            if overlaps:
                unaligned += (mention.start, mention.end) not in taken
                continue
            unaligned += mention.start not in starts or mention.end not in ends
            taken.append((mention.start, mention.end))
            mark(tags[:, column], words, mention.start, mention.end)
    return Labels(tags, unaligned)
