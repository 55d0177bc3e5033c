"""The steps of the chain, and what each of them finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from kg_builder.terminology.rows import Tier


class Step(Enum):
    """What makes a name and a mention equal, the surest first."""

    EXACT = "exact name"
    COMPACT = "exact name but for blanks and hyphens"
    SORTED = "exact name, words in another order"
    UNMARKED = "Vietnamese name typed without diacritics"
    BROADER = "broader concept of the one with exactly the name"
    WORDS = "name in synonymous words"
    REDUCED = "name without what doesn't change the concept"
    SIMILAR = "similar name"
    COMPOSITE = "several concepts in one mention"
    BEFORE = "annotated so before"

    @property
    def label(self) -> str:
        """For features and files."""
        return self.name.lower()


_TOLD_WITH_NAME = (Step.BROADER, Step.WORDS, Step.REDUCED, Step.SIMILAR, Step.COMPOSITE)


@dataclass(frozen=True, slots=True)
class Found:
    """One candidate of a mention, by its surest step."""

    ids: tuple[str, ...]
    """CURIEs in alphabetical order; several for a composite."""
    step: Step
    name: str
    """The terminology's name that matched; of a composite, its parts."""
    tier: Tier | None = None
    """Of that name."""
    note: str = ""
    """How the mention was read, for people: ``abbreviation of …``."""
    rank: int = 0
    """Place among what the step found."""
    rivals: int = 0
    """Others of the same step and tier."""
    features: Mapping[str, float] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """For people."""
        step = self.step
        shown = f"{step.value}: {self.name}" if step in _TOLD_WITH_NAME else step.value
        return f"{self.note}: {shown}" if self.note else shown
