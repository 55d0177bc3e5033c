"""What didn't get into the graph, and why."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import text_of
from tests.browser.own_parts import FAILED_ID, NESTED_ID, REJECT_CODES


@pytest.fixture
def ledger(page: Page) -> Page:
    """With the ledger open."""
    page.get_by_test_id("tab-ledger").click()
    expect(page.get_by_test_id("ledger-row").first).to_be_visible()
    return page


def test_reasons_are_counted(ledger: Page) -> None:
    told = text_of(ledger.locator("#view-ledger"))

    for code, count in REJECT_CODES.items():
        assert code in told
        expect(ledger.get_by_role("button", name=code).first).to_contain_text(str(count))


def test_each_reject_has_its_reason(ledger: Page) -> None:
    rows = ledger.get_by_test_id("ledger-row")

    expect(rows.filter(has_text="pulmonary embolism")).to_contain_text("'pulmonary embolism' isn't there")
    expect(rows.filter(has_text="type-of-end")).to_contain_text("Disease can't be the subject of TREATS")


def test_one_reason_alone(ledger: Page) -> None:
    ledger.get_by_role("button", name="not-in-text").first.click()

    expect(ledger.get_by_test_id("ledger-row").filter(has_text="type-of-end")).to_have_count(0)
    expect(ledger.get_by_test_id("ledger-row").filter(has_text="anaemia")).to_have_count(1)


def test_failures_and_runs_are_told(ledger: Page) -> None:
    told = text_of(ledger.locator("#view-ledger"))

    for words in (FAILED_ID, "time-out", "extract took longer than 120 s", "empty-document"):
        assert words in told, words


def test_a_reject_leads_to_its_document(ledger: Page) -> None:
    ledger.get_by_test_id("ledger-row").filter(has_text="neighbour").get_by_role("button").first.click()

    expect(ledger.get_by_test_id("document-text").first).to_contain_text("Staging scan")
    expect(ledger.locator("#view-documents")).to_contain_text(NESTED_ID)
