"""Long texts in chunks that overlap, cut between sentences, and their mentions put together again."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kg_builder.records import Mention
from kg_builder.text.sentences import split_sentences


class Chunk(NamedTuple):
    """A stretch of text, half-open."""

    start: int
    end: int


def split_chunks(text: str, max_characters: int, overlap: int) -> list[Chunk]:
    """Chunks of at most `max_characters` that together hold every character but white space.

    They begin and end with sentences; neighbours share the whole sentences that fit into `overlap`
    characters. A sentence that is too long for a chunk is cut between words, or anywhere where it has
    none, and its pieces share up to `overlap` characters. Raises ValueError unless
    0 <= overlap < max_characters.
    """
    if not 0 <= overlap < max_characters:
        raise ValueError("overlap must be at least 0 and less than max_characters")
    sentences = split_sentences(text)
    if not sentences:
        return []
    starts, ends = [start for start, _ in sentences], [end for _, end in sentences]
    begin = starts[0]
    chunks = [Chunk(begin, _end(text, ends, begin, max_characters, after=begin))]
    while chunks[-1].end < ends[-1]:
        done = chunks[-1]
        earliest = max(done.end - overlap, done.start + 1)
        following = bisect_right(ends, done.end)
        if done.end <= starts[following]:
            fits = bisect_left(starts, max(earliest, ends[following] - max_characters))
            begin = starts[min(fits, following)]
        else:
            begin = _word_start(text, earliest, done.end)
        chunks.append(Chunk(begin, _end(text, ends, begin, max_characters, after=done.end)))
    return chunks


def _end(text: str, ends: Sequence[int], begin: int, max_characters: int, *, after: int) -> int:
    """Last sentence end within reach, else a cut between words, else anywhere; always past `after`."""
    limit = begin + max_characters
    place = bisect_right(ends, limit) - 1
    if place >= 0 and ends[place] > after:
        return ends[place]
    lowest = max(after, begin + max_characters // 2)
    for position in range(limit, lowest, -1):
        if text[position].isspace() and not text[position - 1].isspace():
            return position
    return limit


def _word_start(text: str, earliest: int, end: int) -> int:
    """The first word that begins at `earliest` or later, if one does before `end`; never white space."""
    for position in range(earliest, end):
        if text[position - 1].isspace() and not text[position].isspace():
            return position
    while text[earliest].isspace():
        earliest += 1
    return earliest


def merge_mentions(chunks_with_mentions: Iterable[tuple[Chunk, Sequence[Mention]]]) -> list[Mention]:
    """Mentions of all chunks with offsets in the whole text, in order, without the copies that overlaps make.

    A mention that touches an edge of its chunk may be cut: it gives way to one of its type that
    contains it and goes on beyond that edge. Of equal mentions the more confident one stays.
    """
    kept: dict[object, Mention] = {}
    left: dict[object, bool] = {}
    right: dict[object, bool] = {}
    for chunk, mentions in chunks_with_mentions:
        for mention in mentions:
            moved = _shifted(mention, chunk.start)
            key = moved.key
            left[key] = left.get(key, True) and moved.start == chunk.start
            right[key] = right.get(key, True) and moved.end == chunk.end
            if key not in kept or (moved.confidence or 0.0) > (kept[key].confidence or 0.0):
                kept[key] = moved
    longer = _Longer(kept.values())
    whole = [
        mention
        for key, mention in kept.items()
        if not (left[key] and longer.to_the_left(mention)) and not (right[key] and longer.to_the_right(mention))
    ]
    return sorted(whole, key=lambda mention: mention.key)


class _Longer:
    """Whether a mention is part of a longer one of its type, in logarithmic time."""

    def __init__(self, mentions: Iterable[Mention]) -> None:
        spans: dict[str, list[tuple[int, int]]] = {}
        for mention in mentions:
            spans.setdefault(mention.type, []).append((mention.start, mention.end))
        self._starts: dict[str, list[int]] = {}
        self._furthest: dict[str, list[int]] = {}
        for kind, pairs in spans.items():
            furthest: list[int] = []
            for _, end in sorted(pairs):
                furthest.append(max(end, furthest[-1]) if furthest else end)
            self._starts[kind] = sorted(start for start, _ in pairs)
            self._furthest[kind] = furthest

    def to_the_left(self, mention: Mention) -> bool:
        """One that begins before it and ends with it or later."""
        place = bisect_left(self._starts[mention.type], mention.start) - 1
        return place >= 0 and self._furthest[mention.type][place] >= mention.end

    def to_the_right(self, mention: Mention) -> bool:
        """One that begins with it or before and ends after it."""
        place = bisect_right(self._starts[mention.type], mention.start) - 1
        return self._furthest[mention.type][place] > mention.end


def _shifted(mention: Mention, by: int) -> Mention:
    if not by:
        return mention
    return mention.model_copy(
        update={
            "start": mention.start + by,
            "end": mention.end + by,
            "fragments": tuple((start + by, end + by) for start, end in mention.fragments),
        }
    )
