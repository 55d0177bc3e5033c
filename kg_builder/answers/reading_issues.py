"""What is said of an answer, or a part of one, that could not be read; and where a model runs away."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from kg_builder.records import Issue

TRUNCATED = Issue(code="truncated-answer", message="The answer stops before its end; what was complete is kept.")
REPEATING = Issue(code="repeating-answer", message="The answer repeats itself without end; the repeats are left out.")
PARTLY = Issue(code="unreadable-answer", message="A part could not be read; keep to the format that was asked for.")

MOST_REPEATS = 64
"""How often one answer may give equal items; a text mentions few things more often."""
MOST_ITEMS = 1000
"""Items that are read from one answer at most."""

Item = TypeVar("Item")


def unreadable(expected: str) -> Issue:
    """Nothing could be read. `expected` says what was asked for: ``a JSON list``."""
    return Issue(code="unreadable-answer", message=f"The answer is not {expected}.")


def without_runaways(items: Sequence[Item], key: Callable[[Item], Hashable]) -> Sequence[Item]:
    """The items but for those whose key has come too often, up to MOST_ITEMS."""
    if len(items) <= MOST_REPEATS:
        return items
    counts: dict[Hashable, int] = {}
    kept: list[Item] = []
    for item in items:
        same = key(item)
        counts[same] = counts.get(same, 0) + 1
        if counts[same] <= MOST_REPEATS:
            kept.append(item)
    return kept[:MOST_ITEMS]
