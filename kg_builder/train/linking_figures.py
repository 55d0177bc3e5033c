"""Figures of a linker on gold spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kg_builder.normalize.linking_model import LinkingModel
from kg_builder.train.linking_examples import LinkingExample
from kg_builder.train.linking_fitting import Judged

THRESHOLDS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """What is linked from a probability on."""

    threshold: float
    linked: int
    right: int


@dataclass(frozen=True, slots=True)
class LinkingFigures:
    """Mentions of one type with ids."""

    mentions: int
    first_right: int
    """Whose likeliest candidate is the annotators' choice, however likely."""
    linked: int
    """From the model's threshold on."""
    linked_right: int
    found: int
    """With the right one among the candidates."""
    hidden: int
    """Whose concept was hidden, in a second pass."""
    hidden_linked: int
    """Of these, linked to another concept."""
    thresholds: tuple[AtThreshold, ...]

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        total, linked, hidden = (max(count, 1) for count in (self.mentions, self.linked, self.hidden))
        return asdict(self) | {
            "first_right_share": self.first_right / total,
            "accuracy": self.linked_right / total,
            "precision": self.linked_right / linked,
            "coverage": self.linked / total,
            "found_share": self.found / total,
            "hidden_linked_share": self.hidden_linked / hidden,
        }


def judged(example: LinkingExample, model: LinkingModel) -> Judged:
    """The best candidate by a written model."""
    log_odds = [model.log_odds(row) for row in example.features]
    if not log_odds:
        return Judged(example, None, 0.0)
    best = max(range(len(log_odds)), key=log_odds.__getitem__)
    return Judged(example, best, model.probability(log_odds[best]))


def figures(answers: Sequence[Judged], threshold: float) -> Mapping[str, LinkingFigures]:
    """By semantic group."""
    groups = sorted({one.example.mention.group for one in answers})
    return {group: _of([one for one in answers if one.example.mention.group == group], threshold) for group in groups}


def _of(answers: Sequence[Judged], threshold: float) -> LinkingFigures:
    shown = [one for one in answers if one.example.mention.gold and not one.example.hidden]
    hidden = [one for one in answers if one.example.hidden]
    linked = [one for one in shown if one.probability >= threshold]
    return LinkingFigures(
        mentions=_count(shown),
        first_right=_count([one for one in shown if one.right]),
        linked=_count(linked),
        linked_right=_count([one for one in linked if one.right]),
        found=_count([one for one in shown if any(one.example.labels)]),
        hidden=_count(hidden),
        hidden_linked=_count([one for one in hidden if one.probability >= threshold]),
        thresholds=tuple(_at(shown, value) for value in THRESHOLDS),
    )


def _at(shown: Sequence[Judged], threshold: float) -> AtThreshold:
    linked = [one for one in shown if one.best is not None and one.probability >= threshold]
    return AtThreshold(threshold, _count(linked), _count([one for one in linked if one.right]))


def _count(answers: Sequence[Judged]) -> int:
    return sum(one.example.mention.times for one in answers)
