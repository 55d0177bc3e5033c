"""Abbreviations that a text defines itself: ``renal failure (RF)`` and ``RF (renal failure)``.

Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical
text", PSB 2003. Linear in the length of the text: every parenthesis is looked at once, with a
bounded stretch before it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

_PARENTHESIS = re.compile(r"[(\[]([^()\[\]]{2,200})[)\]]")
_SHORT = re.compile(r"(?=[^\W_])[^\s,;:=<>%]{2,10}(?: [^\s,;:=<>%]{1,9})?")
_LIST = re.compile(r"[,;]")
_LAST_BREAK = re.compile(r".*(?:[.;:!?](?=\s)|[()\[\]]|\n\s*\n)", re.DOTALL)
_LOOK_BACK = 250
_MAX_SHORT = 10


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """One definition. Offsets count in the text it was found in."""

    short: str
    long: str
    short_start: int
    long_start: int

    @property
    def short_end(self) -> int:
        """Where the short form of the definition ends."""
        return self.short_start + len(self.short)

    @property
    def long_end(self) -> int:
        """Where the long form ends."""
        return self.long_start + len(self.long)


def find_abbreviations(text: str) -> dict[str, Abbreviation]:
    """First definition of each short form, in order of appearance."""
    return dict(_definitions(text))


@lru_cache(maxsize=4)  # the steps of a workflow ask for those of one text one after the other
def _definitions(text: str) -> Mapping[str, Abbreviation]:
    found: dict[str, Abbreviation] = {}
    for match in _PARENTHESIS.finditer(text):
        definition = _long_before(text, match) or _long_inside(text, match)
        if definition is not None:
            found.setdefault(definition.short, definition)
    return found


def _long_before(text: str, match: re.Match[str]) -> Abbreviation | None:
    """``long form (SF)``, also ``(SF, other words)``."""
    short = _LIST.split(match.group(1), maxsplit=1)[0].strip()
    if not _is_short_form(short):
        return None
    place = match.start(1) + match.group(1).index(short)
    window_start, window = _window(text, match.start(), words=_most_words(short))
    start = _long_form_start(short, window)
    if start is None:
        return None
    return _definition(short, place, window[start:].rstrip(), window_start + start)


def _long_inside(text: str, match: re.Match[str]) -> Abbreviation | None:
    """``SF (long form)``."""
    long = match.group(1).strip()
    if " " not in long and "-" not in long:
        return None
    _, window = _window(text, match.start(), words=1)
    short = window.strip()
    if not _is_short_form(short) or len(long.split()) > _most_words(short) or _long_form_start(short, long) != 0:
        return None
    end = match.start() - (len(window) - len(window.rstrip()))
    place = match.start(1) + match.group(1).index(long)
    return _definition(short, end - len(short), long, place)


def _definition(short: str, short_start: int, long: str, long_start: int) -> Abbreviation | None:
    if len(long) <= len(short) or short in long.split():
        return None
    return Abbreviation(short, long, short_start, long_start)


def _is_short_form(candidate: str) -> bool:
    return (
        _SHORT.fullmatch(candidate) is not None
        and len(candidate) <= _MAX_SHORT
        and any(letter.isupper() for letter in candidate)
    )


def _window(text: str, end: int, *, words: int) -> tuple[int, str]:
    """The last words of the clause before `end`, with their offset."""
    start = max(0, end - min(_LOOK_BACK, 20 * words + 30))
    if (stop := _LAST_BREAK.match(text, start, end)) is not None:
        start = stop.end()
    stretch = text[start:end]
    pieces = stretch.rsplit(None, words)
    before = len(pieces[0]) if len(pieces) > words else 0
    window = stretch[before:].lstrip()
    return (end - len(window), window) if window else (start, stretch)


def _most_words(short: str) -> int:
    """Words that a long form has at most, by Schwartz and Hearst."""
    return min(len(short) + 5, 2 * len(short))


def _long_form_start(short: str, window: str) -> int | None:
    """Where the long form starts: the short form's characters occur in order, the first at a word's start."""
    letters = "".join(map(_base_letter, window)) if not window.isascii() else window.lower()
    place = len(letters)
    for position in range(len(short) - 1, -1, -1):
        letter = _base_letter(short[position])
        if not letter.isalnum():
            continue
        place = letters.rfind(letter, 0, place)
        while position == 0 and place > 0 and window[place - 1].isalnum():
            place = letters.rfind(letter, 0, place)
        if place < 0:
            return None
    return place


def _base_letter(letter: str) -> str:
    """In lower case and without diacritics: THA stands for tăng huyết áp."""
    if letter.isascii():
        return letter.lower()
    return unicodedata.normalize("NFD", letter.lower())[0].replace("đ", "d")
