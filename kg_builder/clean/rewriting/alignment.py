"""A rewriting aligned with its text, word by word, so that what is found in it can be traced to the text."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from rapidfuzz.fuzz import ratio

from kg_builder.clean.alignment import CleanText
from kg_builder.clean.rewriting.lists import filler
from kg_builder.clean.rewriting.short_forms import settle
from kg_builder.clean.rewriting.words import Word, raw_words, stem, uniform

_LONGEST_REPLACED = 12
"""Words among which a misspelled one is looked for; more than that is written anew, and comes from nowhere."""
_LONG_ENOUGH = 4
_TYPO = 75.0
"""Likeness of a misspelled word to the word, in per cent."""

Span = tuple[int, int]


class _Unit(NamedTuple):
    """A stretch of the rewriting and what it stands for in the text; None: it was inserted."""

    start: int
    end: int
    origin: Span | None


def align(source: str, rewrite: str) -> CleanText:
    """The rewriting as a clean text of the source.

    Words that were copied map character by character, those written in another way as a whole, with the
    others of their phrase; inserted words map to an empty stretch. The mapping never goes back: of parts that changed
    places only one is traced.
    """
    before, after = raw_words(source, rewrite), raw_words(rewrite, source)
    own = _words(uniform(settle(before, after).words))
    new = _words(uniform(settle(after, before).words))
    trace = _Trace(source, rewrite)
    units = _forward(_merged(new, _origins(own, new)))
    for place, unit in enumerate(units):
        trace.add(unit, units[place + 1] if place + 1 < len(units) else None)
    return trace.finished()


def within(rewritten: CleanText, clean: CleanText, start: int) -> CleanText:
    """Traced further: `rewritten` is of a piece of ``clean.text`` that begins at `start`."""
    starts, ends = array("Q"), array("Q")
    place = 0
    for first, last in zip(rewritten.starts, rewritten.ends, strict=True):
        found = clean.to_original(start + first, start + last) if first < last else None
        if found is not None:
            place = found[1]
        elif not starts and start + first:
            before = clean.to_original(start + first - 1, start + first)
            place = before[1] if before else 0
        origin = found or (place, place)
        starts.append(origin[0])
        ends.append(origin[1])
    return CleanText(rewritten.text, clean.original, starts, ends)


def _words(words: Iterable[Word]) -> list[Word]:
    return [word for word in words if word.key[0].isalnum()]


def _origins(own: Sequence[Word], new: Sequence[Word]) -> list[Span | None]:
    """For each word of the rewriting the stretch of the text that it stands for.

    Words of grammar are no landmarks: they match beside others only.
    """
    first, second = [stem(word.key) for word in own], [stem(word.key) for word in new]
    origins: list[Span | None] = [None] * len(new)
    matcher = SequenceMatcher(filler("function").__contains__, first, second, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            origins[c:d] = [(word.start, word.end) for word in own[a:b]]
        elif tag == "replace" and max(b - a, d - c) <= _LONGEST_REPLACED:
            first_left = a
            for place in range(c, d):
                first_left, origins[place] = _misspelled(own, first_left, b, second[place])
    _repeat(second, origins)
    return origins


def _misspelled(own: Sequence[Word], first: int, last: int, key: str) -> tuple[int, Span | None]:
    """The first word like the key, and where to go on looking."""
    for place in range(first, last):
        if len(key) >= _LONG_ENOUGH and ratio(stem(own[place].key), key) >= _TYPO:
            return place + 1, (own[place].start, own[place].end)
    return first, None


def _repeat(keys: Sequence[str], origins: list[Span | None]) -> None:
    """ "complete blood count (CBC)": what is said twice in a row stands for one thing."""
    place = 0
    while place < len(keys):
        end = place
        while end < len(keys) and origins[end] is None:
            end += 1
        for size in range(end - place, 0, -1):
            if _is_said_twice(keys, origins, place - size, place, size):
                break
            if _is_said_twice(keys, origins, end, end - size, size):
                break
        place = end + 1


def _is_said_twice(keys: Sequence[str], origins: list[Span | None], known: int, again: int, size: int) -> bool:
    """If the words at `again` are those at `known`, both stand for what the latter stand for from now on."""
    if known < 0 or known + size > len(keys) or keys[known : known + size] != keys[again : again + size]:
        return False
    found = [origin for origin in origins[known : known + size] if origin is not None]
    if len(found) < size:
        return False
    first, last = min(known, again), max(known, again) + size
    origins[first:last] = [(found[0][0], found[-1][1])] * (last - first)
    return True


def _merged(words: Sequence[Word], origins: Sequence[Span | None]) -> list[_Unit]:
    """One unit for each stretch of the rewriting: the words of a short form share theirs."""
    units: list[_Unit] = []
    for word, origin in zip(words, origins, strict=True):
        if units and word.start < units[-1].end:
            last = units[-1]
            spans = [span for span in (last.origin, origin) if span is not None]
            whole = (min(span[0] for span in spans), max(span[1] for span in spans)) if spans else None
            units[-1] = _Unit(last.start, max(last.end, word.end), whole)
        else:
            units.append(_Unit(word.start, word.end, origin))
    return units


def _forward(units: Sequence[_Unit]) -> list[_Unit]:
    """Without origins that go back, and without what was inserted between words that stand for one thing."""
    done: list[_Unit] = []
    last: Span = (0, 0)
    inserted = 0
    for unit in units:
        origin = unit.origin
        if origin is not None and origin[0] < last[1] and (origin != last or inserted):
            origin = None
        inserted = 0 if origin else inserted + 1
        last = origin or last
        done.append(_Unit(unit.start, unit.end, origin))
    return done


class _Trace:
    """Where each character of the rewriting came from, filled in from left to right."""

    def __init__(self, source: str, rewrite: str) -> None:
        self._source = source
        self._rewrite = rewrite
        self._starts, self._ends = array("Q"), array("Q")
        self._done: _Unit | None = None
        self._place = 0
        """In the source: where what was inserted stands."""

    def add(self, unit: _Unit, following: _Unit | None) -> None:
        """The marks and blanks before a unit, and the unit: as a whole unless it stands for its stretch alone."""
        self._gap(unit)
        neighbours = {each.origin for each in (self._done, following) if each is not None}
        origin = unit.origin or (self._place, self._place)
        length = unit.end - unit.start
        if unit.origin and unit.origin not in neighbours and self._is_copied(unit, origin):
            self._copy(origin[0], length)
        else:
            self._whole(origin, length)
        self._done, self._place = unit, origin[1]

    def finished(self) -> CleanText:
        """With what comes after the last unit."""
        self._whole((self._place, self._place), len(self._rewrite) - len(self._starts))
        return CleanText(self._rewrite, self._source, self._starts, self._ends)

    def _gap(self, unit: _Unit) -> None:
        begin = len(self._starts)
        origin = (self._place, self._place)
        before = self._done.origin if self._done else None
        if before and unit.origin:
            if before == unit.origin:
                origin = before
            elif self._source[before[1] : unit.origin[0]] == self._rewrite[begin : unit.start]:
                self._copy(before[1], unit.start - begin)
                return
        self._whole(origin, unit.start - begin)

    def _is_copied(self, unit: _Unit, origin: Span) -> bool:
        written, original = self._rewrite[unit.start : unit.end], self._source[slice(*origin)]
        return len(written) == len(original) and written.lower() == original.lower()

    def _copy(self, first: int, length: int) -> None:
        self._starts += array("Q", range(first, first + length))
        self._ends += array("Q", range(first + 1, first + length + 1))

    def _whole(self, origin: Span, length: int) -> None:
        self._starts += array("Q", [origin[0]]) * length
        self._ends += array("Q", [origin[1]]) * length
