"""How tools answer: text for the model, within its budget, and the records behind it as the artifact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from kg_builder.retrieve.context import within

T = TypeVar("T")
Answer = tuple[str, T]
"""Content and artifact."""


def listed(
    blocks: Sequence[Sequence[str]], records: T, max_tokens: int, *, nothing: str, heading: str = ""
) -> Answer[T]:
    """Numbered blocks of lines, as many as fit, and how many more there are."""
    if not blocks:
        return nothing, records
    opening = [heading] if heading else []
    lines, shown = within(blocks, max_tokens, used=len(heading))
    left = len(blocks) - shown
    closing = [f"… and {left} more: ask with more max_tokens, or for something narrower."] if left else []
    return "\n".join([*opening, *lines, *closing]), records
