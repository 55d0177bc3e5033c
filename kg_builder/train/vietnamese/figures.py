"""Figures of a Vietnamese model and of what it is compared with: strict spans and types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kg_builder.evaluate.calibration import AtThreshold, Reliability
from kg_builder.train.scoring import Counts

ALL = "all"


@dataclass(frozen=True, slots=True)
class SystemFigures:
    """Counts of one system by type; ``all`` too."""

    counts: Mapping[str, Counts]

    @classmethod
    def of(cls, counts: Mapping[str, Counts]) -> SystemFigures:
        """With the sum of all types."""
        return cls({**counts, ALL: sum(counts.values(), Counts())})

    def as_json(self) -> dict[str, Any]:
        """By type."""
        return {kind: counts.as_json() for kind, counts in self.counts.items()}


@dataclass(frozen=True, slots=True)
class Scored:
    """One evaluation corpus. Nothing of it was in the training documents."""

    documents: int
    shared: int
    """Documents that share text with training documents before the guard took those out; not of `deduplicated`."""
    whole: Mapping[str, SystemFigures]
    """By system: dictionary, baseline, model."""
    deduplicated: Mapping[str, SystemFigures]
    reliability: Reliability
    """Of the model, all documents and types."""
    thresholds: tuple[AtThreshold, ...]

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "documents": self.documents,
            "shared": self.shared,
            "whole": {name: one.as_json() for name, one in self.whole.items()},
            "deduplicated": {name: one.as_json() for name, one in self.deduplicated.items()},
            "expected_calibration_error": self.reliability.error,
            "at_threshold": [asdict(row) for row in self.thresholds],
        }
