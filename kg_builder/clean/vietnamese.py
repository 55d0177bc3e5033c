"""Vietnamese spelling variants: where the tone mark stands, and words joined by a segmenter.

Tone marks of open syllables in oa, oe and uy go to the first vowel (hòa, khỏe, thủy), the traditional
placement and the one most people type; the newer hoà, khoẻ, thuỷ is changed to it. The u of qu is
part of the consonant, so quý stays (and the misspelling qúy becomes quý).
"""

from __future__ import annotations

import re
import unicodedata

from kg_builder.clean.alignment import Edit

_TONES = "\u0300\u0301\u0303\u0309\u0323"


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
_SEGMENTED = re.compile(r"(?<=[^\W\d_])_(?=[^\W\d_])")


def tone_placement(text: str) -> list[Edit]:
    """Tone marks moved to the traditional place. Expects composed text (NFC); lengths stay."""
    if text.isascii():
        return []
    moved = [Edit(m.start(), m.end(), _TO_FIRST[m.group()]) for m in _OPEN.finditer(text)]
    moved += [Edit(m.start(), m.end(), _TO_SECOND[m.group()]) for m in _AFTER_Q.finditer(text)]
    return sorted(moved)


def segmented_words(text: str) -> list[Edit]:
    """Underscores that a word segmenter put between syllables become blanks."""
    if "_" not in text:
        return []
    return [Edit(m.start(), m.end(), " ") for m in _SEGMENTED.finditer(text)]
