"""A text as it is compared where the exact characters don't do, with the way back to its own characters.

Two strengths. *Even*: case, composed and decomposed letters, white space, invisible characters, underscores between
syllables, typographic quotes and dashes, and the place of Vietnamese tone marks don't count. *Tight*: blanks next
to punctuation, and between a number and its unit, don't count either (``COVID - 19``, ``20mg``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from kg_builder.text.vietnamese_spelling import respelled, traditional_tones

_BLANKS = dict.fromkeys(
    map(ord, "\t\n\v\f\r\x1c\x1d\x1e\x1f _\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"), " "
) | dict.fromkeys(range(0x2000, 0x200B), " ")
_LEVELLED = _BLANKS | {
    0x2018: "'", 0x2019: "'", 0x02BC: "'", 0x201C: '"', 0x201D: '"', 0x2010: "-", 0x2011: "-", 0x2012: "-",
    0x2013: "-", 0x2014: "-", 0x2212: "-",
}  # fmt: skip
_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff"
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_UNEVEN = re.compile(rf"  |[{_INVISIBLE}]")
_TO_LEVEL = re.compile(rf"  |[{re.escape(''.join(map(chr, set(_LEVELLED) - {0x20})))}{_INVISIBLE}]")
_PIECE = re.compile(rf"[\s_]+|[{_INVISIBLE}]+|.[{_MARKS}{_INVISIBLE}]*", re.DOTALL)
_NOT_SHOWN = re.compile(rf"[{_INVISIBLE}]+")
_LOOSE_BLANK = re.compile(r" (?:(?<=[^\w\s] )|(?=[^\w\s])|(?<=\d )(?=[^\W\d]))")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text. Each of its characters stands for a stretch of the original one."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def original(self, start: int, end: int) -> tuple[int, int] | None:
        """Offsets of a stretch in the original text; None where it begins or ends amid what stands for one thing."""
        starts = self.starts
        if start and starts[start] == starts[start - 1]:
            return None
        if end < len(starts) and starts[end] == starts[end - 1]:
            return None
        return starts[start], self.ends[end - 1]


class FoldedText:
    """A text in both strengths."""

    def __init__(self, text: str, *, fold_case: bool) -> None:
        self.even = _evened(text, fold_case=fold_case)

    @cached_property
    def tight(self) -> Folded:
        """The same as `even` where there is nothing to tighten."""
        return _tightened(self.even)


@lru_cache(maxsize=8)  # the answers about one text come one after the other
def folded_text(text: str, fold_case: bool) -> FoldedText:  # noqa: FBT001 - by place, the quicker way to a cache
    """A text as forms are looked for in it."""
    return FoldedText(text, fold_case=fold_case)


class FoldedForm(NamedTuple):
    """What is looked for, in both strengths; blanks around it left out."""

    even: str
    tight: str


@lru_cache(maxsize=4096)  # names come again and again
def folded_form(form: str, fold_case: bool) -> FoldedForm:  # noqa: FBT001
    """A form as it is looked for. What is equal when tight is one form."""
    even = fold(form, fold_case=fold_case)
    return FoldedForm(even, tighten(even))


def fold(form: str, *, fold_case: bool) -> str:
    """A form, evened; blanks around it left out."""
    quick = _same_length(form, fold_case=fold_case)
    if quick is None:
        plain = "".join(_piece(match.group(), fold_case=fold_case) for match in _PIECE.finditer(form))
        quick = respelled(plain, traditional_tones(plain))
    return quick.strip(" ")


def tighten(folded: str) -> str:
    """An evened form, tightened."""
    return _LOOSE_BLANK.sub("", folded) if " " in folded else folded


def _evened(text: str, *, fold_case: bool) -> Folded:
    quick = _same_length(text, fold_case=fold_case)
    if quick is not None:
        return Folded(quick, range(len(text)), range(1, len(text) + 1))
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _PIECE.finditer(text):
        for letter in _piece(match.group(), fold_case=fold_case):
            letters.append(letter)
            starts.append(match.start())
            ends.append(match.end())
    plain = "".join(letters)
    return Folded(respelled(plain, traditional_tones(plain)), starts, ends)


def _tightened(even: Folded) -> Folded:
    loose = {match.start() for match in _LOOSE_BLANK.finditer(even.text)}
    if not loose:
        return even
    kept = [place for place in range(len(even.text)) if place not in loose]
    return Folded(
        "".join(even.text[place] for place in kept),
        [even.starts[place] for place in kept],
        [even.ends[place] for place in kept],
    )


def _same_length(text: str, *, fold_case: bool) -> str | None:
    """The text evened where each of its characters stays one character, else None."""
    if text.isascii():
        plain = (text.lower() if fold_case else text).translate(_BLANKS)
        return None if "  " in plain else plain
    if not unicodedata.is_normalized("NFC", text):
        return None
    plain = text.casefold() if fold_case else text
    if len(plain) != len(text):
        return None
    if _TO_LEVEL.search(plain) is not None:
        plain = plain.translate(_LEVELLED)
        if _UNEVEN.search(plain) is not None:
            return None
    return respelled(plain, traditional_tones(plain))


def _piece(piece: str, *, fold_case: bool) -> str:
    if piece[0] == "_" or piece[0].isspace():
        return " "
    shown = _NOT_SHOWN.sub("", piece)
    composed = unicodedata.normalize("NFC", shown)
    cased = unicodedata.normalize("NFC", composed.casefold()) if fold_case else composed
    return cased.translate(_LEVELLED)
