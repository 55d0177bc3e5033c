"""One page for an evaluation: figures, curves, calibration, and the mistakes in their text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kg_builder.evaluate.kept_mistakes import KeptMistakes
from kg_builder.evaluate.report import notes, rows
from kg_builder.reports.evaluation_plots import precision_recall_plots, reliability_plots
from kg_builder.reports.rendering import page
from kg_builder.reports.shown_mistakes import ABOUT, NameOf, groups, labels

if TYPE_CHECKING:
    from kg_builder.evaluate.confidences import ConfidencesByType
    from kg_builder.evaluate.report import Row
    from kg_builder.evaluate.results import Report


def evaluation_page(report: Report, mistakes: KeptMistakes, *, corpus: str, name_of: NameOf = lambda _: None) -> str:
    """The page. Equal figures and mistakes give equal pages. It quotes the corpus's text.

    `corpus`: what it is called; `name_of`: a concept's name by its id.
    """
    found = list(groups(mistakes, name_of))
    types = labels(mistakes)
    return page(
        "evaluation.html",
        rules=_filters(len(types)),
        report=report,
        corpus=corpus,
        notes=notes(report),
        measures=_measures(rows(report)),
        renewed=any(row.as_annotated for row in rows(report)),
        curves=list(precision_recall_plots(report)),
        diagrams=list(reliability_plots(report)),
        confidences=_tables(report),
        links=report.link_scores if report.link_scores and report.link_scores["all"].reliability.count else {},
        groups=found,
        types=types,
        totals={(kind, label): count for (kind, label), count in mistakes.totals.items()},
        headings={kind: heading for kind, (heading, _) in ABOUT.items()},
        most=mistakes.most,
        setup=report.setup,
    )


def _measures(found: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Rows by measure, in order."""
    measures: dict[str, list[Row]] = {}
    for row in found:
        measures.setdefault(row.measure, []).append(row)
    return list(measures.items())


def _tables(report: Report) -> list[tuple[str, ConfidencesByType]]:
    both = (("Mentions, strict", report.mention_confidences), ("Relations, end to end", report.relation_confidences))
    return [(title, figures) for title, figures in both if figures]


def _filters(types: int) -> str:
    """Style by which unticked boxes hide what they stand for, without a script."""
    kinds = (f"body:has(#kind-{kind}:not(:checked)) .kind-{kind} {{ display: none; }}" for kind in ABOUT)
    listed = (f"body:has(#type-{n}:not(:checked)) .type-{n} {{ display: none; }}" for n in range(types))
    return "\n".join((*kinds, *listed))
