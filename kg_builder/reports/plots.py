"""The plots of the reports, drawn from figures: curves over shares, reliability diagrams, bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from kg_builder.reports.svg import SERIES, Drawing

if TYPE_CHECKING:
    from markupsafe import Markup

    from kg_builder.evaluate.calibration import Bin

WIDTH = 360.0
"""Of a plot, in the units that its letters are twelve high in: it stays legible on a telephone."""
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_LEFT, _RIGHT, _TOP, _SIDE = 46.0, 12.0, 10.0, 300.0
_LEGEND_LINE = 18.0
_COUNTS = 52.0
"""Height of the strip of counts under a reliability diagram."""


class Named(NamedTuple):
    """A point that is marked on a curve."""

    x: float
    y: float
    told: str


@dataclass(frozen=True, slots=True)
class Series:
    """One curve."""

    label: str
    points: Sequence[tuple[float, float]]
    """Shares from 0 to 1, in the order in which they are joined."""
    marked: Sequence[Named] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """What a plot is called, and its axes."""

    name: str
    """Of letters, digits and dashes, used once on the page."""
    title: str
    description: str
    x: str
    y: str


def curves(frame: Frame, series: Sequence[Series]) -> Markup:
    """Curves in the unit square, told apart by colour and by the shape of their markers, with a legend below."""
    height = _TOP + _SIDE + 40 + _LEGEND_LINE * len(series)
    drawing = Drawing(frame.name, WIDTH, height, title=frame.title, description=frame.description)
    _unit_axes(drawing, frame, _SIDE)
    for number, one in enumerate(series):
        if one.points:
            drawing.path([_place(x, y, _SIDE) for x, y in one.points], f"curve s{number % SERIES}")
        for point in one.marked:
            drawing.marker(_place(point.x, point.y, _SIDE), number, told=f"{one.label} at {point.told}")
        line = _TOP + _SIDE + 50 + _LEGEND_LINE * number
        drawing.line((_LEFT, line - 4), (_LEFT + 24, line - 4), f"curve s{number % SERIES}")
        drawing.marker((_LEFT + 12, line - 4), number)
        drawing.words((_LEFT + 32, line), _fitting(one.label), "label")
    return drawing.markup()


def reliability(frame: Frame, bins: Sequence[Bin], *, series: int = 0) -> Markup:
    """How often answers are right against how sure they are, with the number of answers of each bin below."""
    drawing = Drawing(
        frame.name, WIDTH, _TOP + _SIDE + 50 + _COUNTS + 8, title=frame.title, description=frame.description
    )
    _unit_axes(drawing, frame, _SIDE)
    drawing.line(_place(0, 0, _SIDE), _place(1, 1, _SIDE), "ideal")
    filled = [one for one in bins if one.confidence is not None and one.accuracy is not None]
    places = [_place(one.confidence or 0.0, one.accuracy or 0.0, _SIDE) for one in filled]
    drawing.path(places, f"curve s{series % SERIES}")
    for one, place in zip(filled, places, strict=True):
        drawing.marker(place, series, told=_told(one))
    _counts(drawing, bins, series)
    return drawing.markup()


def bar(share: float, *, series: int = 0) -> Markup:
    """A bar for a table's cell, beside the number that it shows."""
    from markupsafe import Markup

    width = max(0.0, min(1.0, share)) * 100
    drawn = '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
    filled = '{}<rect class="fill s{}" x="0" y="0" width="{}" height="10"/></svg>'
    return Markup(filled).format(Markup(drawn), series % SERIES, f"{width:.1f}")  # noqa: S704 - of our own constants


def _unit_axes(drawing: Drawing, frame: Frame, side: float) -> None:
    for tick in TICKS:
        x, bottom = _place(tick, 0, side)
        left, y = _place(0, tick, side)
        drawing.line((x, _TOP), (x, bottom), "grid")
        drawing.line((left, y), (WIDTH - _RIGHT, y), "grid")
        drawing.words((x, bottom + 15), f"{tick:g}", "tick middle")
        drawing.words((left - 6, y + 4), f"{tick:g}", "tick end")
    drawing.line(_place(0, 0, side), _place(1, 0, side), "axis")
    drawing.line(_place(0, 0, side), _place(0, 1, side), "axis")
    drawing.words(((_LEFT + WIDTH - _RIGHT) / 2, _TOP + side + 31), frame.x, "label middle")
    drawing.words((13, _TOP + side / 2), frame.y, "label middle", turned=True)


def _counts(drawing: Drawing, bins: Sequence[Bin], series: int) -> None:
    """A strip of bars, one a bin, each with its number."""
    bottom = _TOP + _SIDE + 46 + _COUNTS
    most = max((one.count for one in bins), default=0) or 1
    drawing.line((_LEFT, bottom), (WIDTH - _RIGHT, bottom), "axis")
    for one in bins:
        left, right = _place(one.low, 0, _SIDE)[0], _place(one.high, 0, _SIDE)[0]
        height = (_COUNTS - 14) * one.count / most
        if one.count:
            drawing.box(
                (left + 1, bottom - height), right - left - 2, height, f"fill s{series % SERIES}", told=_told(one)
            )
            drawing.words(((left + right) / 2, bottom - height - 3), _compact(one.count), "count middle")
    drawing.words((13, bottom - _COUNTS / 2 + 6), "answers", "tick middle", turned=True)


def _told(one: Bin) -> str:
    return (
        f"{one.count:,} answers of confidence {one.low:.1f} to {one.high:.1f}: "
        f"{one.confidence or 0:.2f} sure on average, {one.accuracy or 0:.2f} of them right"
    )


def _place(x: float, y: float, side: float) -> tuple[float, float]:
    return _LEFT + x * (WIDTH - _RIGHT - _LEFT), _TOP + (1 - y) * side


def _compact(number: int) -> str:
    """In four characters: ``950``, ``1.2k``, ``12k``."""
    if number < 1000:
        return str(number)
    return f"{number / 1000:.1f}k" if number < 9950 else f"{number / 1000:.0f}k"


def _fitting(label: str, most: int = 44) -> str:
    return label if len(label) <= most else f"{label[: most - 1]}…"
