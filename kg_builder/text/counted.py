"""Numbers with what they count."""

from __future__ import annotations


def counted(number: int, what: str) -> str:
    """``1 document``, ``2,000 documents``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
