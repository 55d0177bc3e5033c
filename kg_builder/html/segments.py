"""Text cut at the ends of spans, so that nested, overlapping and discontinuous ones can be drawn side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

Parts = tuple[tuple[int, int], ...]


class Stretch(NamedTuple):
    """A span of text; a discontinuous one lists its fragments, as `records.Mention` does."""

    start: int
    end: int
    fragments: Parts = ()

    @property
    def parts(self) -> Parts:
        """Half-open offsets of what it covers."""
        return self.fragments or ((self.start, self.end),)


class Segment(NamedTuple):
    """A piece of the text, all of whose characters lie in the same spans."""

    start: int
    end: int
    text: str
    spans: tuple[int, ...]
    """Indexes of the spans it lies in, outermost first: earlier start, then later end, then order given."""


def segments(text: str, spans: Sequence[Stretch | tuple[int, int]]) -> Sequence[Segment]:
    """Consecutive pieces that cover the whole text, cut wherever a span (or a fragment of one) begins or ends.

    What reaches past the text is clipped; a span that covers no character is in no segment.
    """
    stretches = [Stretch(*span) for span in spans]
    rank = {index: (span.start, -span.end, index) for index, span in enumerate(stretches)}
    found: list[Segment] = []
    inside: set[int] = set()
    before = 0
    for offset, opening, closing in _changes(len(text), stretches):
        if offset > before:
            found.append(Segment(before, offset, text[before:offset], tuple(sorted(inside, key=rank.__getitem__))))
        inside = (inside - closing) | opening
        before = offset
    return found


def lanes(pieces: Sequence[Segment]) -> Mapping[int, int]:
    """A lane for the underline of each span in the pieces: 0 for innermost ones, and spans that share a character
    differ.
    """
    beside: defaultdict[int, set[int]] = defaultdict(set)
    order: dict[int, None] = {}
    for piece in pieces:
        for index in piece.spans:
            order.setdefault(index)
            beside[index].update(piece.spans)
    lane: dict[int, int] = {}
    for index in reversed(order):
        taken = {lane[other] for other in beside[index] if other in lane}
        lane[index] = next(free for free in count() if free not in taken)
    return lane


def _changes(length: int, spans: Sequence[Stretch]) -> Iterator[tuple[int, set[int], set[int]]]:
    """Offsets at which spans open or close, in order, and last the text's end."""
    opening: defaultdict[int, set[int]] = defaultdict(set)
    closing: defaultdict[int, set[int]] = defaultdict(set)
    for index, span in enumerate(spans):
        for start, end in _joined(length, span.parts):
            opening[start].add(index)
            closing[end].add(index)
    for offset in sorted({*opening, *closing, length}):
        yield offset, opening[offset], closing[offset]


def _joined(length: int, parts: Parts) -> Parts:
    """Parts within the text, in order, with those that touch or overlap made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted((max(start, 0), min(end, length)) for start, end in parts):
        if end <= start:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)
