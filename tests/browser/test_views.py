"""Every view and panel, light and dark, wide and narrow: a picture for people to look at, then axe-core.

Pictures go to ``artifacts/screenshots``, which CI keeps; what axe-core finds less than serious is listed at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.chromium import screenshot_folder
from tests.browser.conftest import Open
from tests.browser.explorers import Explorer, Kind
from tests.browser.views import VIEWS

REFUSED = {"serious", "critical"}
SMALLEST = {1280: 20_000, 400: 8_000}
"""Bytes of a picture with something on it."""


@pytest.fixture
def kind() -> Kind:
    """The file has the same page."""
    return "server"


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_picture_and_accessibility(
    explorer: Explorer,
    open_page: Open,
    record_property: Callable[[str, object], None],
    *,
    view: str,
    width: int,
    dark: bool,
) -> None:
    page = open_page(explorer, width=width, dark=dark, reduced_motion="reduce")
    VIEWS[view](page)

    file = screenshot_folder() / f"{view}-{width}-{'dark' if dark else 'light'}.png"
    page.screenshot(path=file)
    found = violations(page)

    for each in found:
        record_property("accessibility", told(each))
    assert file.stat().st_size > SMALLEST[width]
    assert [told(each) for each in found if each["impact"] in REFUSED] == []


def violations(page: Page) -> list[dict[str, Any]]:
    """What axe-core has to say."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return found


def told(violation: dict[str, Any]) -> str:
    """A violation, and where the first of it are."""
    where = "; ".join(" ".join(map(str, node["target"])) for node in violation["nodes"][:5])
    return f"{violation['impact']}: {violation['id']} ({violation['help']}) at {where}"
