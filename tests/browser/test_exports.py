"""What is on screen as a picture, a drawing and a table."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from base64 import b64encode
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.looking import shown_edges, unfold
from tests.browser.own_parts import WARFARIN

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def warfarin(page: Page) -> Page:
    """With warfarin and its neighbours on the drawing, at rest."""
    unfold(page, WARFARIN.id)
    return page


def exported(page: Page, kind: str) -> Path:
    """The file that the button gives."""
    with page.expect_download() as download:
        page.get_by_test_id(f"export-{kind}").click()
    assert download.value.suggested_filename.endswith(f".{kind}")
    return Path(download.value.path())


def test_png(warfarin: Page, browser: Browser) -> None:
    body = exported(warfarin, "png").read_bytes()

    width, height, colours = looked_at(browser, body)
    assert body.startswith(b"\x89PNG")
    assert 800 <= width <= 8000
    assert 500 <= height <= 8000
    assert colours > 30


def test_svg(warfarin: Page) -> None:
    root = ET.fromstring(exported(warfarin, "svg").read_text(encoding="utf-8"))

    words = " ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
    assert root.tag == f"{SVG}svg"
    for label in ("Warfarin", "Hemorrhage", "Stroke"):
        assert label in words
    assert not [one.tag for one in root.iter() if not one.tag.startswith(SVG)]


def test_csv(warfarin: Page) -> None:
    rows = list(csv.reader(io.StringIO(exported(warfarin, "csv").read_text(encoding="utf-8-sig"), newline="")))

    header, *lines = rows
    assert {len(line) for line in lines} == {len(header)}
    places = [header.index(name) for name in ("subject_id", "predicate", "object_id")]
    assert {tuple(line[place] for place in places) for line in lines} == shown_edges(warfarin)


def looked_at(browser: Browser, picture: bytes) -> tuple[int, int, int]:
    """Width, height and number of colours of a picture, as Chromium decodes it."""
    page = browser.new_page()
    found: list[int] = page.evaluate(
        """async (address) => {
          const image = new Image();
          image.src = address;
          await image.decode();
          const canvas = document.createElement("canvas");
          canvas.width = image.width;
          canvas.height = image.height;
          const context = canvas.getContext("2d");
          context.drawImage(image, 0, 0);
          const colours = new Set(new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer));
          return [image.width, image.height, colours.size];
        }""",
        f"data:image/png;base64,{b64encode(picture).decode()}",
    )
    page.close()
    return found[0], found[1], found[2]
