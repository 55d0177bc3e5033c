"""Stretches of a document's text with what stands in them: for sentences, and for whole texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kg_builder.explore.cleaned import CleanedText
from kg_builder.explore.json_answers import Answer
from kg_builder.html.segments import Stretch, segments
from kg_builder.records import DocumentGraph

_ROLES = {(0,): "subject", (1,): "object", (0, 1): "both", (1, 0): "both"}


def sentence_pieces(text: str, start: int, subject: tuple[int, int], object_: tuple[int, int]) -> list[Answer]:
    """A sentence in pieces that say which are the relation's ends. `start`: where the sentence begins; the spans
    count in the document.
    """
    spans = [(begin - start, end - start) for begin, end in (subject, object_)]
    return [{"text": piece.text, "role": _ROLES.get(piece.spans)} for piece in segments(text, spans)]


def mention_pieces(text: str, start: int, mentions: Sequence[Stretch]) -> list[Answer]:
    """A sentence in pieces that say which are mentioned. Spans count in the document."""
    shifted = [
        Stretch(span.start - start, span.end - start, tuple((a - start, b - start) for a, b in span.fragments))
        for span in mentions
    ]
    return [{"text": piece.text, "role": "mention" if piece.spans else None} for piece in segments(text, shifted)]


def original_segments(part: DocumentGraph) -> list[Answer]:
    """The whole original text, cut wherever a mention, an attribute or a rejected item begins or ends."""
    return _segments(part.document.text, _marked(part))


def cleaned_segments(part: DocumentGraph) -> list[Answer] | None:
    """The whole text as it was read, likewise; None where that is the original."""
    if not part.cleaning:
        return None
    cleaned = CleanedText(part.document.text, part.cleaning)
    return _segments(cleaned.text, {key: cleaned.moved(span) for key, span in _marked(part).items()})


def _segments(text: str, marked: Mapping[tuple[str, int], Stretch]) -> list[Answer]:
    keys = list(marked)
    found = []
    for piece in segments(text, list(marked.values())):
        inside: dict[str, tuple[int, ...]] = {"mentions": (), "attributes": (), "rejects": ()}
        for index in piece.spans:
            kind, number = keys[index]
            inside[kind] += (number,)
        found.append({"text": piece.text, **inside})
    return found


def _marked(part: DocumentGraph) -> dict[tuple[str, int], Stretch]:
    """Spans by kind and number within the kind."""
    marked = {("mentions", n): Stretch(m.start, m.end, m.fragments) for n, m in enumerate(part.mentions)}
    marked |= {("attributes", n): Stretch(item.start, item.end) for n, item in enumerate(part.attributes)}
    return marked | {
        ("rejects", n): Stretch(item.start, item.end)
        for n, item in enumerate(part.rejects)
        if item.start is not None and item.end is not None
    }
