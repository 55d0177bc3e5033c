"""Whether bytes are English, or a near relative, with a few accents and signs of the code page cp1252.

A statistical guess needs more to go by than the one accent of a note, and takes it for Cyrillic as readily.
"""

from __future__ import annotations

import re

_ISOLATED = 2
_ASCII_FOR_EACH = 12
"""Letters of ASCII to each other one (the first is free): English has hundreds, French twenty, Polish seven."""

_ACCENTED = re.compile(rb"[\xc0-\xff]+")
_ASCII = re.compile(rb"[A-Za-z]")
_LETTER = "A-Za-zÀ-ÖØ-öø-ÿ"
_ODD = re.compile(
    # tones and letters that Vietnamese and Turkish have at these places, rare in the West
    "[ÃÕÌÒÝÞÐãõìòýþð]"
    # signs within a word are the letters of another language
    "|(?<=[A-Za-z])[¡-¶¸-¿ŒœŠšŽžŸƒˆ˜†‡‰‹›](?=[A-Za-z])"
    # letters that make no word of their own: a Greek alpha, a Russian preposition
    f"|(?<![{_LETTER}])[ÁÂÄ-ÈÊ-ÒÔ-ÖØ-ßáâä-èê-òô-öø-ÿ](?![{_LETTER}])"
)


def is_mostly_ascii(data: bytes) -> bool:
    """Whether letters that aren't ASCII are few and stand among others, not as words."""
    runs = _ACCENTED.findall(data)
    if any(len(run) > _ISOLATED for run in runs):
        return False
    return len(_ASCII.findall(data)) >= _ASCII_FOR_EACH * (sum(map(len, runs)) - 1)


def is_western(data: bytes) -> bool:
    """Whether mostly-ASCII text makes sense in cp1252."""
    try:
        return _ODD.search(data.decode("cp1252")) is None
    except UnicodeDecodeError:
        return False
