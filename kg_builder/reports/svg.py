"""A drawing as inline SVG. Its colours are classes, so that the page's style decides them, in light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from kg_builder.text.printable import printable

if TYPE_CHECKING:
    from markupsafe import Markup

Point = tuple[float, float]

SHAPES = ("circle", "square", "triangle", "diamond", "down", "cross")
"""Of markers, by the number of the series."""
SERIES = len(SHAPES)
"""How many can be told apart; one more looks like the first."""


class Drawing:
    """Lines, shapes and words on a canvas; y grows downwards. Title and description are for screen readers."""

    def __init__(self, name: str, width: float, height: float, *, title: str, description: str) -> None:
        """`name`: of letters, digits and dashes, used once on the page."""
        ids = f"{name}-title", f"{name}-desc"
        self._root = ET.Element(
            "svg",
            {"class": "plot", "viewBox": f"0 0 {_short(width)} {_short(height)}", "role": "img"},
        )
        self._root.set("aria-labelledby", " ".join(ids))
        for tag, key, text in zip(("title", "desc"), ids, (title, description), strict=True):
            ET.SubElement(self._root, tag, {"id": key}).text = printable(text)

    def line(self, start: Point, end: Point, kind: str) -> None:
        """A straight line."""
        ends = {"x1": start[0], "y1": start[1], "x2": end[0], "y2": end[1]}
        self._add("line", kind, ends)

    def path(self, points: list[Point], kind: str) -> None:
        """A line through points."""
        drawn = ET.SubElement(self._root, "polyline", {"class": kind})
        drawn.set("points", " ".join(f"{_short(x)},{_short(y)}" for x, y in points))

    def box(self, corner: Point, width: float, height: float, kind: str, *, told: str = "") -> None:
        """A rectangle from its upper left corner; `told` shows under the pointer."""
        made = self._add("rect", kind, {"x": corner[0], "y": corner[1], "width": width, "height": height})
        _tell(made, told)

    def words(self, place: Point, text: str, kind: str, *, turned: bool = False) -> None:
        """A piece of text; its class says how it is anchored. `turned`: it reads upwards."""
        made = self._add("text", kind, {"x": place[0], "y": place[1]})
        if turned:
            made.set("transform", f"rotate(-90 {_short(place[0])} {_short(place[1])})")
        made.text = printable(text)

    def marker(self, place: Point, series: int, *, size: float = 3.5, told: str = "") -> None:
        """A point in the shape and colour of its series; `told` shows under the pointer."""
        points = " ".join(f"{_short(x)},{_short(y)}" for x, y in _outline(place, series, size))
        made = ET.SubElement(self._root, "polygon", {"class": f"marker s{series % SERIES}", "points": points})
        _tell(made, told)

    def markup(self) -> Markup:
        """Fit to be put into a page as it is."""
        from markupsafe import Markup

        # built as a tree and written by the library, which escapes all text in it
        return Markup(ET.tostring(self._root, encoding="unicode"))  # noqa: S704

    def _add(self, tag: str, kind: str, numbers: dict[str, float]) -> ET.Element:
        attributes = {"class": kind} | {name: _short(value) for name, value in numbers.items()}
        return ET.SubElement(self._root, tag, attributes)


def _tell(element: ET.Element, text: str) -> None:
    if text:
        ET.SubElement(element, "title").text = printable(text)


def _outline(place: Point, series: int, size: float) -> list[Point]:
    """Corners of a marker; a circle is drawn as a dodecagon."""
    x, y = place
    third = size / 3
    corners: dict[str, list[Point]] = {
        "circle": [(size * a, size * b) for a, b in _CIRCLE],
        "square": [(-size, -size), (size, -size), (size, size), (-size, size)],
        "triangle": [(0, -size), (size, size), (-size, size)],
        "diamond": [(0, -size * 1.3), (size * 1.3, 0), (0, size * 1.3), (-size * 1.3, 0)],
        "down": [(0, size), (size, -size), (-size, -size)],
        "cross": [
            *((-third, -size), (third, -size), (third, -third), (size, -third), (size, third), (third, third)),
            *((third, size), (-third, size), (-third, third), (-size, third), (-size, -third), (-third, -third)),
        ],
    }
    return [(x + dx, y + dy) for dx, dy in corners[SHAPES[series % SERIES]]]


_CIRCLE: tuple[Point, ...] = (
    *((1.0, 0.0), (0.87, 0.5), (0.5, 0.87), (0.0, 1.0), (-0.5, 0.87), (-0.87, 0.5)),
    *((-1.0, 0.0), (-0.87, -0.5), (-0.5, -0.87), (0.0, -1.0), (0.5, -0.87), (0.87, -0.5)),
)


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
