"""The page on disk with which the command starts a browser."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser

from kg_builder.explore.redirect import redirect_to
from tests.browser.explorers import Explorer, Kind


def test_it_takes_a_browser_to_the_graph(browser: Browser, explorers: Callable[[str, Kind], Explorer]) -> None:
    explorer = explorers("examples", "server")
    address, _, token = explorer.url.partition("#")

    with redirect_to(explorer.url) as start, browser.new_context() as context:
        page = context.new_page()
        page.goto(start)
        page.wait_for_url(f"{address}**")
        page.wait_for_function("() => window.kgExplorer")
        page.evaluate("() => window.kgExplorer.ready")

        assert page.evaluate("() => window.kgExplorer.shownNodes().length") > 0
        assert token not in page.url
        assert page.evaluate("() => document.referrer") == ""
