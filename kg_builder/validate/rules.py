"""Which limits the checks apply, by extractor and language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

from kg_builder.records import Record


class ItemRules(Record):
    """Limits for the mentions of one extractor, or of one extractor in one language."""

    min_length: int = 2
    """Characters. Vietnamese ``ho`` (cough) and English ``NO`` (nitric oxide) have two."""
    generic_terms: tuple[str, ...] | None = None
    """Terms too general to be a concept; None: the shipped list of the language."""


DEFAULT_RULES: Mapping[str, ItemRules] = {
    "*": ItemRules(),
    "lexicon": ItemRules(min_length=1),
    "tagger": ItemRules(min_length=1),
    "attributes": ItemRules(min_length=1),
}
"""A lexicon's one-letter names were chosen one by one; the tagger and the attribute rules read them in context."""


def rules_for(rules: Mapping[str, ItemRules], extractor: str, language: str) -> ItemRules:
    """The most specific of ``extractor:language``, ``extractor``, ``*:language`` and ``*``."""
    if not rules:  # the defaults know no language
        return DEFAULT_RULES.get(extractor) or DEFAULT_RULES["*"]
    for key in (f"{extractor}:{language}", extractor, f"*:{language}"):
        found = rules.get(key) or DEFAULT_RULES.get(key)
        if found is not None:
            return found
    return rules.get("*") or DEFAULT_RULES["*"]


@lru_cache
def shipped_generic_terms(language: str) -> frozenset[str]:
    """Generic terms of a language (and of none in particular), folded; ``und`` gets all of them."""
    rows = (line.split("\t") for line in _data_lines())
    return frozenset(fold(term) for code, term in rows if language in {code, "und"})


def fold(text: str) -> str:
    """For comparing surface forms: case and white space don't count."""
    return " ".join(text.casefold().split())


def _data_lines() -> Iterable[str]:
    text = files("kg_builder.validate").joinpath("generic_terms.tsv").read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))


@dataclass(frozen=True, slots=True)
class Limits:
    """All that the checks compare with."""

    rules: Mapping[str, ItemRules] = field(default_factory=dict)
    min_confidence: Mapping[str, float] = field(default_factory=dict)
    """By entity type or predicate; ``*`` for the rest."""
    require_confidence: bool = False
    """Reject items without a confidence where a threshold is set."""

    def threshold(self, name: str) -> float | None:
        """Least confidence for a type or predicate."""
        return self.min_confidence.get(name, self.min_confidence.get("*"))
