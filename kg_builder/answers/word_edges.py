"""Whether a stretch of text ends with words, or cuts one or a number in two."""

from __future__ import annotations

import re
import unicodedata

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
"""Scripts without blanks between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""
_JOINERS = "\u00ad\u200c\u200d\u2060"
"""Invisible characters within words."""


def whole_words(text: str, start: int, end: int) -> bool:
    """Whether the stretch begins and ends between words. Hyphens and underscores are between words."""
    if start:
        before = text[start - 1]
        if before != " " and (_within(before, text[start]) or (before in ".," and _number_goes_on_before(text, start))):
            return False
    if end == len(text) or (after := text[end]) == " ":
        return True
    return not (_number_goes_on_after(text, end) if after in ".," else _within(text[end - 1], after))


def is_unspaced(letter: str) -> bool:
    """Whether a letter is of a script without blanks between words."""
    return not letter.isascii() and _UNSPACED.match(letter) is not None


def _within(before: str, after: str) -> bool:
    """Whether two neighbouring characters belong to one word."""
    if before.isascii() and after.isascii():
        return before.isalnum() and after.isalnum()
    if unicodedata.combining(after) or after in _JOINERS:
        return True
    if before in _JOINERS:
        return after.isalnum()
    if not after.isalnum() or not (before.isalnum() or unicodedata.combining(before)):
        return False
    return not (_UNSPACED.match(before) or _UNSPACED.match(after))


def _number_goes_on_before(text: str, start: int) -> bool:
    """``5 mg`` in ``0.5 mg`` or ``.5 mg``."""
    if not text[start].isdigit():
        return False
    if start == 1 or text[start - 2].isspace():
        return text[start - 1] == "."
    return text[start - 2].isdigit()


def _number_goes_on_after(text: str, end: int) -> bool:
    """``1`` in ``1.5``."""
    return text[end - 1].isdigit() and text[end + 1 : end + 2].isdigit()
