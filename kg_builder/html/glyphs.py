"""Shapes of types as SVG, near those that the explorer draws."""

from __future__ import annotations

from math import cos, pi, sin

from kg_builder.html.type_styles import style_of

_CORNERS = {"triangle": 3, "vee": 3, "pentagon": 5, "hexagon": 6, "heptagon": 7, "octagon": 8}


def glyph(type: str, x: float, y: float, radius: float, *, linked: bool = True) -> str:
    """A mark for a thing of this type around a point; what is known to no vocabulary is drawn hollow."""
    style = style_of(type)
    paint = f'fill="{style.light}"' if linked else f'fill="none" stroke="{style.light}" stroke-width="2"'
    shape = style.shape.removeprefix("round-")
    if shape in ("ellipse", "barrel"):
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" {paint}/>'
    points = " ".join(f"{x + radius * dx:.1f},{y + radius * dy:.1f}" for dx, dy in _corners(shape))
    return f'<polygon points="{points}" {paint}/>'


def _corners(shape: str) -> list[tuple[float, float]]:
    if shape == "star":
        return [_at(n / 10, 1.25 if n % 2 == 0 else 0.55) for n in range(10)]
    if shape == "diamond":
        return [_at(n / 4, 1.2) for n in range(4)]
    sides = _CORNERS.get(shape)
    if sides is None:
        return [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]
    turn = 0.0 if shape in ("triangle", "pentagon", "heptagon") else 0.5 / sides
    return [_at(n / sides + turn + (0.5 if shape == "vee" else 0.0), 1.1) for n in range(sides)]


def _at(share: float, length: float) -> tuple[float, float]:
    """So far round from the top."""
    return length * sin(2 * pi * share), -length * cos(2 * pi * share)
