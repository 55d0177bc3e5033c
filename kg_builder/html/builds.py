"""A finished build as HTML, for notebooks: what became of the documents, then the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg_builder.html.documents import counted
from kg_builder.html.escaping import escaped
from kg_builder.html.graphs import graph_body
from kg_builder.html.notebook_style import NOTEBOOK_STYLE

if TYPE_CHECKING:
    import networkx

    from kg_builder.stores.views import RunRecord


def build_html(run: RunRecord, graph: networkx.MultiDiGraph[Any] | None) -> str:
    """Accounting of the run and, where it is in memory, the graph."""
    body = graph_body(graph) if graph is not None else ""
    return f'<div class="kg-display"><style>{NOTEBOOK_STYLE}</style>{_accounting(run)}{body}</div>'


def _accounting(run: RunRecord) -> str:
    seconds = sum(run.seconds_by_step.values())
    lines = [
        f"{counted(run.read, 'document')} read = {run.written:,} written + {run.unchanged:,} unchanged"
        f" + {run.failed:,} failed",
        f"{counted(run.items_extracted, 'item')} extracted = {run.items_written:,} written"
        f" + {run.items_rejected:,} rejected",
        f"{seconds:.1f} s in all steps · {escaped(run.ended or 'not ended')}",
    ]
    return f'<p class="kg-figures">{"<br>".join(lines)}</p>'
