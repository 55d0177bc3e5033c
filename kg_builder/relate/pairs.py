"""Concepts that may be the ends of a relation: all mentions of each, placed among words and sentences.

A concept is what its mentions are linked to; a mention of several concepts belongs to each of them.
A long text is read in windows of `WINDOW_SENTENCES` sentences (three abstracts) and at most
`WINDOW_MENTIONS` mentions, and only concepts of one window make a pair: that bounds the pairs of a
note of any length by its length.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from kg_builder.records import Mention
from kg_builder.relate.sentence_view import OBJECT, SUBJECT
from kg_builder.text.keys import name_key
from kg_builder.text.phrases import split_words
from kg_builder.text.sentences import split_sentences

LOCAL = "local:"
"""Prefix of the ids of what no vocabulary knows."""

WINDOW_SENTENCES = 45
WINDOW_MENTIONS = 120


class Named(NamedTuple):
    """A mention that may be an end, with the concepts it is linked to."""

    role: str
    """`SUBJECT` or `OBJECT`."""
    mention: Mention
    concepts: Sequence[str] = ()
    """Empty: it is grouped by its name."""


class Place(NamedTuple):
    """Where a mention stands."""

    token: int
    """In `Page.tokens`."""
    sentence: int
    """In `Page.sentences`."""
    mention: Mention


@dataclass(frozen=True, slots=True)
class Group:
    """All mentions of one concept on a page."""

    key: str
    """Concept id, or the normalized name of what is linked to none."""
    linked: bool
    role: str
    places: list[Place] = field(default_factory=list)
    """In order."""


@dataclass(frozen=True, slots=True)
class Page:
    """A text, or a window of it, as words and sentences with the concepts it names."""

    tokens: list[str]
    """Small letters; a number is 0, a name `SUBJECT` or `OBJECT`, which no other word is."""
    sentences: Sequence[tuple[int, int]]
    """Offsets in the text."""
    starts: list[int]
    """First token of each sentence, then the number of tokens."""
    subjects: list[Group]
    objects: list[Group]

    def around(self, place: Place, reach: int) -> tuple[list[str], list[str]]:
        """Up to `reach` tokens of the sentence before and after a mention."""
        first, last = self.starts[place.sentence], self.starts[place.sentence + 1]
        at = place.token
        return self.tokens[max(first, at - reach) : at], self.tokens[at + 1 : min(last, at + 1 + reach)]


class NearPair(NamedTuple):
    """Two mentions of one sentence."""

    distance: int
    """In tokens."""
    subject: Place
    object: Place

    @property
    def first(self) -> int:
        """The earlier one's token."""
        return min(self.subject.token, self.object.token)

    @property
    def last(self) -> int:
        """The later one's token."""
        return max(self.subject.token, self.object.token)


def read_pages(text: str, named: Iterable[Named]) -> Iterator[Page]:
    """The windows of a text that name a possible subject and a possible object, in order."""
    ordered = sorted(named, key=lambda one: (one.mention.start, -one.mention.end))
    if len({one.role for one in ordered}) < 2:
        return
    sentences = split_sentences(text)
    for first, last, inside in _windows(sentences, ordered):
        if len({one.role for one in inside}) == 2:
            yield _read_page(text, sentences[first:last], inside)


def near_pairs(subject: Group, object_: Group) -> list[NearPair]:
    """Mentions of the two that share a sentence, nearest first."""
    places: dict[int, list[Place]] = {}
    for place in subject.places:
        places.setdefault(place.sentence, []).append(place)
    found = [
        NearPair(abs(one.token - other.token), one, other)
        for other in object_.places
        for one in places.get(other.sentence, ())
    ]
    return sorted(found, key=lambda pair: (pair.distance, pair.subject.token, pair.object.token))


def _windows(
    sentences: Sequence[tuple[int, int]], ordered: Sequence[Named]
) -> Iterator[tuple[int, int, Sequence[Named]]]:
    """First sentence, the one after the last, and the mentions of each window."""
    tops = [start for start, _ in sentences]
    begin = opened = 0
    for place, one in enumerate(ordered):
        sentence = max(0, bisect_right(tops, one.mention.start) - 1)
        if place == begin and begin:
            opened = sentence
        if place > begin and (sentence - opened >= WINDOW_SENTENCES or place - begin >= WINDOW_MENTIONS):
            yield opened, _after(tops, ordered[place - 1]), ordered[begin:place]
            begin, opened = place, sentence
    rest = ordered[begin:]
    if rest:
        # the end of a short text belongs to it: its last sentence is that of a conclusion
        whole = len(sentences) - opened <= WINDOW_SENTENCES
        yield opened, len(sentences) if whole else _after(tops, rest[-1]), rest


def _after(tops: Sequence[int], one: Named) -> int:
    return max(1, bisect_right(tops, one.mention.start))


def _read_page(text: str, sentences: Sequence[tuple[int, int]], named: Sequence[Named]) -> Page:
    words = split_words(text, sentences[0][0], max(sentences[-1][1], named[-1].mention.end))
    tops = [start for start, _ in sentences]
    tokens: list[str] = []
    starts: list[int] = []
    groups: dict[tuple[str, str], Group] = {}
    taken = 0

    def copy(last: int) -> None:
        for place in range(taken, last):
            while len(starts) < len(tops) and words.starts[place] >= tops[len(starts)]:
                starts.append(len(tokens))
            key = words.keys[place]
            tokens.append("0" if key.isdecimal() else key)

    for role, mention, concepts in named:
        first = bisect_right(words.ends, mention.start)
        sentence = max(0, bisect_right(tops, mention.start) - 1)
        if first >= taken:
            copy(first)
            starts += [len(tokens)] * (sentence + 1 - len(starts))
            tokens.append(role)
            taken = max(first + 1, bisect_left(words.starts, mention.end, first))
        place = Place(len(tokens) - 1, sentence, mention)
        for key in concepts or (name_key(mention.clean_text or mention.text) or mention.text,):
            group = groups.get((role, key))
            if group is None:
                group = groups[role, key] = Group(key, bool(concepts) and not key.startswith(LOCAL), role)
            group.places.append(place)
    copy(len(words.keys))
    starts += [len(tokens)] * (len(sentences) + 1 - len(starts))
    ends = list(groups.values())
    subjects, objects = ([group for group in ends if group.role == role] for role in (SUBJECT, OBJECT))
    return Page(tokens, sentences, starts, subjects, objects)
