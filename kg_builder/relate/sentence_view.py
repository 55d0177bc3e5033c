"""One sentence as the relation rules see it: words, and the mentions that may be ends of a relation."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice, pairwise
from typing import NamedTuple

from kg_builder.records import Mention
from kg_builder.text.phrases import Words, split_words
from kg_builder.text.sections import canonical_heading

SUBJECT, OBJECT = "C", "D"

_LIST_WORDS = frozenset([",", "and", "or", "/", "(", ")", "&", "+", "[", "]", '"', "plus", "và", "hoặc", "hay"])
_WEIGHTLESS = _LIST_WORDS | {"\0"}
_BARRIERS = frozenset([";", "but", "whereas", "while", "although", "though", "however", "nhưng", "song", "tuy", "mặc"])
_GOES_ON = frozenset(["\0", "-"])
"""What may follow a name within a list beside list words: the name's next word, "-induced"."""
_LONGEST_HEADING = 3
"""Words."""
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

    def __init__(self, text: str, words: Words, ends: Sequence[End]) -> None:
        """`ends` in order of place."""
        self.words = words
        self.keys = list(words.keys)
        for end in ends:
            self.keys[end.first : end.last] = ["\0"] * (end.last - end.first)
        self._weights = [0, *accumulate(key not in _WEIGHTLESS for key in self.keys)]
        barriers = [key in _BARRIERS for key in self.keys]
        for place, key in enumerate(words.keys):
            if (key == ":" and _is_heading(text, words, place)) or (key == "." and _is_number(words, place)):
                barriers[place] = True
        self._barriers = [0, *accumulate(barriers)]

    def distance(self, first: int, last: int) -> int | None:
        """Words between two places, names and list words left out; None across a clause boundary."""
        if last < first or self._barriers[last] > self._barriers[first]:
            return None
        return self._weights[last] - self._weights[first]

    def one_list(self, first: int, last: int) -> bool:
        """Whether names between two places are items of one list that goes on after them."""
        keys = self.keys[first : last + 1]
        return all(key != "\0" or after in _GOES_ON or after in _LIST_WORDS for key, after in pairwise(keys))


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

    def adjacent(self) -> Iterator[int]:
        """Places at which an object begins right after a subject, or after a subject and its other name in brackets."""
        subjects = {end.last: end.first for end in self.ends if end.role == SUBJECT}
        for place in sorted({end.first for end in self.ends if end.role == OBJECT}):
            bracketed = subjects.get(place - 1) if self.line.keys[place - 1] == ")" else None
            if place in subjects or (
                bracketed is not None and self.line.keys[bracketed - 1] == "(" and bracketed - 1 in subjects
            ):
                yield place

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


def _is_heading(text: str, words: Words, colon: int) -> bool:
    """Whether the words before a colon are the heading of a section."""
    for length in range(1, min(_LONGEST_HEADING, colon) + 1):
        name = text[words.starts[colon - length] : words.ends[colon - 1]]
        if name[0].isupper() and canonical_heading(name) is not None:
            return True
    return False


def _is_number(words: Words, stop: int) -> bool:
    """Whether a stop belongs to the number of an item on the same line: "2. Cough"."""
    if stop == 0 or stop + 1 == len(words.keys) or not words.keys[stop - 1].isdecimal():
        return False
    joined = words.starts[stop] == words.ends[stop - 1], words.starts[stop + 1] == words.ends[stop]
    return len(words.keys[stop - 1]) < 3 and joined == (True, False)


def sentence_views(
    text: str, named: Sequence[tuple[str, Mention]], sentences: Sequence[tuple[int, int]]
) -> list[SentenceView]:
    """The sentences that name a possible subject and a possible object; `named`: roles and mentions in order of place.

    Only their words are looked at; one after the other they make one line.
    """
    starts = [mention.start for _, mention in named]
    words, ends = Words([], [], []), []
    found: list[tuple[tuple[int, int], int, int]] = []
    for start, stop in sentences:
        inside = named[bisect_left(starts, start) : bisect_left(starts, stop)]
        inside = [(role, mention) for role, mention in inside if mention.end <= stop]
        if len({role for role, _ in inside}) == 2:
            first = len(words.keys)
            more = split_words(text, start, stop)
            words.keys.extend(more.keys)
            words.starts.extend(more.starts)
            words.ends.extend(more.ends)
            ends += _ends(words, inside, first)
            found.append(((start, stop), first, len(words.keys)))
    line, places = Line(text, words, ends), [end.first for end in ends]
    return [
        SentenceView(line, span, first, last, ends[bisect_left(places, first) : bisect_left(places, last)])
        for span, first, last in found
    ]


def _ends(words: Words, named: Iterable[tuple[str, Mention]], first: int) -> list[End]:
    """Mentions of the sentence whose first word is at a place."""
    ends = []
    for role, mention in named:
        begin, stop = bisect_right(words.ends, mention.start, first), bisect_left(words.starts, mention.end, first)
        if begin < stop:
            ends.append(End(begin, stop, role, mention))
    return sorted(ends, key=lambda end: (end.first, end.last, end.role))
