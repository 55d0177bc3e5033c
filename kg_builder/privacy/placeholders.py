"""Placeholders for what several texts say, and what each stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kg_builder.privacy.identifiers import Kind

SOURCE = "SOURCE"
"""Kind of what names a document."""
PLACEHOLDER = re.compile(rf"\[(?P<kind>{'|'.join(Kind)}|{SOURCE})-\d+\]")
MEANT = re.compile(rf"{PLACEHOLDER.pattern}|(?<![\w-]){SOURCE}-\d+(?!\w)")
"""Those of documents stand without brackets, too."""
_BLANKS = re.compile(r"\s+")


class Placeholders:
    """Equal words have equal ones, whatever their case and blanks: ``[NAME-1]``, ``[DATE-2]``, ``SOURCE-3``."""

    def __init__(self, given: Mapping[str, str], text: str) -> None:
        """`given`: those of before, with what they stand for. `text` may have some of its own, which aren't taken."""
        self.said = dict(given)
        self._by_words: dict[str, str] = {}
        for placeholder, words in given.items():
            self._by_words.setdefault(_key(words), placeholder)
        self._taken = {match[0] for match in PLACEHOLDER.finditer(text)} - set(given)

    def of(self, words: str, kind: str) -> str:
        """What stands for these words."""
        key = _key(words)
        if key not in self._by_words:
            number = 1
            while (placeholder := _form(kind, number)) in self.said or placeholder in self._taken:
                number += 1
            self._by_words[key], self.said[placeholder] = placeholder, words
        return self._by_words[key]

    def restore(self, text: str) -> str:
        """A text with the words that its placeholders stand for."""
        return MEANT.sub(lambda match: self.said.get(_bare(match[0]), match[0]), text)


def _form(kind: str, number: int) -> str:
    """The name of a document has no brackets: those of a source are around it."""
    return f"{kind}-{number}" if kind == SOURCE else f"[{kind}-{number}]"


def _bare(placeholder: str) -> str:
    return placeholder.strip("[]") if SOURCE in placeholder else placeholder


def _key(words: str) -> str:
    return _BLANKS.sub(" ", words).casefold()
