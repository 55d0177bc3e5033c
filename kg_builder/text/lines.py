"""Which line breaks end a sentence: those of lists and headings do, those of wrapped lines don't."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

ITEM = re.compile(r"(?:[-*+•·▪●○◦■□➢✓>–—]+\s*|\(?\d{1,2}[.)](?!\d)|#\d|\(?[a-z]\)\s)", re.IGNORECASE)
"""Marker of a list item at the start of a line."""

_LABEL = re.compile(r"[^\W\d_a-zà-ỹ][^\n:.!?]{0,48}:(?=\s|$)")
_LOWER_LABEL = re.compile(r"[^\W\d_][^\n:.!?]{0,30}:(?=\s|$)")
_NARROWEST, _WIDEST = 40, 200
"""Text is wrapped at widths between these; a longer line was not wrapped at all."""


class Line(NamedTuple):
    """A line without the white space around it."""

    start: int
    end: int
    text: str


@lru_cache
def sentence_words(kind: str) -> frozenset[str]:
    """The words of one class in ``sentence_words.tsv``."""
    rows = files(__package__).joinpath("sentence_words.tsv").read_text(encoding="utf-8").splitlines()
    pairs = (row.split("\t") for row in rows if row and not row.startswith("#"))
    return frozenset(word for word, kinds in pairs if kinds == kind)


def split_blocks(text: str, *, lower_case_starts: bool = False) -> list[tuple[int, int]]:
    """Stretches of text that no sentence crosses, with wrapped lines kept together.

    `lower_case_starts` says that sentences of this text begin in lower case, so that a small letter
    at the start of a line is no sign of wrapping.
    """
    blocks: list[tuple[int, int]] = []
    for paragraph in _paragraphs(text):
        start = paragraph[0].start
        if len(paragraph) > 1:
            for (line, following), joined in zip(
                pairwise(paragraph), _joins(paragraph, lower_case_starts=lower_case_starts), strict=True
            ):
                if not joined:
                    blocks.append((start, line.end))
                    start = following.start
        blocks.append((start, paragraph[-1].end))
    return blocks


def _paragraphs(text: str) -> Iterator[list[Line]]:
    paragraph: list[Line] = []
    position = 0
    for raw in text.splitlines(keepends=True):
        stripped = raw.strip()
        if stripped:
            start = position + len(raw) - len(raw.lstrip())
            paragraph.append(Line(start, start + len(stripped), stripped))
        elif paragraph:
            yield paragraph
            paragraph = []
        position += len(raw)
    if paragraph:
        yield paragraph


def _joins(paragraph: list[Line], *, lower_case_starts: bool) -> list[bool]:
    """For each line break of a paragraph, whether the sentence may go on across it."""
    width = max(len(line.text) for line in paragraph)
    wrappable = _NARROWEST <= width <= _WIDEST
    goes_on = sentence_words("goes on")
    free = [
        not _structural(line, following, lower_case_starts=lower_case_starts) for line, following in pairwise(paragraph)
    ]
    fill = [(len(line.text) + 1 + len(_first_word(following))) / width for line, following in pairwise(paragraph)]
    small = [not lower_case_starts and following.text[0].islower() for following in paragraph[1:]]
    full = [
        wrappable and is_free and (share > 1 or (is_small and share > 0.6))
        for is_free, share, is_small in zip(free, fill, small, strict=True)
    ]
    wrapped = sum(full) >= 0.5 * sum(free)
    return [
        is_free and ((wrapped and is_full) or (is_small and is_full) or _dangling(line.text, goes_on))
        for line, is_free, is_full, is_small in zip(paragraph[:-1], free, full, small, strict=True)
    ]


def _structural(line: Line, following: Line, *, lower_case_starts: bool) -> bool:
    label = _LOWER_LABEL if lower_case_starts else _LABEL
    return bool(
        line.text[-1] in ":：" or ITEM.match(following.text) or label.match(following.text) or _capitals(line.text)
    )


def _capitals(line: str) -> bool:
    """Whether a line is a heading in capitals."""
    return len(line) <= 60 and line.isupper() and line[-1] not in ".,;-"


def _first_word(line: Line) -> str:
    return line.text[:40].split(None, 1)[0]


def _dangling(line: str, goes_on: Set[str]) -> bool:
    """Whether a line stops in the middle of a phrase."""
    return line[-1] == "," or line[-20:].rsplit(None, 1)[-1].lower() in goes_on
