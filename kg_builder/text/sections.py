"""Sections of clinical notes and structured abstracts, English and Vietnamese.

A heading is a name from ``sections.tsv``, or words in capitals, before a colon at the start of a line
or sentence; or a listed name that has a line to itself.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

_LONGEST_NAME = 60
_COLON = re.compile(r"[:：](?!\d|//)")
_LABEL_START = re.compile(
    r"(?:^|[\n\r\f]|[.!?;](?=\s))[^\S\n\r]*+(?:(?:[-*+•·▪●#>]+|\(?[\dIVX]{1,4}[.)]+)\s*)?([^\W\d_][^\n\r\f.!?;:：]*)$"
)
_WHOLE_LINE = re.compile(
    r"^[^\S\n\r]*+(?:(?:[-*+•·▪●#>]+|[\dIVX]{1,4}[.)]+)[^\S\n\r]*+)?([^\W\d_][^\n\r:：.]{2,58}?)[^\S\n\r]*$",
    re.MULTILINE,
)
_BLANKS = re.compile(r"\s+")
_PLURAL_OR_NUMBER = re.compile(r" ?(?:\(e?s\)|#\d{1,2}) ?$", re.IGNORECASE)


class Section(NamedTuple):
    """From a heading to the next one, the heading included."""

    start: int
    end: int
    heading: str
    """Canonical name in lower case, for example ``past medical history``; in the language of the text."""


def find_sections(text: str) -> list[Section]:
    """The sections in order; what stands before the first heading belongs to none."""
    found: dict[int, str] = {}
    for start, heading in (*_labels(text), *_lines(text)):
        found.setdefault(start, heading)
    starts = sorted(found)
    return [Section(start, end, found[start]) for start, end in pairwise([*starts, len(text)])]


def section_at(sections: Sequence[Section], start: int) -> str | None:
    """The heading that an offset stands under, or None."""
    place = bisect_right(sections, start, key=lambda section: section.start) - 1
    return sections[place].heading if place >= 0 else None


@lru_cache(maxsize=2048)
def canonical_heading(name: str) -> str | None:
    """The canonical form of a listed heading, or None."""
    return _headings().get(_key(name))


def section_group(heading: str) -> str | None:
    """What a section with this canonical heading holds, whatever the language (``medications``, ``family``).

    None for headings of journal text and for those that aren't listed.
    """
    return _groups().get(heading)


def _labels(text: str) -> Iterator[tuple[int, str]]:
    for colon in _COLON.finditer(text):
        begin = max(0, colon.start() - _LONGEST_NAME)
        label = _LABEL_START.search(text[begin : colon.start()])
        if label is None or (begin > 0 and label.start() == 0 and text[begin - 1] not in "\n\r\f"):
            continue
        heading = canonical_heading(label[1]) or _capitals(label[1])
        if heading:
            yield begin + label.start(1), heading


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for line in _WHOLE_LINE.finditer(text):
        heading = canonical_heading(line[1]) if len(line[1]) > 3 and not line[1][0].islower() else None
        if heading:
            yield line.start(1), heading


def _capitals(name: str) -> str | None:
    """An unlisted heading in capitals: at least four letters, so that a value (BP: 120/80) is none."""
    letters = sum(character.isalpha() for character in name)
    return _key(name) if name.isupper() and letters >= 4 and len(name.split()) <= 6 else None


def _key(name: str) -> str:
    name = _PLURAL_OR_NUMBER.sub("", _BLANKS.sub(" ", unicodedata.normalize("NFC", name)))
    return name.strip(" -–—.*_()").lower()


@lru_cache
def _headings() -> Mapping[str, str]:
    return {row[0]: row[1] for row in _rows()}


@lru_cache
def _groups() -> Mapping[str, str]:
    return {row[1]: row[2] for row in _rows() if len(row) > 2}


def _rows() -> Iterator[list[str]]:
    lines = files(__package__).joinpath("sections.tsv").read_text(encoding="utf-8").splitlines()
    return (line.split("\t") for line in lines if line and not line.startswith("#"))
