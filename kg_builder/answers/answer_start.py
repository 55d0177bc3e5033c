"""Where the answer begins in what a model has written: after its thinking, after an echo of what it was asked."""

from __future__ import annotations

import re

_CLOSED = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_OPEN = re.compile(r"<(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_ECHO = re.compile(r"return an empty list \[\]|\bList of extracted [^\n:]{1,80}:")
"""How the questions of this package end."""


def answer_start(answer: str) -> int:
    """Where the answer proper begins."""
    start = 0
    if "</" in answer:
        start = max((match.end() for match in _CLOSED.finditer(answer)), default=0)
    if " list" in answer or "List of" in answer:
        start = max((match.end() for match in _ECHO.finditer(answer, start)), default=start)
    return start


def thinks_to_the_end(answer: str, start: int) -> bool:
    """Whether thinking that begins at `start` or later is never closed."""
    return "<" in answer and _OPEN.search(answer, start) is not None
