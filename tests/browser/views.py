"""The views and panels that are checked and pictured, each by the steps that lead to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from playwright.sync_api import Page, expect

from tests.browser.looking import (
    all_documents,
    as_table,
    choose,
    open_document,
    open_relation,
    select,
    suggestions,
    wait_for_edge,
)
from tests.browser.own_parts import HAEMORRHAGE, NESTED_ID, VIETNAMESE_ID, WARFARIN

Step = Callable[[Page], object]


def graph(page: Page) -> None:
    """As it starts, at rest."""
    page.wait_for_timeout(1200)


def evidence(page: Page) -> None:
    """Of warfarin and haemorrhage, with the drawing beside it."""
    choose(page, "warfarin", "Warfarin")
    wait_for_edge(page, (WARFARIN.id, "INDUCES", HAEMORRHAGE.id))
    open_relation(page, "Warfarin", "INDUCES", "Hemorrhage")
    page.get_by_test_id("as-table").evaluate("(button) => button.click()")  # a bottom sheet may cover it
    page.wait_for_timeout(1000)


def concept(page: Page) -> None:
    """The panel of haemorrhage."""
    select(page, HAEMORRHAGE.id)
    page.wait_for_timeout(1000)


def searching(page: Page) -> None:
    """Suggestions open."""
    expect(suggestions(page, "ha").first).to_be_visible()


def table(page: Page) -> None:
    """Nodes and edges as a table."""
    as_table(page)
    expect(page.get_by_test_id("edge-row").first).to_be_visible()


def filters(page: Page) -> None:
    """The drawer of filters, where it is one."""
    if page.locator("#open-filters").is_visible():
        page.locator("#open-filters").click()
    expect(page.get_by_test_id("filter-type-Disease")).to_be_visible()
    page.wait_for_timeout(400)


def documents(page: Page) -> None:
    """The list of documents."""
    all_documents(page)


def document(page: Page) -> None:
    """One with spans that nest, overlap and have gaps."""
    open_document(page, NESTED_ID)


def cleaned(page: Page) -> None:
    """One that was read in other words, side by side."""
    open_document(page, VIETNAMESE_ID)
    page.get_by_role("button", name="Side by side").click()


def ledger(page: Page) -> None:
    """Rejects, failures and runs."""
    page.get_by_test_id("tab-ledger").click()
    expect(page.get_by_test_id("ledger-row").first).to_be_visible()


VIEWS: Mapping[str, Step] = {
    step.__name__: step
    for step in (graph, evidence, concept, searching, table, filters, documents, document, cleaned, ledger)
}
