"""Leaving out types, predicates, assertions, and what is said with little confidence or by few."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import as_table, edge_row, shown_edges, shown_nodes, unfold, wait_for_edge
from tests.browser.own_parts import HAEMORRHAGE, STROKE, WARFARIN

INDUCES = (WARFARIN.id, "INDUCES", HAEMORRHAGE.id)
MISTAKE = (WARFARIN.id, "TREATS", HAEMORRHAGE.id)
"""Stated once, with confidence 0.41."""
DENIED = ("MESH:D000068718", "INDUCES", "MESH:D063806")
"""Rosuvastatin, myalgia: said not to be so."""


@pytest.fixture
def warfarin(page: Page) -> Page:
    """With warfarin and its neighbours on the drawing."""
    unfold(page, WARFARIN.id)
    return page


def test_by_type(warfarin: Page) -> None:
    warfarin.get_by_test_id("filter-type-Disease").uncheck()

    wait_for_edge(warfarin, INDUCES, shown=False)
    assert HAEMORRHAGE.id not in shown_nodes(warfarin)
    assert WARFARIN.id in shown_nodes(warfarin)
    warfarin.get_by_test_id("filter-type-Disease").check()
    wait_for_edge(warfarin, INDUCES)


def test_by_predicate(warfarin: Page) -> None:
    warfarin.get_by_test_id("filter-predicate-INDUCES").uncheck()

    wait_for_edge(warfarin, INDUCES, shown=False)
    assert (WARFARIN.id, "TREATS", STROKE.id) in shown_edges(warfarin)


def test_by_assertion(page: Page) -> None:
    unfold(page, DENIED[0])
    assert DENIED not in shown_edges(page)

    page.get_by_test_id("filter-assertion-negated").check()
    unfold(page, DENIED[0])

    wait_for_edge(page, DENIED)
    page.get_by_test_id("filter-assertion-negated").uncheck()
    wait_for_edge(page, DENIED, shown=False)


def test_by_confidence(warfarin: Page) -> None:
    slide(warfarin, "filter-confidence", 0.9)

    wait_for_edge(warfarin, MISTAKE, shown=False)
    assert INDUCES in shown_edges(warfarin)


def test_by_support(warfarin: Page) -> None:
    """Four documents state or allow the one, the other stands in one."""
    slide(warfarin, "filter-support", 2)

    wait_for_edge(warfarin, MISTAKE, shown=False)
    assert INDUCES in shown_edges(warfarin)


def test_support_counts_what_passes(warfarin: Page) -> None:
    """Without "present" two documents are left that state it: one years ago, one perhaps."""
    as_table(warfarin)
    expect(edge_row(warfarin, "Warfarin", "INDUCES", "Hemorrhage")).to_contain_text("4")

    warfarin.get_by_test_id("filter-assertion-present").uncheck()

    expect(edge_row(warfarin, "Warfarin", "INDUCES", "Hemorrhage")).to_contain_text("2")
    wait_for_edge(warfarin, MISTAKE, shown=False)


def slide(page: Page, testid: str, value: float) -> None:
    """Set a slider or a field for a number, as its events would."""
    control = page.get_by_test_id(testid)
    most = float(control.get_attribute("max") or 1)
    control.fill(f"{value * 100 if most >= 100 and value < 1 else value:g}")
    control.dispatch_event("change")
