"""Text with spans highlighted, as HTML that runs nothing and reads the same on light and dark pages.

>>> highlighted("No fever.", [Highlight(3, 8, "Disease", label="Disease", classes=("negated",))])
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from kg_builder.html.escaping import escaped, escaped_prose
from kg_builder.html.segments import Parts, Segment, Stretch, lanes, segments
from kg_builder.html.type_styles import style_of

STYLE = """
.kg-text { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 2.1; }
.kg-mark { color: inherit; background: color-mix(in srgb, var(--kg-type) 22%, transparent);
  border-bottom: 2px solid var(--kg-type); border-radius: 2px; padding: 1px 0 calc(1px + var(--kg-lane) * 4px); }
.kg-mark sup { font: 600 0.62em/1 system-ui, sans-serif; letter-spacing: 0.02em; margin: 0 0.3em 0 0.15em;
  display: inline-block; white-space: nowrap; }
.kg-label { user-select: none; }
.kg-mark abbr { text-decoration: none; }
.kg-mark.negated { text-decoration: line-through 1px; }
.kg-mark.uncertain { border-bottom-style: dotted; }
.kg-mark.subject { border-bottom-style: solid; border-bottom-width: 3px; }
.kg-mark.object { border-bottom-style: double; border-bottom-width: 4px; }
.kg-mark.attribute { background: none; border-bottom-style: dotted; }
.kg-mark.missed { background: none; outline: 1px dashed currentColor; outline-offset: 1px; }
.kg-mark.rejected { background: none; border-bottom-style: dashed; opacity: 0.85; }
@media print { .kg-mark { print-color-adjust: exact; } }
"""
"""CSS for what `highlighted` writes; once a page. Classes it knows: negated, uncertain, subject, object, attribute,
missed, rejected. Each differs from the others by more than its colour."""

_SIGNS = {
    "negated": '<abbr title="negated">\u2298</abbr>',
    "uncertain": '<abbr title="uncertain">?</abbr>',
}
_CLASS = re.compile(r"[a-z][a-z-]*")


class Highlight(NamedTuple):
    """A span to highlight; offsets in code points, half open."""

    start: int
    end: int
    type: str
    """Decides the colour."""
    label: str = ""
    """Small text after its end; empty: none."""
    title: str = ""
    """Shown when pointed at; empty: none."""
    classes: tuple[str, ...] = ()
    """See `STYLE`; lower-case words of your own are fine too."""
    fragments: Parts = ()
    """Parts of a discontinuous span."""


def highlighted(text: str, spans: Sequence[Highlight], *, offset: int = 0) -> str:
    """The text as HTML, in an element that keeps its line breaks; spans may nest, overlap and be discontinuous.

    `offset`: where in the document the text begins, when the spans count from the document's start.
    """
    pieces = segments(text, [_moved(span, offset) for span in spans])
    body = "".join(_written(pieces, spans, lanes(pieces)))
    return f'<span class="kg-text">{body}</span>'


def _moved(span: Highlight, offset: int) -> Stretch:
    fragments = tuple((start - offset, end - offset) for start, end in span.fragments)
    return Stretch(span.start - offset, span.end - offset, fragments)


def _written(pieces: Sequence[Segment], spans: Sequence[Highlight], lane: Mapping[int, int]) -> Iterator[str]:
    """Marks stay open as long as their span goes on, so that nested spans are nested elements."""
    last = {index: piece.start for piece in pieces for index in piece.spans}
    opened: list[int] = []
    for piece in pieces:
        kept = _common(opened, piece.spans)
        while len(opened) > kept:
            yield "</mark>"
            opened.pop()
        for index in piece.spans[kept:]:
            yield _opening(spans[index], lane[index])
            opened.append(index)
        yield escaped_prose(piece.text)
        for index in reversed(piece.spans):
            if last[index] == piece.start:
                yield _label(spans[index])
    yield "</mark>" * len(opened)


def _common(opened: Sequence[int], wanted: Sequence[int]) -> int:
    """How many of the open marks, from the outermost, go on."""
    kept = 0
    while kept < min(len(opened), len(wanted)) and opened[kept] == wanted[kept]:
        kept += 1
    return kept


def _opening(span: Highlight, lane: int) -> str:
    unknown = [name for name in span.classes if not _CLASS.fullmatch(name)]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no class of a highlight: use lower-case letters and hyphens")
    classes = " ".join(("kg-mark", *span.classes))
    title = f' title="{escaped(span.title)}"' if span.title else ""
    return f'<mark class="{classes}" style="--kg-type:{style_of(span.type).light};--kg-lane:{lane}"{title}>'


def _label(span: Highlight) -> str:
    """What stands after the span: its label, with a sign where it is negated or uncertain."""
    sign = next((sign for name, sign in _SIGNS.items() if name in span.classes), "")
    said = " ".join(part for part in (sign, escaped(span.label)) if part)
    return f'<span class="kg-label">\u2060<sup>{said}</sup></span>' if said else ""  # U+2060: no line break before it
