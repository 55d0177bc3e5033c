"""Where a document mentions a concept: its first mention, in its sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kg_builder.explore.json_answers import Answer
from kg_builder.explore.pieces import mention_pieces
from kg_builder.html.segments import Stretch
from kg_builder.records import Mention
from kg_builder.stores.views import MentionView
from kg_builder.text.sentences import sentence_at, split_sentences

AROUND = 400
"""Characters on each side of a mention in which its sentence is looked for: a whole text may be of a megabyte."""
LONGEST = 600
"""Characters of a sentence that are shown, more or less."""


def sighting(document_id: str, mentions: Sequence[Mention | MentionView], text: str) -> Answer:
    """How often, under which assertions, and the first of the mentions, which come in order, with its sentence."""
    first = mentions[0]
    start, end = _sentence(text, first.start, first.end)
    return {
        "document": document_id,
        "mentions": len(mentions),
        "assertions": dict(sorted(Counter(mention.assertion.value for mention in mentions).items())),
        "pieces": mention_pieces(text[start:end], start, [Stretch(first.start, first.end, first.fragments)]),
    }


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Offsets of the sentence around a span, as far as it is near."""
    begin = max(start - AROUND, 0)
    near = text[begin : min(end, start + LONGEST) + AROUND]
    first, last = sentence_at(split_sentences(near), start - begin, end - begin)
    return begin + first, min(begin + last, len(text))
