"""Headings of clinical documents, as far as cleaning needs them: what is one, and what stands under it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files

_LABEL = re.compile(r"[ \t]*(?P<name>[A-Z][A-Za-z0-9 /&(),.'#+-]{0,58}?)[ \t]*:(?=\s|$|[A-Z])")
_LINE_START = re.compile(r"^(?=[ \t]*[A-Z])", re.MULTILINE)
_MOST_WORDS = 6


def label(line: str, start: int = 0) -> re.Match[str] | None:
    """The heading or label with its colon at `start`, if there is one (``Heart:``, ``FAMILY HISTORY:``)."""
    match = _LABEL.match(line, start)
    return match if match and len(match["name"].split()) <= _MOST_WORDS else None


def is_heading(line: str) -> bool:
    """Whether the whole line is a heading: it ends with its colon, or it is little more than a known name."""
    bare = line.strip()
    if not bare or len(bare) > 80 or bare[-1] in ".;,":
        return False
    if bare[-1] == ":":
        return bare.count(".") == 0 and bare[0].isupper()
    words = bare.split()
    if len(words) > _MOST_WORDS or not bare[0].isupper() or any(map(str.isdigit, bare)):
        return False
    phrase = _known_phrase(bare)
    return phrase is not None and 2 * len(phrase.split()) >= len(words)


def looks_like_heading(line: str) -> bool:
    """As `is_heading`, or any short line in capitals: such lines are never joined to their neighbours."""
    bare = line.strip()
    short = len(bare) <= 50 and len(bare.split()) <= _MOST_WORDS and bare[-1:] not in {".", ";", ","}
    return (short and bare.isupper()) or is_heading(line)


@lru_cache
def _section_names() -> dict[str, str]:
    """Phrase → section, in the order of the file."""
    rows = files(__package__).joinpath("section_names.tsv").read_text(encoding="utf-8").splitlines()
    return {cells[0]: cells[1] for row in rows[1:] if (cells := row.split("\t"))}


@lru_cache(maxsize=2048)
def _known_phrase(heading: str) -> str | None:
    words = f" {' '.join(re.findall(r'[a-z/]+', heading.lower()))} "
    return next((phrase for phrase in _section_names() if f" {phrase} " in words), None)


def section_of(heading: str) -> str | None:
    """The section a heading opens, by the first phrase of section_names.tsv it contains."""
    phrase = _known_phrase(heading.strip())
    return _section_names()[phrase] if phrase else None


class Sections:
    """Where each known section of a text begins."""

    def __init__(self, text: str) -> None:
        found = list(_openings(text))
        self._starts: Sequence[int] = [start for start, _ in found]
        self._names: Sequence[str] = [name for _, name in found]

    def __len__(self) -> int:
        return len(self._starts)

    def at(self, offset: int) -> str | None:
        """The section at an offset, or None before the first heading."""
        place = bisect_right(self._starts, offset)
        return self._names[place - 1] if place else None


def _openings(text: str) -> Iterator[tuple[int, str]]:
    for start in (match.start() for match in _LINE_START.finditer(text)):
        found = label(text, start)
        if found:
            section = section_of(found["name"])
        else:
            end = text.find("\n", start, start + 62)
            line = text[start : end if end >= 0 else start + 62]
            section = section_of(line) if is_heading(line) else None
        if section:
            yield start, section
