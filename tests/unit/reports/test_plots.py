from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.evaluate.calibration import Bin
from kg_builder.reports.plots import Frame, Named, Series, bar, curves, reliability
from kg_builder.reports.svg import SHAPES, Drawing

FRAME = Frame("p", "A title", "A description", "recall", "precision")
SHARE = st.floats(0, 1)


def numbers(drawing: ET.Element) -> list[float]:
    found = []
    for one in drawing.iter():
        for name in ("x", "y", "x1", "y1", "x2", "y2", "width", "height"):
            found += [float(one.attrib[name])] if name in one.attrib else []
        found += [float(value) for pair in one.get("points", "").split() for value in pair.split(",")]
    return found


@given(st.lists(st.lists(st.tuples(SHARE, SHARE), max_size=5), max_size=8))
def test_everything_lies_on_the_canvas(drawn: list[list[tuple[float, float]]]) -> None:
    made = [Series(f"type {n}", points, [Named(x, y, "here") for x, y in points]) for n, points in enumerate(drawn)]
    drawing = ET.fromstring(curves(FRAME, made))
    width, height = map(float, drawing.attrib["viewBox"].split()[2:])
    assert all(-1 <= number <= max(width, height) for number in numbers(drawing))


def test_a_drawing_can_be_read_out_and_told_apart_without_colours() -> None:
    made = [Series(shape, [(0.1, 0.9), (0.5, 0.5)], [Named(0.5, 0.5, "0.8: half")]) for shape in SHAPES]
    drawing = ET.fromstring(curves(FRAME, made))
    assert [one.text for one in drawing[:2]] == ["A title", "A description"]
    assert drawing.attrib["aria-labelledby"].split() == [drawing[0].attrib["id"], drawing[1].attrib["id"]]
    marks = [one for one in drawing.iter("polygon") if len(one)]
    assert [one[0].text for one in marks] == [f"{shape} at 0.8: half" for shape in SHAPES]
    x, y = map(float, marks[0].attrib["points"].split()[0].split(","))
    outlines = {one.attrib["points"] for one in marks}
    assert len(outlines) == len(SHAPES)
    assert {one.attrib["class"] for one in marks} == {f"marker s{number}" for number in range(len(SHAPES))}
    assert (x, y) != (0, 0)


def test_a_reliability_diagram_has_a_point_and_a_count_for_each_bin_that_holds_any() -> None:
    bins = [Bin(0.0, 0.5, 0, None, None), Bin(0.5, 0.75, 1234, 0.6, 0.5), Bin(0.75, 1.0, 12, 0.9, 1.0)]
    drawing = ET.fromstring(reliability(FRAME, bins))
    assert len(list(drawing.iter("polygon"))) == 2
    assert [one.text for one in drawing.iter("text") if one.attrib["class"].startswith("count")] == ["1.2k", "12"]
    assert drawing.find("polyline") is not None


def test_text_in_a_drawing_is_text() -> None:
    drawing = Drawing("d", 10, 10, title="</title><script>", description="\x00&")
    drawing.words((1, 1), "<b>\u202e", "label")
    found = ET.fromstring(drawing.markup())
    assert (found[0].text, found[2].text) == ("</title><script>", "<b>\ufffd")


@pytest.mark.parametrize(("share", "width"), [(0.0, "0.0"), (0.5, "50.0"), (1.7, "100.0"), (-1.0, "0.0")])
def test_a_bar_is_as_long_as_its_share(share: float, width: str) -> None:
    drawing = ET.fromstring(bar(share))
    assert drawing.attrib["aria-hidden"] == "true"
    assert drawing[0].attrib["width"] == width
