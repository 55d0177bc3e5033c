"""A list report as a table and sentences for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kg_builder.evaluate.figures import Figure
from kg_builder.evaluate.list_metric import PUBLISHED_F1, ListReport
from kg_builder.text.counted import counted

if TYPE_CHECKING:
    from rich.table import Table


def render_lists(report: ListReport) -> Table:
    """A row a task, then their mean."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(f"{report.corpus or 'corpus'}: {counted(report.documents, 'document')}, lists of names"))
    table.add_column("task")
    for title in ("precision", "recall", "F1", "interval", "gold"):
        table.add_column(title, justify="right", no_wrap=True)
    for name, found in report.tasks.items():
        table.add_row(Text(name), *_cells(found.precision, found.recall, found.f1), str(found.gold))
    table.add_section()
    table.add_row("macro", *_cells(report.macro_precision, report.macro_recall, report.macro_f1), "")
    return table


def list_notes(report: ListReport) -> list[str]:
    """Sentences a reader of the figures needs. Ids and counts only."""
    found = [
        f"The macro figures are means over the tasks; 'any name' isn't among them. Published for the adapter: "
        f"F1 {PUBLISHED_F1}, on its own split."
    ]
    if report.failed:
        found.append(f"Failed, and counted as empty: {counted(len(report.failed), 'document')}.")
    return [*found, *report.warnings]


def _cells(precision: Figure, recall: Figure, f1: Figure) -> Iterator[str]:
    yield from ("–" if figure.value is None else f"{figure.value:.3f}" for figure in (precision, recall, f1))
    yield f"{f1.ci[0]:.3f}–{f1.ci[1]:.3f}" if f1.ci else ""
