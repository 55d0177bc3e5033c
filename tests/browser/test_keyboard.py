"""The whole way from a search to a document's text without a mouse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.looking import active, shown_nodes, wait_for_edge
from tests.browser.own_parts import HAEMORRHAGE, WARFARIN

MOST_STEPS = 200


def test_from_a_search_to_the_sentence_in_its_document(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("warfarin")
    expect(page.get_by_test_id("suggestion").first).to_be_visible()
    page.keyboard.press("Enter")
    wait_for_edge(page, (WARFARIN.id, "INDUCES", HAEMORRHAGE.id))

    tab_to(page, lambda one: one["testid"] == "as-table")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("edge-row").first).to_be_visible()
    tab_to(page, lambda one: one["tag"] in {"button", "tr"} and in_edge_row(page, "INDUCES", "Hemorrhage"))
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("evidence").first).to_be_visible()
    tab_to(page, lambda one: "ward-04" in one["text"] and one["tag"] in {"button", "a"})
    page.keyboard.press("Enter")

    expect(page.get_by_test_id("document-text").first).to_contain_text("Warfarin may have caused")


def test_every_stop_of_the_tab_key_can_be_seen(page: Page) -> None:
    """Each has an outline or a shadow of its own while it has the focus, and a size."""
    unseen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        one = active(page)
        if one["tag"] == "body":
            break
        ring: bool = page.evaluate(
            """() => {
              for (let one = document.activeElement, up = 0; one && up < 3; one = one.parentElement, up += 1) {
                const style = getComputedStyle(one);
                const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
                if (outlined || style.boxShadow !== "none") return true;
              }
              return false;
            }"""
        )
        if not ring or not one["width"]:
            unseen.append(one)
    assert unseen == []


def test_nothing_catches_the_focus(page: Page) -> None:
    """The tab key comes round to the beginning of the page."""
    steps, seen = 0, set[str]()
    for steps in range(MOST_STEPS):
        page.keyboard.press("Tab")
        one = active(page)
        if one["tag"] == "body" or (steps > 5 and one["id"] == "skip"):
            break
        seen.add(one["testid"] or one["id"])
    assert steps < MOST_STEPS - 1
    assert {"search", "tab-graph", "theme", "export-png"} <= seen


def test_arrows_go_from_node_to_node_on_the_drawing(page: Page) -> None:
    page.wait_for_timeout(800)
    page.locator("#cy").focus()
    page.keyboard.press("ArrowRight")

    panel_or_selection = page.locator("#selection, [data-testid=panel]")
    expect(panel_or_selection.locator("visible=true").first).to_be_visible()
    before = set(shown_nodes(page))
    page.keyboard.press("Enter")
    page.wait_for_timeout(800)
    assert before <= set(shown_nodes(page))


def test_tabs_are_turned_with_arrows(page: Page) -> None:
    page.get_by_test_id("tab-graph").focus()
    page.keyboard.press("ArrowRight")

    assert active(page)["testid"] == "tab-documents"
    expect(page.get_by_test_id("tab-documents")).to_have_attribute("aria-selected", "true")


def tab_to(page: Page, wanted: Callable[[dict[str, Any]], bool]) -> None:
    """Press the tab key until it is reached."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if wanted(active(page)):
            return
    raise AssertionError("the tab key doesn't lead there")


def in_edge_row(page: Page, *words: str) -> bool:
    """Whether the focus is in the row of an edge with these words."""
    text: str = page.evaluate(
        """() => document.activeElement.closest("[data-testid=edge-row]")?.textContent ?? \"\" """
    )
    return "Warfarin" in text and all(word in text for word in words)
