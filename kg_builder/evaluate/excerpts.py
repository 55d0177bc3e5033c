"""The text around a mistake as it stands in the document, with what is to be marked in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

AROUND = 110
"""Characters of context on either side, give or take a word."""
_WORD = 20
"""Longest piece of a word that is left out at an end."""

Side = Literal["gold", "predicted", "subject", "object"]
"""Whose mention it is; of a relation, which of its ends."""


class Mark(NamedTuple):
    """A stretch of the document that is to be marked."""

    start: int
    end: int
    side: Side


class Excerpt(NamedTuple):
    """A stretch of the document's text with the marks in it; offsets are the document's."""

    start: int
    text: str
    marks: tuple[Mark, ...]
    more: bool
    """Whether the document goes on after it."""


def excerpts(text: str, marks: Iterable[Mark]) -> tuple[Excerpt, ...]:
    """The text around all marks: one stretch, or several where marks lie far apart."""
    ordered = sorted(marks)
    found = []
    for start, end in _windows(text, ordered):
        inside = tuple(mark for mark in ordered if start <= mark.start < end)
        found.append(Excerpt(start, text[start:end], inside, end < len(text)))
    return tuple(found)


def _windows(text: str, marks: Iterable[Mark]) -> Iterator[tuple[int, int]]:
    """Stretches that hold a mark and what stands around it, in order; those that touch are one."""
    begun: tuple[int, int] | None = None
    for mark in marks:
        start, end = _beginning(text, mark.start), _ending(text, mark.end)
        if begun is not None and start <= begun[1]:
            begun = begun[0], max(begun[1], end)
            continue
        if begun is not None:
            yield begun
        begun = start, end
    if begun is not None:
        yield begun


def _beginning(text: str, place: int) -> int:
    """So many characters before, then on to the next word."""
    if place <= AROUND:
        return 0
    start = place - AROUND
    space = text.find(" ", start, min(start + _WORD, place))
    return start if space < 0 else space + 1


def _ending(text: str, place: int) -> int:
    if len(text) - place <= AROUND:
        return len(text)
    end = place + AROUND
    space = text.rfind(" ", max(end - _WORD, place), end)
    return end if space < 0 else space
