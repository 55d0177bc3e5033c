"""How often which mistake came, by kind and by surface form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from kg_builder.evaluate.mistakes import Kind, Mistake

ORDER = tuple(Kind)


@dataclass(slots=True)
class MistakeCounts:
    """Grows with the surface forms, not with the mistakes."""

    counts: Counter[tuple[Kind, str, str]] = field(default_factory=Counter)
    """(kind, type, text in lower case): how often."""

    def add(self, mistake: Mistake) -> None:
        """Count one."""
        text = mistake.gold_text or mistake.predicted_text
        self.counts[mistake.kind, type_of(mistake), text.lower()] += 1

    def rows(self) -> Iterator[tuple[Kind, str, str, int]]:
        """(kind, type, text, count): by kind, commonest first."""
        for (kind, label, text), count in sorted(
            self.counts.items(), key=lambda item: (ORDER.index(item[0][0]), -item[1], item[0])
        ):
            yield kind, label, text, count


def type_of(mistake: Mistake) -> str:
    """The gold's type or predicate, or the predicted one where there is no gold."""
    return mistake.gold_type or mistake.predicted_type
