"""What the scores of links are worth: precision and coverage of the links on gold mentions from each score on.

A mention that the corpus itself links to nothing (``-1``, NIL) is rightly left unlinked; any link there is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kg_builder.evaluate.calibration import THRESHOLDS, Reliability, reliability
from kg_builder.evaluate.matching import TypedSpan
from kg_builder.protocols import Link

ANY = 0.0
"""The threshold that every link reaches, one without a score too."""

Answer = Link | Sequence[str]
"""What a normalizer says of a mention; ids alone carry no score."""

_DIGITS = 4


def ids_of(answer: Answer) -> tuple[str, ...]:
    """The ids that it links to."""
    return tuple(concept.id for concept in answer.concepts) if isinstance(answer, Link) else tuple(answer)


def score_of(answer: Answer) -> float | None:
    """How sure it is, if it says so."""
    return answer.score if isinstance(answer, Link) else None


class Judgement(NamedTuple):
    """A gold mention that was given a link."""

    score: float
    right: bool
    """Exactly the gold ids."""
    known: bool
    """The corpus has an id for it."""


@dataclass(frozen=True, slots=True)
class AtScore:
    """What is left for a user who keeps the links of at least this score."""

    threshold: float
    links: int
    right: int
    precision: float | None
    """Right ones among them; None where none is left."""
    coverage: float | None
    """Share of the mentions with a gold id that have a link; None where there are no such mentions."""
    recall: float | None
    """Share of them that have the right one."""
    unknown_unlinked: float | None
    """Share of the mentions without a gold id that have none; None where there are no such mentions."""

    def as_json(self) -> dict[str, Any]:
        """All of it by name."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class LinkScoreFigures:
    """Of one entity type, or of all."""

    mentions: int
    """Gold mentions with an id."""
    unknown: int
    """Gold mentions without."""
    reliability: Reliability
    at_scores: tuple[AtScore, ...]

    def as_json(self) -> dict[str, Any]:
        """``mentions``, ``unknown``, ``expected_calibration_error`` and ``at_score``."""
        return {
            "mentions": self.mentions,
            "unknown": self.unknown,
            "expected_calibration_error": self.reliability.error,
            "at_score": [row.as_json() for row in self.at_scores],
        }


LinkScores = dict[str, LinkScoreFigures]
"""``all``, then by entity type."""


@dataclass
class JudgedLinks:
    """What accumulates while the documents pass by, by entity type; only counts are kept."""

    given: dict[str, Counter[Judgement]] = field(default_factory=dict)
    asked: dict[str, Counter[bool]] = field(default_factory=dict)
    """How many gold mentions have an id, how many have none."""

    def take(
        self,
        gold: Mapping[TypedSpan, frozenset[str]],
        given: Mapping[TypedSpan, frozenset[str]],
        scores: Mapping[TypedSpan, float],
    ) -> None:
        """Add the gold mentions of one document."""
        for span, ids in gold.items():
            self.asked.setdefault(span.type, Counter())[bool(ids)] += 1
            if found := given.get(span):
                one = Judgement(round(scores.get(span, ANY), _DIGITS), found == ids, bool(ids))
                self.given.setdefault(span.type, Counter())[one] += 1


def link_score_figures(judged: JudgedLinks) -> LinkScores:
    """Figures of all types together under ``all``, then of each; a type for which the corpus has no ids is left out."""
    types = sorted(label for label, asked in judged.asked.items() if asked[True])
    if not types:
        return {}
    parts = {label: (judged.given.get(label, Counter()), judged.asked[label]) for label in types}
    given: Counter[Judgement] = sum((one for one, _ in parts.values()), Counter())
    asked: Counter[bool] = sum((many for _, many in parts.values()), Counter())
    return {"all": _figures(given, asked), **{label: _figures(*part) for label, part in parts.items()}}


def _figures(given: Counter[Judgement], asked: Counter[bool]) -> LinkScoreFigures:
    together: Counter[tuple[float, bool]] = Counter()
    for one, times in given.items():
        together[one.score, one.right] += times
    rows = tuple(_at_score(given, asked, threshold) for threshold in (ANY, *THRESHOLDS))
    return LinkScoreFigures(asked[True], asked[False], reliability(together), rows)


def _at_score(given: Counter[Judgement], asked: Counter[bool], threshold: float) -> AtScore:
    kept = {one: times for one, times in given.items() if one.score >= threshold}
    right = _count(times for one, times in kept.items() if one.right)
    known = _count(times for one, times in kept.items() if one.known)
    links = _count(kept.values())
    return AtScore(
        threshold,
        links,
        right,
        precision=right / links if links else None,
        coverage=known / asked[True] if asked[True] else None,
        recall=right / asked[True] if asked[True] else None,
        unknown_unlinked=1 - (links - known) / asked[False] if asked[False] else None,
    )


def _count(times: Iterable[int]) -> int:
    return sum(times)
