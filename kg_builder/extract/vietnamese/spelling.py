"""The spellings of one Vietnamese text made one, with the way back to its own characters.

Accents that follow their letter (NFD) are joined to it and the underscores of a word segmenter become blanks.
Where the tone mark stands (hoá, hóa) is left: keys of words level it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_APART = re.compile("[^\\W\\d_][\u0300-\u036f]+")
_SEGMENTED = re.compile("(?<=[^\\W\\d_])_(?=[^\\W\\d_])")


@dataclass(frozen=True, slots=True)
class Spelled:
    """A text in one spelling."""

    text: str
    starts: Sequence[int]
    """For each of its characters, and for its end, the offset in the text as it was given."""

    def original(self, start: int, end: int) -> tuple[int, int]:
        """A half-open span of it in the text as it was given."""
        return self.starts[start], self.starts[end]


def in_one_spelling(text: str) -> Spelled:
    """Joined accents and blanks for underscores; everything else stays."""
    if text.isascii() or not _APART.search(text):
        return Spelled(_SEGMENTED.sub(" ", text), range(len(text) + 1))
    parts: list[str] = []
    starts: list[int] = []
    done = 0
    for match in _APART.finditer(text):
        joined = unicodedata.normalize("NFC", match.group())
        parts += (text[done : match.start()], joined)
        starts += range(done, match.start())
        starts += range(match.start(), match.start() + len(joined))
        done = match.end()
    parts.append(text[done:])
    starts += range(done, len(text) + 1)
    return Spelled(_SEGMENTED.sub(" ", "".join(parts)), starts)
