"""Vietnamese typed without diacritics: ``benh nhan bi tang huyet ap``."""

from __future__ import annotations

import re
import unicodedata

from kg_builder.text.keys import WORD, could_be_vietnamese

_MARKS = re.compile("[\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323\u0111\u0110]")
_LOOKED_AT = 2_000
"""Characters from which the language is told."""
_SYLLABLES = 0.6
"""Share of words with the form of a Vietnamese syllable; English text has less than half of that."""


def typed_without_marks(text: str, language: str) -> bool:
    """Whether a text is Vietnamese, or may be, and has no Vietnamese diacritics at all."""
    if language == "en" or (not text.isascii() and _MARKS.search(unicodedata.normalize("NFD", text)) is not None):
        return False
    if language == "vi":
        return True
    words = [match.group().lower() for match in WORD.finditer(text, 0, _LOOKED_AT)]
    return sum(map(could_be_vietnamese, words)) > _SYLLABLES * len(words)
