"""From offsets in cleaned text to offsets in the original."""

from __future__ import annotations

from kg_builder.clean.alignment import CleanText
from kg_builder.records import Mention


def ground(mention: Mention, clean: CleanText) -> Mention | None:
    """The mention in the original text, or None if its offsets or its text aren't there."""
    if clean.text[mention.start : mention.end] != mention.text:
        return None
    if (where := clean.to_original(mention.start, mention.end)) is None:
        return None
    text = clean.original[where[0] : where[1]]
    fragments = tuple(part for start, end in mention.fragments if (part := clean.to_original(start, end)))
    if len(fragments) != len(mention.fragments):
        return None
    return mention.model_copy(
        update={
            "start": where[0],
            "end": where[1],
            "text": text,
            "clean_text": mention.text if mention.text != text else None,
            "fragments": fragments,
        }
    )


def ground_stretch(start: int, end: int, clean: CleanText) -> tuple[int, int] | None:
    """A sentence's offsets in the original."""
    return clean.to_original(start, end) if 0 <= start < end <= len(clean.text) else None
