"""Mistakes kept to be shown: the first ones of each kind, with counts of all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from kg_builder.evaluate.mistake_counts import ORDER, MistakeCounts, type_of
from kg_builder.evaluate.mistakes import Kind, Mistake

MOST = 500
"""Of each kind that are kept."""


@dataclass(slots=True)
class KeptMistakes:
    """Memory doesn't grow past so many of each kind, however long the corpus is."""

    most: int = MOST
    surfaces: MistakeCounts = field(default_factory=MistakeCounts)
    totals: Counter[tuple[Kind, str]] = field(default_factory=Counter)
    """By kind and type or predicate, those not kept included."""
    kept: dict[Kind, list[Mistake]] = field(default_factory=dict)

    def add(self, mistake: Mistake) -> None:
        """Count one, and keep it if there is room."""
        self.surfaces.add(mistake)
        self.totals[mistake.kind, type_of(mistake)] += 1
        kept = self.kept.setdefault(mistake.kind, [])
        if len(kept) < self.most:
            kept.append(mistake)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Those that came, in order."""
        return tuple(kind for kind in ORDER if kind in self.kept)

    def total(self, kind: Kind) -> int:
        """How many of a kind came."""
        return sum(count for (found, _), count in self.totals.items() if found is kind)
