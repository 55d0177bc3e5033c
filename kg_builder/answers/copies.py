"""A model's copy of the text, in which a form's occurrences are counted."""

from __future__ import annotations

from bisect import bisect_left

from kg_builder.answers.occurrences import exactly


class Copy:
    """The text as an answer repeats it, without marks."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: dict[str, list[int]] = {}

    def occurrence(self, form: str, start: int) -> int | None:
        """Which occurrence of a form begins at `start`, or next after it; None where there is only one."""
        if form not in self._starts:
            several = form != "" and self.text.count(form) > 1
            self._starts[form] = [span[0] for span in exactly(self.text, form)] if several else []
        starts = self._starts[form]
        return bisect_left(starts, start) if len(starts) > 1 else None
