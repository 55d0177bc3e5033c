"""The plots of an evaluation's page, from its figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from kg_builder.reports.plots import Frame, Named, Series, curves, reliability
from kg_builder.reports.svg import SERIES
from kg_builder.text.counted import counted

if TYPE_CHECKING:
    from markupsafe import Markup

    from kg_builder.evaluate.calibration import Reliability
    from kg_builder.evaluate.confidences import ConfidencesByType
    from kg_builder.evaluate.link_scores import LinkScores
    from kg_builder.evaluate.results import Report

MARKED = (0.5, 0.8, 0.95)
"""Confidences whose points are marked on the curves; they are among `calibration.THRESHOLDS`."""
ALL = "all"


class Plot(NamedTuple):
    """A drawing with what stands above it."""

    heading: str
    said: str
    drawing: Markup


class _Point(Protocol):
    """A threshold with what is left from it on."""

    @property
    def threshold(self) -> float: ...
    @property
    def precision(self) -> float | None: ...
    @property
    def recall(self) -> float | None: ...


def precision_recall_plots(report: Report) -> Iterator[Plot]:
    """Of mentions, relations and links, where they carry confidences."""
    both = (
        ("mentions", "Mentions, strict", report.mention_confidences),
        ("relations", "Relations, end to end", report.relation_confidences),
    )
    for name, heading, figures in both:
        series = [
            _series(label, found.curve, found.thresholds) for label, found in _separate(figures).items() if found.curve
        ]
        yield from _curves(f"pr-{name}", heading, "confidence", series)
    links = [_series(label, found.at_scores, found.at_scores) for label, found in _links(report.link_scores).items()]
    yield from _curves("pr-links", "Links of gold mentions", "score", links)


def reliability_plots(report: Report) -> Iterator[list[Plot]]:
    """A row for mentions, relations and links; in each one plot a type or predicate that has confidences."""
    groups: Sequence[tuple[str, str, Mapping[str, Reliability]]] = (
        ("mentions", "Mentions", _reliabilities(report.mention_confidences)),
        ("relations", "Relations", _reliabilities(report.relation_confidences)),
        ("links", "Links", {label: found.reliability for label, found in _links(report.link_scores).items()}),
    )
    for name, heading, figures in groups:
        row = [
            _diagram(f"reliability-{name}-{number}", f"{heading}: {label}", found, number)
            for number, (label, found) in enumerate(figures.items())
            if found.count
        ]
        if row:
            yield row


def _diagram(name: str, heading: str, found: Reliability, number: int) -> Plot:
    said = f"{counted(found.count, 'answer')}, calibration error {found.error or 0:.3f}"
    described = f"Share of right answers against confidence; {said}."
    frame = Frame(name, heading, described, "mean confidence", "share that is right")
    return Plot(heading, said, reliability(frame, found.bins, series=number))


def _curves(name: str, heading: str, what: str, series: Sequence[Series]) -> Iterator[Plot]:
    """As many curves on one plot as can be told apart."""
    marked = ", ".join(f"{threshold:g}" for threshold in MARKED)
    said = f"from the surest answer on; marks at a {what} of {marked}"
    for first in range(0, len(series), SERIES):
        drawn = series[first : first + SERIES]
        described = f"Precision against recall, a curve for each of {', '.join(one.label for one in drawn)}."
        frame = Frame(f"{name}-{first}", heading, described, "recall", "precision")
        yield Plot(heading, said, curves(frame, drawn))


def _series(label: str, curve: Sequence[_Point], thresholds: Sequence[_Point]) -> Series:
    points = [(one.recall, one.precision) for one in sorted(curve, key=lambda one: -one.threshold)]
    marked = [
        Named(
            one.recall, one.precision, f"at {one.threshold:g}: precision {one.precision:.3f}, recall {one.recall:.3f}"
        )
        for one in thresholds
        if one.threshold in MARKED and one.recall is not None and one.precision is not None
    ]
    return Series(label, [(x, y) for x, y in points if x is not None and y is not None], marked)


def _separate(figures: ConfidencesByType) -> ConfidencesByType:
    """Without ``all`` where that is the only type there is."""
    return {label: found for label, found in figures.items() if label != ALL or len(figures) > 2}


def _links(figures: LinkScores) -> LinkScores:
    if not figures or not figures[ALL].reliability.count:
        return {}
    return {label: found for label, found in figures.items() if label != ALL or len(figures) > 2}


def _reliabilities(figures: ConfidencesByType) -> dict[str, Reliability]:
    return {label: found.reliability for label, found in _separate(figures).items()}
