"""Gold annotations checked against the text, whatever format they came in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg_builder.corpora.records import GOLD
from kg_builder.records import Assertion, Mention

Fragments = Sequence[tuple[int, int]]


class BadAnnotationError(ValueError):
    """An annotation that can't be used; `code` is stable, the message has offsets, no text."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def make_mention(
    text: str,
    fragments: Fragments,
    type: str,
    *,
    quoted: str | None = None,
    concepts: tuple[str, ...] = (),
    assertion: Assertion = Assertion.PRESENT,
) -> Mention:
    """A gold mention. `quoted` is what the corpus says the text is there. Raises BadAnnotationError."""
    parts = join_fragments(text, fragments)
    start, end = parts[0][0], parts[-1][1]
    if quoted is not None and not _same(" ".join(text[first:last] for first, last in parts), quoted):
        raise BadAnnotationError("offset-mismatch", f"the text at {start}-{end} differs from what the annotation says")
    if not type:
        raise BadAnnotationError("no-type", f"the annotation at {start}-{end} has no type")
    return Mention(
        start=start,
        end=end,
        text=text[start:end],
        type=type,
        fragments=tuple(parts) if len(parts) > 1 else (),
        concepts=concepts,
        assertion=assertion,
        provenance=GOLD,
    )


def join_fragments(text: str, fragments: Fragments) -> list[tuple[int, int]]:
    """Fragments in order; those that touch, or that only a line break parts, become one. Raises BadAnnotationError."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(fragments):
        if not 0 <= start < end <= len(text):
            raise BadAnnotationError("bad-offsets", f"offsets {start}-{end} are empty or leave the text")
        gap = text[joined[-1][1] : start] if joined else None
        if gap is not None and (not gap or ("\n" in gap and gap.isspace())):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    if not joined:
        raise BadAnnotationError("bad-offsets", "the annotation has no offsets")
    return joined


def _same(found: str, quoted: str) -> bool:
    """Whether the two are equal but for white space, which formats of one line a row can't keep."""
    return found == quoted or re.sub(r"\s+", "", found) == re.sub(r"\s+", "", quoted)
