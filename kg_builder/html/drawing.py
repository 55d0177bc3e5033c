"""A small graph as a drawing in SVG, without script, the same each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import hypot, sqrt
from typing import TYPE_CHECKING, NamedTuple

from kg_builder.html.escaping import escaped
from kg_builder.html.glyphs import glyph

if TYPE_CHECKING:
    import networkx

WIDTH = 860
MARGIN = 70
RADIUS = 8.0
LONGEST_NAME = 26
NAME_HEIGHT = 44.0
"""Of a mark with its name below."""
MOST_PUSHES = 300
_DASHES = ("", "7 4", "2 4", "10 3 2 3")
_COLOURS = ("#b5532a", "#12876a", "#5b6fc4", "#8a8f98")

Place = tuple[float, float]


class Spot(NamedTuple):
    """A concept to draw."""

    id: str
    name: str
    type: str
    linked: bool


class Line(NamedTuple):
    """A relation to draw."""

    subject: str
    predicate: str
    object: str
    support: int
    """How many documents state it."""
    faint: bool = False
    """Nobody states it as a fact about the patient."""


def drawing(spots: Sequence[Spot], lines: Sequence[Line]) -> str:
    """The concepts that a line joins to another, with their lines and what the lines mean."""
    joined = {end for line in lines for end in (line.subject, line.object)}
    shown = [spot for spot in spots if spot.id in joined]
    height = round(110 + 80 * sqrt(len(shown)))
    places = _places(shown, lines, height)
    predicates = sorted({line.predicate for line in lines})
    marks = [_line(line, places, predicates.index(line.predicate)) for line in lines]
    marks += [_spot(spot, places[spot.id]) for spot in shown]
    title = escaped(f"{len(shown)} concepts and {len(lines)} relations, listed below")
    return (
        f'<svg class="kg-drawing" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{title}">{"".join(marks)}</svg>'
        f'<p class="kg-legend">{"".join(_meanings(predicates))}</p>'
    )


def _places(spots: Sequence[Spot], lines: Sequence[Line], height: int) -> Mapping[str, Place]:
    """Where each concept stands: parts of the graph that nothing joins stand side by side."""
    import networkx

    graph: networkx.Graph[str] = networkx.Graph()
    graph.add_nodes_from(sorted(spot.id for spot in spots))
    graph.add_edges_from((line.subject, line.object) for line in lines if line.subject != line.object)
    parts = sorted(networkx.connected_components(graph), key=lambda part: (-len(part), min(part)))
    widths = [sqrt(len(part)) for part in parts]
    found: dict[str, Place] = {}
    left = float(MARGIN)
    for part, share in zip(parts, widths, strict=True):
        width = (WIDTH - 2 * MARGIN) * share / sum(widths)
        laid = _laid_out(graph.subgraph(sorted(part)))
        if len(part) == 2 and width > WIDTH / 3:
            laid = {node: (y, x) for node, (x, y) in laid.items()}
        found |= _fitted(laid, left, width, height)
        left += width
    return _apart(found, {spot.id: _half_width(spot.name) for spot in spots}, height)


def _apart(places: Mapping[str, Place], halves: Mapping[str, float], height: int) -> Mapping[str, Place]:
    """Places pushed apart, a little at a time, until no name lies over another."""
    moved = {node: [x, y] for node, (x, y) in places.items()}
    for _ in range(MOST_PUSHES):
        pushed = [_pushed(moved[a], moved[b], halves[a] + halves[b]) for a, b in combinations(moved, 2)]
        for node, place in moved.items():
            place[0] = min(max(place[0], halves[node]), WIDTH - halves[node])
            place[1] = min(max(place[1], 20.0), height - 30.0)
        if not any(pushed):
            break
    return {node: (x, y) for node, (x, y) in moved.items()}


def _pushed(one: list[float], other: list[float], width: float) -> bool:
    """Push two apart by some of what they overlap, the shorter way; answers whether they did."""
    dx, dy = other[0] - one[0], other[1] - one[1]
    over, under = width - abs(dx), NAME_HEIGHT - abs(dy)
    if over <= 0 or under <= 0:
        return False
    axis, amount = (0, over) if over < under else (1, under)
    step = (amount * 0.3 + 0.5) * (1 if (dx, dy)[axis] >= 0 else -1)
    one[axis] -= step
    other[axis] += step
    return True


def _half_width(name: str) -> float:
    return max(min(len(name), LONGEST_NAME) * 3.4, RADIUS) + 4


def _laid_out(part: networkx.Graph[str]) -> Mapping[str, Place]:
    if len(part) <= 2:
        return {node: (0.0, float(n)) for n, node in enumerate(part)}
    import networkx

    laid = networkx.spring_layout(part, seed=1, iterations=200, k=2.5 / sqrt(len(part)))
    return {node: (float(x), float(y)) for node, (x, y) in laid.items()}


def _fitted(laid: Mapping[str, Place], left: float, width: float, height: int) -> dict[str, Place]:
    """Places stretched to a strip of the drawing."""
    columns, rows = [place[0] for place in laid.values()], [place[1] for place in laid.values()]
    inner, tall = max(width - 60, 1.0), height - 80.0
    wide, high = max(columns) - min(columns), max(rows) - min(rows)
    return {
        node: (
            left + 30 + inner * ((x - min(columns)) / wide if wide else 0.5),
            30 + tall * ((y - min(rows)) / high if high else 0.5),
        )
        for node, (x, y) in laid.items()
    }


def _line(line: Line, places: Mapping[str, Place], kind: int) -> str:
    (x1, y1), (x2, y2) = places[line.subject], places[line.object]
    length = hypot(x2 - x1, y2 - y1)
    if length < 3 * RADIUS:
        return ""
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    tip = (x2 - ux * (RADIUS + 3), y2 - uy * (RADIUS + 3))
    back = (tip[0] - ux * 9, tip[1] - uy * 9)
    sides = ((back[0] - uy * 4, back[1] + ux * 4), (back[0] + uy * 4, back[1] - ux * 4))
    head = " ".join(f"{x:.1f},{y:.1f}" for x, y in (tip, *sides))
    width = min(1 + sqrt(line.support) / 2, 5)
    colour = _COLOURS[kind % len(_COLOURS)]
    return (
        f'<g opacity="{0.35 if line.faint else 0.8}"><title>{escaped(line.predicate)}: {line.support}</title>'
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" '
        f'x2="{back[0]:.1f}" y2="{back[1]:.1f}" stroke="{colour}" stroke-width="{width:.1f}" '
        f'stroke-dasharray="{_DASHES[kind % len(_DASHES)]}"/><polygon points="{head}" fill="{colour}"/></g>'
    )


def _spot(spot: Spot, place: Place) -> str:
    x, y = place
    name = spot.name if len(spot.name) <= LONGEST_NAME else f"{spot.name[: LONGEST_NAME - 1]}…"
    return (
        f"<g><title>{escaped(f'{spot.name} ({spot.id}) {spot.type}')}</title>"
        f"{glyph(spot.type, x, y, RADIUS, linked=spot.linked)}"
        f'<text x="{x:.1f}" y="{y + RADIUS + 14:.1f}" text-anchor="middle" font-size="12">{escaped(name)}</text></g>'
    )


def _meanings(predicates: Sequence[str]) -> Iterator[str]:
    for kind, predicate in enumerate(predicates):
        colour, dash = _COLOURS[kind % len(_COLOURS)], _DASHES[kind % len(_DASHES)]
        yield (
            '<span><svg width="34" height="10" aria-hidden="true"><line x1="0" y1="6" x2="34" y2="6" '
            f'stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/></svg>{escaped(predicate)}</span>'
        )
