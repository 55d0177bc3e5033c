"""One sentence as the relation rules see it: words, and the mentions that may be ends of a relation."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from kg_builder.records import Mention
from kg_builder.text.phrases import Words

SUBJECT, OBJECT = "C", "D"

_LIST_WORDS = frozenset([",", "and", "or", "/", "(", ")", "&", "+", "[", "]", '"', "plus", "và", "hoặc", "hay"])
_BARRIERS = frozenset([";", "but", "whereas", "while", "although", "though", "however", "nhưng", "song", "tuy", "mặc"])
_LONGEST_LINK = 2
"""Words that may stand between two items of a list beside commas and "and": "nausea and severe acute vomiting"."""
_LONGEST_LIST = 30
"""Mentions; more than these are a table, not a list."""
_FARTHEST = 100
"""Mentions looked at on one side of a phrase."""


class End(NamedTuple):
    """A mention that may be subject or object; half-open places in the list of words."""

    first: int
    last: int
    role: str
    mention: Mention


class Line:
    """The words of a text, with running counts that give distances in constant time."""

    def __init__(self, words: Words, ends: Sequence[End]) -> None:
        """`ends` in order of place."""
        self.words = words
        self.keys = list(words.keys)
        for end in ends:
            self.keys[end.first : end.last] = ["\0"] * (end.last - end.first)
        self._weights, self._barriers = [0], [0]
        for key in self.keys:
            self._weights.append(self._weights[-1] + (key not in _LIST_WORDS and key != "\0"))
            self._barriers.append(self._barriers[-1] + (key in _BARRIERS))

    def distance(self, first: int, last: int) -> int | None:
        """Words between two places, names and list words left out; None across a clause boundary."""
        if last < first or self._barriers[last] > self._barriers[first]:
            return None
        return self._weights[last] - self._weights[first]


@dataclass(frozen=True, slots=True)
class SentenceView:
    """A sentence that has at least one possible subject and object."""

    line: Line
    span: tuple[int, int]
    first: int
    """First word of the sentence."""
    last: int
    """Word after its last one."""
    ends: Sequence[End]

    def pairs(self, order: str, reach: tuple[int, int], first: int, last: int) -> Iterator[tuple[End, End, int]]:
        """Subject, object and distance for a phrase at the places ``first:last``, after its order."""
        left, star, right = order.split()
        if star == "*":
            before, after = self._group(left, first, -1, reach[0]), self._group(right, last, 1, reach[1])
        elif left == "*":
            before = self._group(star, last, 1, reach[1])
            after = self._group(right, before[-1].last, 1, 2 * reach[1]) if before else []
        else:
            after = self._group(star, first, -1, reach[0])
            before = self._group(left, after[0].first, -1, 2 * reach[0]) if after else []
        for one in before:
            for other in after:
                subject, object_ = (one, other) if one.role == SUBJECT else (other, one)
                gap = self.line.distance(min(one.last, other.last), max(one.first, other.first))
                if subject.role != object_.role and gap is not None:
                    yield subject, object_, gap

    def _group(self, role: str, place: int, step: int, reach: int) -> list[End]:
        """The nearest mentions of a role on one side of a place, with those listed beside them, in order."""
        group: list[End] = []
        edge, most = place, reach
        start = bisect_left(self.ends, place, key=lambda end: end.first)
        for end in (
            islice(self.ends, start, start + _FARTHEST)
            if step > 0
            else self.ends[max(0, start - _FARTHEST) : start][::-1]
        ):
            if end.first < edge if step > 0 else end.last > edge:
                continue
            gap = (edge, end.first) if step > 0 else (end.last, edge)
            distance = self.line.distance(*gap)
            if distance is None or distance > most or len(group) == _LONGEST_LIST:
                break
            if end.role == role:
                if group and not self._listed(*gap):
                    break
                group.append(end)
                edge, most = (end.last if step > 0 else end.first), _LONGEST_LINK
        return group if step > 0 else group[::-1]

    def _listed(self, first: int, last: int) -> bool:
        between = self.line.keys[first:last]
        return "\0" not in between and any(key in _LIST_WORDS for key in between)


def sentence_views(line: Line, ends: Sequence[End], sentences: Sequence[tuple[int, int]]) -> Iterator[SentenceView]:
    """The sentences that name a possible subject and a possible object."""
    starts = [end.first for end in ends]
    words = line.words
    for start, stop in sentences:
        first, last = bisect_left(words.starts, start), bisect_right(words.ends, stop)
        inside = [end for end in ends[bisect_left(starts, first) : bisect_left(starts, last)] if end.last <= last]
        if {end.role for end in inside} == {SUBJECT, OBJECT}:
            yield SentenceView(line, (start, stop), first, last, inside)
