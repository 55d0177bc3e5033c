"""Texts with placeholders in the place of identifiers, and the way back."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from kg_builder.clean.alignment import CleanText
from kg_builder.privacy.identifiers import Identifier, Kind

_BLANKS = re.compile(r"\s+")
_PLACEHOLDER = re.compile(r"\[[A-Z]+-\d+\]")


class Place(NamedTuple):
    """One placeholder: half-open offsets in the masked text, and those of what it stands for."""

    start: int
    end: int
    original_start: int
    original_end: int


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without its identifiers. Equal ones have equal placeholders: ``[NAME-1]``, ``[DATE-2]``."""

    text: str
    original: str
    places: tuple[Place, ...]
    """In order."""
    placeholders: tuple[tuple[str, str], ...]
    """Each identifier's text with what stands for it, in order of the first places."""

    @classmethod
    def of(cls, text: str, found: Sequence[Identifier]) -> Self:
        """`found` is in order and without overlaps."""
        numbers = _Numbers(text)
        pieces: list[str] = []
        places: list[Place] = []
        written: dict[str, str] = {}
        done = length = 0
        for one in found:
            said = text[one.start : one.end]
            placeholder = numbers.placeholder(one.kind, said)
            pieces += (text[done : one.start], placeholder)
            start = length + one.start - done
            length = start + len(placeholder)
            places.append(Place(start, length, one.start, one.end))
            written.setdefault(said, placeholder)
            done = one.end
        pieces.append(text[done:])
        return cls("".join(pieces), text, tuple(places), tuple(written.items()))

    def to_original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original of ``text[start:end]``; what touches a placeholder takes in all it stands for."""
        return self._start_before(start), self._end_before(end)

    def to_masked(self, start: int, end: int) -> tuple[int, int] | None:
        """Offsets in the masked text of ``original[start:end]``; None where that touches an identifier."""
        index = bisect_right(self.places, start, key=lambda place: place.original_end)
        if index < len(self.places) and self.places[index].original_start < end:
            return None
        by = self.places[index - 1].end - self.places[index - 1].original_end if index else 0
        return start + by, end + by

    def touches(self, start: int, end: int) -> bool:
        """Whether ``text[start:end]`` has a character of a placeholder."""
        index = bisect_right(self.places, start, key=lambda place: place.end)
        return index < len(self.places) and self.places[index].start < end

    def hide(self, text: str) -> str:
        """Another text about this one, with the same identifiers replaced."""
        for said, placeholder in sorted(self.placeholders, key=lambda pair: -len(pair[0])):
            text = text.replace(said, placeholder)
        return text

    def restore(self, text: str) -> str:
        """Another text about the masked one, with what the placeholders stand for."""
        said = {placeholder: words for words, placeholder in reversed(self.placeholders)}
        return _PLACEHOLDER.sub(lambda match: said.get(match[0], match[0]), text)

    def unmask(self, clean: CleanText) -> CleanText:
        """A cleaned text over the masked one, as a cleaned text over the original.

        A placeholder that is still there becomes what it stands for, character by character; one that was rewritten
        stays as it is, and stands for the whole identifier.
        """
        return _unmasked(self, clean)

    def _start_before(self, offset: int) -> int:
        index = bisect_right(self.places, offset, key=lambda place: place.end)
        if index < len(self.places) and self.places[index].start <= offset:
            return self.places[index].original_start
        return offset + (self.places[index - 1].original_end - self.places[index - 1].end if index else 0)

    def _end_before(self, offset: int) -> int:
        index = bisect_left(self.places, offset, key=lambda place: place.end)
        if index < len(self.places) and self.places[index].start < offset:
            return self.places[index].original_end
        return offset + (self.places[index - 1].original_end - self.places[index - 1].end if index else 0)


class _Numbers:
    """Placeholders that the text doesn't have yet."""

    def __init__(self, text: str) -> None:
        self._taken = set(_PLACEHOLDER.findall(text))
        self._given: dict[tuple[Kind, str], str] = {}
        self._last: dict[Kind, int] = {}

    def placeholder(self, kind: Kind, said: str) -> str:
        """The same for the same words, whatever their case and blanks."""
        key = kind, _BLANKS.sub(" ", said).casefold()
        if key not in self._given:
            number = self._last.get(kind, 0) + 1
            while (placeholder := f"[{kind}-{number}]") in self._taken:
                number += 1
            self._last[kind], self._given[key] = number, placeholder
        return self._given[key]


def within_clean(clean: CleanText, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where stretches of the original are in a cleaned text; those that aren't are left out."""
    found = []
    for start, end in spans:
        first, last = bisect_right(clean.ends, start), bisect_left(clean.starts, end)
        if first < last:
            found.append((first, last))
    return found


def _unmasked(masked: Masked, clean: CleanText) -> CleanText:
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def copy(first: int, last: int) -> None:
        pieces.append(clean.text[first:last])
        for index in range(first, last):
            start, end = clean.starts[index], clean.ends[index]
            start, end = masked.to_original(start, end) if start < end else (masked.to_original(start, start)[0],) * 2
            starts.append(max(start, starts[-1] if starts else 0))
            ends.append(max(end, ends[-1] if ends else 0))

    done = 0
    for place in masked.places:
        for first, last in within_clean(clean, [(place.start, place.end)]):
            if first < done or clean.text[first:last].casefold() != masked.text[place.start : place.end].casefold():
                continue
            copy(done, first)
            pieces.append(masked.original[place.original_start : place.original_end])
            starts += range(place.original_start, place.original_end)
            ends += range(place.original_start + 1, place.original_end + 1)
            done = last
    copy(done, len(clean.text))
    return CleanText("".join(pieces), masked.original, type(clean.starts)("Q", starts), type(clean.ends)("Q", ends))
