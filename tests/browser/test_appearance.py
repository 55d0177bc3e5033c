"""Light and dark, wide and narrow, moving and still."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.explorers import Explorer
from tests.browser.looking import (
    as_table,
    choose,
    open_relation,
    shown_edges,
    shown_nodes,
    wait_for_edge,
)
from tests.browser.own_parts import HAEMORRHAGE, WARFARIN
from tests.browser.views import VIEWS

INDUCES = (WARFARIN.id, "INDUCES", HAEMORRHAGE.id)


def brightness(page: Page) -> float:
    """Of the page's background, 0 to 255."""
    colour: list[int] = page.evaluate(
        """() => {
          const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
          const colours = [document.body, document.documentElement].map((one) => getComputedStyle(one).backgroundColor);
          context.fillStyle = colours.find((one) => one !== "rgba(0, 0, 0, 0)");
          context.fillRect(0, 0, 1, 1);
          return [...context.getImageData(0, 0, 1, 1).data];
        }"""
    )
    return sum(colour[:3]) / 3


@pytest.mark.parametrize("dark", [False, True])
def test_the_page_follows_the_system(explorer: Explorer, open_page: Open, dark: bool) -> None:
    page = open_page(explorer, dark=dark)

    assert (brightness(page) < 100) is dark


def test_the_switch_changes_light_and_dark(page: Page) -> None:
    before = brightness(page)

    for _ in range(3):  # it may have a third position, that of the system
        page.get_by_test_id("theme").click()
        if (brightness(page) < 100) != (before < 100):
            return
    raise AssertionError("still as bright")


def test_a_narrow_screen_needs_no_sideways_scrolling(explorer: Explorer, open_page: Open) -> None:
    page = open_page(explorer, width=400, height=800)
    wide = []
    for name in ("graph", "table", "documents", "document", "cleaned", "ledger"):
        VIEWS[name](page)
        if sideways(page) > 0:
            wide.append(f"{name}: {sideways(page)} px")
    assert wide == []


def test_a_narrow_screen_shows_the_evidence(explorer: Explorer, open_page: Open) -> None:
    page = open_page(explorer, width=400, height=800)
    choose(page, "warfarin", "Warfarin")
    wait_for_edge(page, INDUCES)
    page.keyboard.press("Escape")

    panel = open_relation(page, "Warfarin", "INDUCES", "Hemorrhage")

    box = panel.bounding_box()
    assert box is not None
    assert box["width"] >= 380
    assert box["height"] >= 200
    assert sideways(page) == 0


def test_what_is_pressed_on_a_narrow_screen_is_large_enough(explorer: Explorer, open_page: Open) -> None:
    page = open_page(explorer, width=400, height=800, has_touch=True, is_mobile=True)

    small: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, summary, [role=tab]")]
          .filter((one) => one.checkVisibility({ visibilityProperty: true }))
          .map((one) => [one, (one.closest("label") ?? one).getBoundingClientRect()])
          .filter(([, box]) => box.width > 1 && box.height > 1 && box.height < 43)
          .map(([one, box]) => `${one.id || one.dataset.testid || one.textContent}: ${box.height.toFixed()}`)"""
    )
    assert small == []


def test_filters_are_a_drawer_on_a_narrow_screen(explorer: Explorer, open_page: Open) -> None:
    page = open_page(explorer, width=400, height=800)
    expect(page.get_by_test_id("filter-type-Disease")).not_to_be_in_viewport()

    page.locator("#open-filters").click()

    expect(page.get_by_test_id("filter-type-Disease")).to_be_in_viewport()


def test_nothing_moves_where_motion_is_not_wanted(explorer: Explorer, open_page: Open) -> None:
    page = open_page(explorer, reduced_motion="reduce")
    choose(page, "warfarin", "Warfarin")
    wait_for_edge(page, INDUCES)

    moving: list[str] = page.evaluate(
        "() => document.getAnimations().filter((one) => one.effect.getComputedTiming().duration > 100).map(String)"
    )
    animated: bool = page.evaluate("() => document.getElementById('cy')._cyreg.cy.animated()")
    assert moving == []
    assert not animated


def test_the_table_has_what_the_drawing_has(page: Page) -> None:
    as_table(page)

    assert page.get_by_test_id("node-row").count() == len(shown_nodes(page))
    assert page.get_by_test_id("edge-row").count() == len(shown_edges(page))


def test_what_is_shown_is_told_to_screen_readers(page: Page) -> None:
    status = page.get_by_test_id("status")
    expect(status).to_have_attribute("aria-live", "polite")
    before = status.text_content()

    choose(page, "warfarin", "Warfarin")
    wait_for_edge(page, INDUCES)

    expect(status).not_to_have_text(before or "")


def sideways(page: Page) -> int:
    """Pixels that the page is wider than the screen."""
    found: int = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found
