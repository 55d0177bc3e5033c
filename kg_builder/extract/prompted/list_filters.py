"""The filters of models that answer with lists, as in their authors' evaluation: of this profile, not of others.

The words are data: ``list_filters.tsv``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from kg_builder.records import Issue, Mention

LEAST_CHARACTERS = 3


@dataclass(frozen=True, slots=True)
class ListFilters:
    """The words, in lower case, by kind."""

    words: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def issue(self, mention: Mention, *, chemical: bool) -> Issue | None:
        """Why a mention isn't taken, or None."""
        text = " ".join(mention.text.lower().split())
        if len(text) < LEAST_CHARACTERS:
            return Issue(code="too-short", message=f"Shorter than {LEAST_CHARACTERS} characters.")
        if text in self._of("generic"):
            return Issue(code="generic-term", message=f"'{mention.text}' alone names nothing in particular.")
        if chemical and self._names_disease(text):
            return Issue(code="type-mismatch", message=f"'{mention.text}' is listed as a chemical and names a disease.")
        return None

    def _names_disease(self, text: str) -> bool:
        last = text.rsplit(maxsplit=1)[-1].rpartition("-")[2]
        if last in self._of("exception"):
            return False
        return last in self._of("disease-word") or last.endswith(tuple(self._of("disease-ending")))

    def _of(self, kind: str) -> frozenset[str]:
        return self.words.get(kind, frozenset())


@lru_cache(maxsize=1)
def shipped_filters() -> ListFilters:
    """Those of ``list_filters.tsv``."""
    text = files("kg_builder.extract.prompted").joinpath("list_filters.tsv").read_text(encoding="utf-8")
    words: dict[str, set[str]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            kind, term = line.split("\t")
            words.setdefault(kind, set()).add(term)
    return ListFilters({kind: frozenset(terms) for kind, terms in words.items()})
