"""The lines of an answer that is a list, bullets and explanations taken off, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

BULLET = re.compile(
    r"[ \t>]*+(?:[-*+\u2022\u2023\u25cf\u25cb\u25e6\u25aa\u25a0\u25b6\u2013\u2014\u00b7\u2192](?![-*])[ \t]*+"
    r"|\(?\d{1,3}[.)][ \t]++|\(?[a-z]\)[ \t]++|#{1,6}[ \t]++){1,3}"
)
"""What stands before an entry: ``-``, ``*``, ``1.``, ``(2)``, ``a)``."""
_RULE = re.compile(r"[\s|:=_*-]*|```[ \t]*\w*")
"""A line that separates: ``---``, a table's ``|---|---|``, a code fence."""
_EXPLANATION = re.compile(
    r"[:\s](?:(?<=:)(?:\s.*|$)|(?<=\s)(?:--\s|[\u2013\u2014]\s|-\s(?=(?:\S+\s+){3})).*)", re.DOTALL
)
_MAY_EXPLAIN = re.compile(r"[:\u2013\u2014-]")
_NOTHING = re.compile(
    r"\(?(?:none|nothing|n/?a|nil|null|no(?: \S+){0,6} (?:found|mentioned|listed|identified|detected|present|extracted)"
    r"|(?:there (?:are|is|were) )?no (?:relevant |such )?(?:\S+ ){0,2}"
    r"(?:entities|chemicals|diseases|influences|drugs|relations(?:hips)?)(?: .*)?"
    r"|kh\u00f4ng c\u00f3.*|\[\]|\{\})\)?[.!]?",
    re.IGNORECASE,
)
_FIRST_LETTERS = frozenset("(nNtTkK[{")
"""Of what says nothing, so that most entries needn't be compared with it."""


class Entry(NamedTuple):
    """An entry of a list, half-open offsets in the answer."""

    start: int
    end: int
    bulleted: bool


def split_entries(answer: str, start: int) -> Iterator[Entry]:
    """The lines that say something, without bullets, blanks and marks around them."""
    place = start
    for line in answer[start:].splitlines(keepends=True):
        if not _is_rule(line.strip()):
            bullet = BULLET.match(line)
            begin = place + (bullet.end() if bullet else 0)
            entry = trimmed(answer, begin, place + len(line))
            if entry is not None:
                yield Entry(*entry, bullet is not None)
        place += len(line)


def _is_rule(line: str) -> bool:
    return not line or (line[0] in "|:=_*-`" and _RULE.fullmatch(line) is not None)


def trimmed(answer: str, start: int, end: int) -> tuple[int, int] | None:
    """A stretch without blanks, quotation marks, emphasis and closing commas around it; None where nothing is left."""
    while start < end and answer[start] in _AROUND:
        start += 1
    while start < end and answer[end - 1] in _BEHIND:
        end -= 1
    return (start, end) if start < end else None


_AROUND = "\x00 \t\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029\"'`*\u201c\u201d"
_BEHIND = _AROUND + ",;"


def says_nothing(words: str) -> bool:
    """Whether an entry says that there is none: ``none``, ``no chemicals mentioned``."""
    return words[:1] in _FIRST_LETTERS and _NOTHING.fullmatch(words) is not None


def without_explanation(words: str) -> str:
    """Cut where an explanation begins: ``aspirin: given for pain``."""
    return (_EXPLANATION.sub("", words) if _MAY_EXPLAIN.search(words) else words).rstrip(_BEHIND)
