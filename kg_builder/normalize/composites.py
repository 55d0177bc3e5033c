"""Mentions of several concepts, taken apart: ``breast and ovarian cancer``, ``cancer of the breast or ovary``."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CONJUNCTION = re.compile(r"\s*,?\s+(?:and/or|and|or|as well as|plus|with)\s+|\s*[,/;&+]\s*", re.IGNORECASE)
_PREPOSITION = re.compile(r"\s+(?:of|in|to)\s+(?:the\s+|both\s+(?:the\s+)?)?", re.IGNORECASE)
_LEADING = re.compile(r"^(?:both|either|combined)\s+", re.IGNORECASE)
_MOST_PARTS = 6
_LONGEST_HEAD = 4


def splits(mention: str) -> Iterator[tuple[str, ...]]:
    """The ways to cut a mention in parts that each could name a concept; none for one that is not joined."""
    if _CONJUNCTION.search(mention) is None:
        return
    text = _LEADING.sub("", mention.strip())
    parts = [part for part in _CONJUNCTION.split(text) if part]
    if not 2 <= len(parts) <= _MOST_PARTS:
        return
    yield tuple(parts)
    yield from _shared_end(parts)
    yield from _shared_beginning(parts, text)


def _shared_end(parts: list[str]) -> Iterator[tuple[str, ...]]:
    """``breast`` and ``ovarian cancer``: the last words belong to every part."""
    words = parts[-1].split()
    for length in range(1, min(_LONGEST_HEAD, len(words) - 1) + 1):
        end = " ".join(words[-length:])
        yield (*(f"{part} {end}" for part in parts[:-1]), parts[-1])


def _shared_beginning(parts: list[str], text: str) -> Iterator[tuple[str, ...]]:
    """``cancer of the breast`` or ``ovary``; ``muscle pain`` and ``weakness``."""
    preposition = _PREPOSITION.search(parts[0])
    if preposition is not None:
        start = text[: preposition.end()].strip()
        yield (parts[0], *(f"{start} {part}" for part in parts[1:]))
        # both ends shared: "impairment of learning and memory" has its noun before, "of" falls away
        head = parts[0][: preposition.start()].strip()
        first = parts[0][preposition.end() :].strip()
        yield tuple(f"{part} {head}" for part in (first, *parts[1:]))
    words = parts[0].split()
    for length in range(1, len(words)):
        start = " ".join(words[:length])
        yield (parts[0], *(f"{start} {part}" for part in parts[1:]))
