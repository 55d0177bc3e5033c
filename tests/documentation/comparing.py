"""Whether what a command says is what a page shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

ANYTHING = "…"
NEAR = 0.05
"""Weights in whole numbers are computed a little differently by different processors."""
_PART = re.compile(r"…|\.\.\.|\d+\.\d+|[^\S\n]+")


def difference(shown: str, said: str) -> str:
    """What a page shows that a command doesn't say, or says otherwise; empty: nothing."""
    expected, actual = _lines(shown), _lines(said)

    @cache
    def reached(at: int, to: int) -> tuple[bool, int]:
        """Whether the lines from there on agree; and up to which expected line they do."""
        if at == len(expected):
            return to == len(actual), at
        if expected[at] in {ANYTHING, "..."}:
            tries = [reached(at + 1, further) for further in range(len(actual), to - 1, -1)]
            return any(good for good, _ in tries), max(far for _, far in tries)
        if to == len(actual) or not agrees(expected[at], actual[to]):
            return False, at
        return reached(at + 1, to + 1)

    good, far = reached(0, 0)
    if good:
        return ""
    missing = expected[far] if far < len(expected) else "(the end)"
    return f"shown, but not said there: {missing}\n--- said:\n{said}"


def agrees(shown: str, said: str) -> bool:
    """Whether two lines are the same but for blanks, ``…`` and the last digits of numbers."""
    pattern, numbers = "", []
    at = 0
    for part in _PART.finditer(shown):
        pattern += re.escape(shown[at : part.start()])
        at = part.end()
        if part[0] in {ANYTHING, "..."}:
            pattern += ".*?"
        elif part[0].isspace():
            pattern += r"\s+"
        else:
            pattern += r"(\d+\.\d+)"
            numbers.append(float(part[0]))
    found = re.fullmatch(pattern + re.escape(shown[at:]), said)
    if found is None:
        return False
    return all(abs(float(one) - other) <= NEAR for one, other in zip(found.groups(), numbers, strict=True))


def _lines(text: str) -> Sequence[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
