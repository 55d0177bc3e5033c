"""A report as rows, and as a table for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kg_builder.evaluate.figures import Accuracy, Figure, Score
from kg_builder.evaluate.link_scores import ANY
from kg_builder.evaluate.results import AccuracyBreakdown, IdFigures, Report, ScoreBreakdown
from kg_builder.text.counted import counted

if TYPE_CHECKING:
    from rich.table import Table

    from kg_builder.evaluate.confidences import ConfidencesByType
    from kg_builder.evaluate.link_scores import LinkScores

ALL = "all"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    measure: str
    type: str
    """Entity type or predicate; ``all``: taken together."""
    value: Figure
    """F1, or accuracy where there is neither precision nor recall."""
    precision: Figure
    recall: Figure
    gold: int
    """How many there were to find, or of how many the accuracy is the share."""
    as_annotated: Figure | None = None
    """The value with ids as both sides give them; None: no ids are compared, or none of the gold is retired."""


def rows(report: Report) -> list[Row]:
    """All figures in reading order: each measure together, then by type."""
    of_ids = _id_rows(report)
    if report.as_annotated is not None and report.retired.mentions:
        pairs = zip(of_ids, _id_rows(report.as_annotated), strict=True)
        of_ids = [replace(row, as_annotated=before.value) for row, before in pairs]
    return [
        *_score_rows("mentions, strict", report.strict),
        *_score_rows("mentions, relaxed", report.relaxed),
        *of_ids,
    ]


def notes(report: Report) -> list[str]:
    """Sentences a reader of the figures needs: what failed, what was left out. Ids and counts only."""
    found = [
        f"Intervals: {report.resampling.level:.0%} percentile bootstrap over {counted(report.documents, 'document')}, "
        f"{report.resampling.resamples} resamples."
    ]
    if report.retired.mentions:
        found.append(
            f"Ids are compared as they stand today: {report.retired.mentions} gold mentions carry one of "
            f"{report.retired.ids} retired ids. The last column has the same figures with ids as they are."
        )
    if report.foreign:
        listed = ", ".join(f"{name} ({count})" for name, count in report.foreign.items())
        found.append(f"Concepts of vocabularies that the corpus doesn't use, which count as wrong: {listed}.")
    if (links := report.link_scores.get(ALL)) and links.unknown:
        left = round((links.at_scores[0].unknown_unlinked or 0.0) * links.unknown)
        found.append(f"Gold mentions that the corpus links to nothing: {links.unknown}; {left} were left unlinked.")
    if report.failed:
        found.append(
            f"Failed, and counted as empty: {counted(len(report.failed), 'document')}: {_some(report.failed)}."
        )
    if report.repeated:
        found.append(f"Came again, and skipped: {counted(len(report.repeated), 'document')}: {_some(report.repeated)}.")
    for what, counter in (("mentions", report.left_out.types), ("relations", report.left_out.predicates)):
        if counter:
            listed = ", ".join(f"{name} ({count})" for name, count in sorted(counter.items()))
            found.append(f"Gold {what} left out, because schema '{report.schema}' has no such thing: {listed}.")
    return found


def render(report: Report) -> Table:
    """The rows as a table for a rich console."""
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(f"{report.corpus or 'corpus'}: {counted(report.documents, 'document')}, schema {report.schema}")
    )
    for title in ("measure", "type"):
        table.add_column(title)
    renewed = any(row.as_annotated for row in rows(report))
    for title in ("precision", "recall", "F1 or accuracy", "interval", "gold", *["ids as annotated"] * renewed):
        table.add_column(title, justify="right", no_wrap=True)
    before = ""
    for row in rows(report):
        if before and row.measure != before:
            table.add_section()
        cells = (row.precision, row.recall, row.value)
        table.add_row(
            "" if row.measure == before else row.measure,
            Text(row.type),
            *(_number(figure) for figure in cells),
            _range(row.value),
            str(row.gold),
            *[_number(row.as_annotated) if row.as_annotated else ""] * renewed,
        )
        before = row.measure
    return table


def render_confidences(report: Report) -> list[Table]:
    """What confidences and scores of links are worth, as tables for a rich console; none where nothing carries any."""
    both = (("mentions, strict", report.mention_confidences), ("relations, end to end", report.relation_confidences))
    tables = [_confidences(title, figures) for title, figures in both if figures]
    links = report.link_scores
    return [*tables, _link_scores(links)] if links and links[ALL].reliability.count else tables


def _confidences(measure: str, figures: ConfidencesByType) -> Table:
    """A row a type: the expected calibration error, then precision and recall at each threshold."""
    from rich.text import Text

    table = _at_thresholds(
        f"confidences of {measure}: precision, and recall below it, of what is at least so sure",
        [f"{row.threshold:g}" for row in figures[ALL].thresholds],
    )
    for label, found in figures.items():
        kept = (f"{_plain(row.precision)}\n{_plain(row.recall)}" for row in found.thresholds)
        table.add_row(Text(label), _plain(found.reliability.error), *kept)
    return table


def _link_scores(figures: LinkScores) -> Table:
    """A row a type: the expected calibration error, then precision and coverage from each score on."""
    from rich.text import Text

    table = _at_thresholds(
        "scores of links on gold mentions: precision, and below it the share that is linked, of what scores at least",
        ["any" if row.threshold == ANY else f"{row.threshold:g}" for row in figures[ALL].at_scores],
    )
    for label, found in figures.items():
        kept = (f"{_plain(row.precision)}\n{_plain(row.coverage)}" for row in found.at_scores)
        table.add_row(Text(label), _plain(found.reliability.error), *kept)
    return table


def _at_thresholds(title: str, thresholds: Sequence[str]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), show_lines=True)
    table.add_column("type")
    for column in ("calibration error", *thresholds):
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _id_rows(figures: IdFigures) -> list[Row]:
    return [
        *_accuracy_rows("normalization, gold spans (accuracy)", figures.gold_spans),
        *_accuracy_rows("normalization, found spans (accuracy)", figures.found_spans),
        *_score_rows("normalization, end to end", figures.linked_spans),
        *_score_rows("concepts by document", figures.concepts),
        *_score_rows("relations, end to end", figures.relations),
        *_score_rows("relations, gold mentions", figures.gold_mention_relations),
    ]


def _score_rows(measure: str, breakdown: ScoreBreakdown) -> Iterator[Row]:
    def row(type: str, score: Score) -> Row:
        return Row(measure, type, score.f1, score.precision, score.recall, score.gold)

    yield row(ALL, breakdown.overall)
    yield from (row(label, score) for label, score in breakdown.by_type.items())


def _accuracy_rows(measure: str, breakdown: AccuracyBreakdown) -> Iterator[Row]:
    def row(type: str, share: Accuracy) -> Row:
        return Row(measure, type, share.accuracy, Figure(), Figure(), share.total)

    yield row(ALL, breakdown.overall)
    yield from (row(label, share) for label, share in breakdown.by_type.items())


def _number(figure: Figure) -> str:
    return _plain(figure.value)


def _plain(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _range(figure: Figure) -> str:
    return f"{figure.ci[0]:.3f}–{figure.ci[1]:.3f}" if figure.ci else ""


def _some(ids: tuple[str, ...], most: int = 10) -> str:
    return ", ".join(ids[:most]) + (" …" if len(ids) > most else "")
