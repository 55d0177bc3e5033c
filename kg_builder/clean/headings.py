"""Which lines are headings and labels that layout and casing leave alone. Their names are those of `text.sections`."""

from __future__ import annotations

import re

from kg_builder.text.sections import canonical_heading

_LABEL = re.compile(r"[ \t]*(?P<name>[A-Z][A-Za-z0-9 /&(),.'#+-]{0,58}?)[ \t]*:(?=\s|$|[A-Z])")
_MOST_WORDS = 6


def label(line: str, start: int = 0) -> re.Match[str] | None:
    """The heading or label with its colon at `start`, if there is one (``Heart:``, ``FAMILY HISTORY:``)."""
    match = _LABEL.match(line, start)
    return match if match and len(match["name"].split()) <= _MOST_WORDS else None


def is_heading(line: str) -> bool:
    """Whether the whole line is a heading: it ends with its colon, or it is a listed name."""
    bare = line.strip()
    if not bare or len(bare) > 80 or bare[-1] in ".;," or not bare[0].isupper():
        return False
    if bare[-1] == ":":
        return "." not in bare
    return len(bare.split()) <= _MOST_WORDS and canonical_heading(bare) is not None


def looks_like_heading(line: str) -> bool:
    """As `is_heading`, or any short line in capitals: such lines are never joined to their neighbours."""
    bare = line.strip()
    short = len(bare) <= 50 and len(bare.split()) <= _MOST_WORDS and bare[-1:] not in {".", ";", ","}
    return (short and bare.isupper()) or is_heading(line)
