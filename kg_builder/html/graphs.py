"""A graph in memory as HTML, for notebooks: a drawing if it is small, and its best supported relations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from kg_builder.html.documents import counted, more_rows, percent, type_legend
from kg_builder.html.drawing import Line, Spot, drawing
from kg_builder.html.escaping import escaped
from kg_builder.html.notebook_style import NOTEBOOK_STYLE

if TYPE_CHECKING:
    import networkx

    Graph = networkx.MultiDiGraph[Any]

MOST_ROWS = 25
_NOT_FACTS = frozenset({"negated", "family", "hypothetical"})
MOST_DRAWN = 40
"""Concepts; a graph of more is not drawn."""


class Statement(NamedTuple):
    """A relation over all documents that state it."""

    subject: str
    predicate: str
    object: str
    documents: frozenset[str]
    assertions: tuple[str, ...]
    confidence: float | None


def graph_html(graph: Graph) -> str:
    """Figures, a drawing if there are few concepts, and a table of the relations that most documents state."""
    return f'<div class="kg-display"><style>{NOTEBOOK_STYLE}</style>{graph_body(graph)}</div>'


def graph_body(graph: Graph) -> str:
    """The same without its frame and style."""
    concepts = {node: carried for node, carried in graph.nodes(data=True) if carried.get("kind") != "document"}
    related = statements(graph)
    documents = frozenset[str]().union(*(one.documents for one in related))
    drawn = _drawn(concepts, related) if len(concepts) <= MOST_DRAWN and related else ""
    return "".join(
        (
            f'<p class="kg-title">{counted(len(concepts), "concept")}, {counted(len(related), "relation")}</p>',
            f'<p class="kg-figures">stated by {counted(len(documents), "document")}</p>' if related else "",
            type_legend(Counter(str(carried.get("type", "")) for carried in concepts.values())),
            drawn,
            _table(concepts, related),
        )
    )


def statements(graph: Graph) -> Sequence[Statement]:
    """Relations of a graph, each over all its documents, best supported first."""
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for subject, object_, carried in graph.edges(data=True):
        if "document" in carried:
            found.setdefault((subject, carried["predicate"], object_), []).append(carried)
    summed = [_summed(ends, edges) for ends, edges in found.items()]
    return sorted(summed, key=lambda one: (-len(one.documents), -(one.confidence or 0), one[:3]))


def _summed(ends: tuple[str, str, str], edges: Sequence[dict[str, Any]]) -> Statement:
    sure = [edge["confidence"] for edge in edges if edge.get("confidence") is not None]
    return Statement(
        *ends,
        documents=frozenset(edge["document"] for edge in edges),
        assertions=tuple(sorted({str(edge["assertion"]) for edge in edges})),
        confidence=max(sure, default=None),
    )


def _table(concepts: dict[str, dict[str, Any]], related: Sequence[Statement]) -> str:
    if not related:
        return ""
    most = max(len(one.documents) for one in related)
    rows = "".join(_row(concepts, one, most) for one in related[:MOST_ROWS])
    return (
        "<table><thead><tr><th>Subject</th><th>Relation</th><th>Object</th><th>Documents</th><th>Confidence</th>"
        f"<th>Stated as</th></tr></thead><tbody>{rows}</tbody></table>{more_rows(len(related), MOST_ROWS)}"
    )


def _row(concepts: dict[str, dict[str, Any]], one: Statement, most: int) -> str:
    subject, object_ = (_named(concepts, end) for end in (one.subject, one.object))
    width = round(60 * len(one.documents) / most)
    return (
        f"<tr><td>{subject}</td><td>{escaped(one.predicate)}</td><td>{object_}</td>"
        f'<td><span class="kg-bar" style="width:{width}px"></span>{len(one.documents):,}</td>'
        f'<td class="kg-number">{percent(one.confidence)}</td><td>{escaped(", ".join(one.assertions))}</td></tr>'
    )


def _named(concepts: dict[str, dict[str, Any]], concept: str) -> str:
    carried = concepts.get(concept, {})
    name, kind = str(carried.get("name", concept)), str(carried.get("type", ""))
    return f'<span title="{escaped(f"{concept} {kind}".strip())}">{escaped(name)}</span>'


def _drawn(concepts: dict[str, dict[str, Any]], related: Sequence[Statement]) -> str:
    spots = [
        Spot(node, str(carried.get("name", node)), str(carried.get("type", "")), bool(carried.get("linked", True)))
        for node, carried in concepts.items()
    ]
    lines = [
        Line(one.subject, one.predicate, one.object, len(one.documents), faint=_NOT_FACTS.issuperset(one.assertions))
        for one in related
    ]
    return drawing(spots, lines)
