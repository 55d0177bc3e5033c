"""The pictures of the README, taken again with ``pytest -m browser tests/browser/test_images.py --update-images``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.browser.explorers import Explorer, Kind
from tests.browser.looking import choose, on_canvas, open_document, open_relation, wait_for_edge

IMAGES = Path(__file__).parents[2] / "docs" / "images"
MOST_BYTES = 200_000
CISPLATIN, KIDNEY_INJURY = "MESH:D002945", "MESH:D058186"


@pytest.fixture
def examples(explorers: Callable[[str, Kind], Explorer], request: pytest.FixtureRequest) -> Explorer:
    """The graph of `examples/texts`."""
    if not request.config.getoption("--update-images", default=False):
        pytest.skip("pictures are taken with --update-images")
    return explorers("examples", "server")


def test_graph_with_evidence(examples: Explorer, open_page: Open) -> None:
    page = open_page(examples, reduced_motion="reduce")
    choose(page, "cisplatin", "Cisplatin")
    wait_for_edge(page, (CISPLATIN, "INDUCES", KIDNEY_INJURY))
    open_relation(page, "Cisplatin", "INDUCES", "Acute Kidney Injury")
    page.get_by_test_id("as-table").click()
    page.wait_for_timeout(700)
    page.mouse.move(*on_canvas(page, CISPLATIN))
    page.mouse.wheel(0, -200)

    keep(page, "explorer-graph.png")


def test_document(examples: Explorer, open_page: Open) -> None:
    page = open_page(examples, dark=True, reduced_motion="reduce")
    open_document(page, "note-discharge-heart-failure-caps.txt")

    keep(page, "explorer-document.png")


def keep(page: Page, name: str) -> None:
    """Take the picture once the page is at rest; one that is too large needs fewer colours first."""
    page.mouse.move(640, 795)
    page.evaluate("() => document.activeElement.blur()")
    page.wait_for_timeout(1500)
    IMAGES.mkdir(parents=True, exist_ok=True)
    picture = page.screenshot(path=IMAGES / name)
    assert len(picture) < MOST_BYTES, f"{name}: {len(picture)} bytes; quantize it (pngquant --ext .png --force)"
