"""The two ways of placing a Vietnamese tone mark, and words joined by a segmenter.

Tone marks of open syllables in oa, oe and uy go to the first vowel (hòa, khỏe, thủy), the traditional
placement and the one most people type, or to the second one (hoà, khoẻ, thuỷ). The u of qu is
part of the consonant, so quý stays (and the misspelling qúy becomes quý).
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_TONES = "\u0300\u0301\u0303\u0309\u0323"


class Respelling(NamedTuple):
    """A stretch of a text, half-open, and how it is written otherwise; the length stays."""

    start: int
    end: int
    text: str


def _moves(first: str, second: str) -> dict[str, str]:
    """Each toned ending in the new placement with the same in the traditional one, in all cases."""
    return {
        unicodedata.normalize("NFC", a + b + tone): unicodedata.normalize("NFC", a + tone + b)
        for tone in _TONES
        for a in (first, first.upper())
        for b in (second, second.upper())
    }


_TO_FIRST = _moves("o", "a") | _moves("o", "e") | _moves("u", "y")
_TO_SECOND = {traditional: new for new, traditional in _moves("u", "y").items()}
_OPEN = re.compile(rf"(?<![qQ])(?:{'|'.join(_TO_FIRST)})(?![^\W\d_])")
_AFTER_Q = re.compile(rf"(?<=[qQ])(?:{'|'.join(_TO_SECOND)})(?![^\W\d_])")
_MAY_MOVE = re.compile(
    "[oOuU](?=[^\\x00-\\x7f])|[\u00d2-\u00d5\u00d9\u00da\u00f2-\u00f5\u00f9\u00fa\u0168\u0169\u1ecc-\u1ecf\u1ee4-\u1ee7][aeyAEY]"
)
"""Where a tone mark may have to move; most texts and words have no such place."""
_SEGMENTED = re.compile(r"(?<=[^\W\d_])_(?=[^\W\d_])")


def traditional_tones(text: str) -> list[Respelling]:
    """Tone marks moved to the traditional place, in order. Expects composed text (NFC)."""
    if text.isascii() or _MAY_MOVE.search(text) is None:
        return []
    moved = [Respelling(m.start(), m.end(), _TO_FIRST[m.group()]) for m in _OPEN.finditer(text)]
    moved += [Respelling(m.start(), m.end(), _TO_SECOND[m.group()]) for m in _AFTER_Q.finditer(text)]
    return sorted(moved)


def joined_syllables(text: str) -> list[Respelling]:
    """Underscores that a word segmenter put between syllables become blanks."""
    if "_" not in text:
        return []
    return [Respelling(m.start(), m.end(), " ") for m in _SEGMENTED.finditer(text)]


def respelled(text: str, changes: list[Respelling]) -> str:
    """The text with the changes, which are in order and don't overlap."""
    if not changes:
        return text
    pieces: list[str] = []
    place = 0
    for start, end, written in changes:
        pieces += (text[place:start], written)
        place = end
    return "".join((*pieces, text[place:]))
