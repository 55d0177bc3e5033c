"""What a decision is about, found in a document's part as it is read today."""

from __future__ import annotations

from collections.abc import Sequence

from kg_builder.records import Document, Mention, Relation
from kg_builder.review.decisions import Decision, MentionTarget, RelationTarget


def shift_of(decision: Decision, about: MentionTarget, document: Document) -> int | None:
    """By how many characters the mention's sentence has moved; None: it isn't there, or more than once."""
    if decision.sha256 == document.sha256:
        return 0
    quote = about.quote
    first = document.text.find(quote) if quote else -1
    if first < 0 or document.text.find(quote, first + 1) >= 0:
        return None
    return first - about.quote_start


def found_mentions(mentions: Sequence[Mention], about: MentionTarget, shift: int) -> list[int]:
    """Places of the mentions that are where this one was, of the same type: a part may list one twice."""
    fragments = tuple((start + shift, end + shift) for start, end in about.fragments)
    wanted = (about.start + shift, about.end + shift, about.type, fragments)
    return [place for place, one in enumerate(mentions) if one.key == wanted and one.text == about.text]


def states(relation: Relation, about: RelationTarget, document: Document) -> bool:
    """Whether a sentence that stated the relation when it was judged still does."""
    return any(document.text[slice(*item.sentence)] in about.sentences for item in relation.evidence)
