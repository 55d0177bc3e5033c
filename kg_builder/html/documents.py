"""A document's part of the graph as HTML, for notebooks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kg_builder.html.escaping import escaped
from kg_builder.html.glyphs import glyph
from kg_builder.html.highlight import Highlight, highlighted
from kg_builder.html.notebook_style import NOTEBOOK_STYLE

if TYPE_CHECKING:
    from kg_builder.records import DocumentGraph, Mention, Reject

MOST_TEXT = 30_000
"""Characters; what follows is not shown."""
MOST_ROWS = 50
LONGEST_LABEL = 12

_CLASSES = {"negated": ("negated",), "possible": ("uncertain",), "hypothetical": ("uncertain",)}


def document_html(part: DocumentGraph) -> str:
    """The text with its mentions, then its relations and what was rejected."""
    text = part.document.text
    body = highlighted(text[:MOST_TEXT], list(_highlights(part)))
    return "".join(
        (
            f'<div class="kg-display"><style>{NOTEBOOK_STYLE}</style>',
            f'<p class="kg-title">{escaped(part.document.id)}</p>',
            f'<p class="kg-figures">{_figures(part)}</p>',
            type_legend(Counter(mention.type for mention in part.mentions)),
            f'<div class="kg-frame">{body}{_cut(len(text))}</div>',
            _relations(part),
            _rejects(part.rejects),
            "</div>",
        )
    )


def type_legend(counts: Counter[str]) -> str:
    """Each type with its mark and how often it is there, the commonest first."""
    marks = (
        f'<span><svg width="14" height="14" aria-hidden="true">{glyph(name, 7, 7, 6)}</svg>'
        f'{escaped(name)} <span class="kg-faint">{count:,}</span></span>'
        for name, count in counts.most_common()
    )
    return f'<p class="kg-legend">{"".join(marks)}</p>' if counts else ""


def short(type: str) -> str:
    """A type as it stands among the words of a text: of a long one, its first word."""
    if len(type) <= LONGEST_LABEL:
        return type
    first = re.match(r"[A-Z]?[a-z]+|[^\W_]+", type)
    return f"{first[0] if first else type[:LONGEST_LABEL]}…"


def counted(number: int, one: str, many: str = "") -> str:
    """As ``1 mention`` or ``2 mentions``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(confidence: float | None) -> str:
    """A confidence for people; empty where there is none."""
    return "" if confidence is None else f"{confidence:.0%}"


def _figures(part: DocumentGraph) -> str:
    return " · ".join(
        (
            counted(len(part.mentions), "mention"),
            counted(len(part.concepts), "concept"),
            counted(len(part.relations), "relation"),
            f"{len(part.rejects):,} rejected",
            escaped(part.selection.language),
            escaped(part.selection.schema_name),
        )
    )


def _highlights(part: DocumentGraph) -> Iterator[Highlight]:
    names = {concept.id: concept.name for concept in part.concepts}
    for mention in part.mentions:
        yield Highlight(
            mention.start,
            mention.end,
            mention.type,
            label=short(mention.type),
            title=_title(mention, names),
            classes=_CLASSES.get(mention.assertion, ()),
            fragments=mention.fragments,
        )
    for attribute in part.attributes:
        yield Highlight(
            attribute.start, attribute.end, attribute.type, label=short(attribute.type), classes=("attribute",)
        )


def _title(mention: Mention, names: dict[str, str]) -> str:
    linked = [f"{names.get(concept, '')} ({concept})" for concept in mention.concepts]
    said = [mention.assertion.value, percent(mention.confidence), mention.section or ""]
    return " · ".join(piece for piece in (*linked, *said) if piece)


def _cut(length: int) -> str:
    return f'<p class="kg-faint">… {length - MOST_TEXT:,} more characters</p>' if length > MOST_TEXT else ""


def _relations(part: DocumentGraph) -> str:
    if not part.relations:
        return ""
    names = {concept.id: concept.name for concept in part.concepts}
    rows = "".join(
        f"<tr><td>{escaped(names[relation.subject])}</td><td>{escaped(relation.predicate)}</td>"
        f"<td>{escaped(names[relation.object])}</td><td>{escaped(relation.assertion.value)}</td>"
        f'<td class="kg-number">{percent(relation.confidence)}</td></tr>'
        for relation in part.relations[:MOST_ROWS]
    )
    return (
        "<table><thead><tr><th>Subject</th><th>Relation</th><th>Object</th><th>Assertion</th><th>Confidence</th></tr>"
        f"</thead><tbody>{rows}</tbody></table>{more_rows(len(part.relations), MOST_ROWS)}"
    )


def _rejects(rejects: Sequence[Reject]) -> str:
    if not rejects:
        return ""
    rows = "".join(
        f"<tr><td>{escaped(reject.kind)}</td><td>{escaped(reject.type)}</td><td>{escaped(reject.text or '')}</td>"
        f"<td>{'<br>'.join(f'{escaped(issue.code)}: {escaped(issue.message)}' for issue in reject.issues)}</td></tr>"
        for reject in rejects[:MOST_ROWS]
    )
    return (
        f"<details><summary>{len(rejects):,} rejected</summary><table><thead><tr><th>Kind</th><th>Type</th>"
        f"<th>Text</th><th>Reasons</th></tr></thead><tbody>{rows}</tbody></table>"
        f"{more_rows(len(rejects), MOST_ROWS)}</details>"
    )


def more_rows(number: int, most: int) -> str:
    """Says how many rows of a table aren't shown, if any."""
    return f'<p class="kg-faint">… {number - most:,} more</p>' if number > most else ""
