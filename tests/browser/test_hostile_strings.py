"""Strings that try to be more than text, everywhere on the page: none runs, all are shown."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.explorers import Explorer, Kind
from tests.browser.hostile_graph import HUB, hostile_document_id, hostile_id, hostile_strings, visible
from tests.browser.looking import all_documents, as_table, document_rows, select, shown_nodes, strange, suggestions

STRINGS = hostile_strings()
PRESS_EACH = """
async ([rows, shown]) => {
  const texts = [];
  const count = document.querySelectorAll(rows).length;
  for (let place = 0; place < count; place += 1) {
    const row = document.querySelectorAll(rows)[place];
    const before = document.querySelector(shown)?.textContent;
    (row.querySelector("button, a") ?? row).click();
    const same = () => document.querySelector(shown)?.textContent === before;
    const loading = () => document.querySelector(`${shown} .skeleton, ${shown}[hidden]`) !== null;
    const until = performance.now() + 8000;
    while (performance.now() < until && (same() || loading())) await new Promise((done) => setTimeout(done, 10));
    texts.push(document.querySelector(shown)?.textContent ?? "");
  }
  return texts;
}
"""


@pytest.fixture
def hostile(explorers: Callable[[str, Kind], Explorer], kind: Kind) -> Explorer:
    """The graph of hostile strings."""
    return explorers("hostile", kind)


@pytest.fixture
def page(hostile: Explorer, open_page: Open) -> Page:
    """Its page."""
    return open_page(hostile)


def test_there_are_enough() -> None:
    assert len(STRINGS) >= 60


def test_names_types_and_predicates_on_the_drawing_and_in_the_table(page: Page) -> None:
    everything(page)
    whole_table(page)

    listed = page.locator("#listing").text_content() or ""
    assert missing(listed) == []
    assert strange(page) == []


def test_panels_of_concepts_and_relations(page: Page) -> None:
    everything(page)
    whole_table(page)

    concepts: list[str] = page.evaluate(PRESS_EACH, ["[data-testid=node-row]", "[data-testid=panel]"])
    relations: list[str] = page.evaluate(PRESS_EACH, ["[data-testid=edge-row]", "[data-testid=panel]"])

    assert missing("\n".join(concepts)) == []
    assert missing("\n".join(relations)) == []
    assert strange(page) == []


def test_suggestions(page: Page) -> None:
    unfound = []
    for text in STRINGS[::3]:
        words = " ".join("".join(one if one.isprintable() else " " for one in text).split())[:60]
        if len(words) < 4:
            continue
        shown = suggestions(page, words)
        expect(shown.first.or_(page.locator(".suggestion-none"))).to_be_visible()
        page.wait_for_timeout(200)
        if not any(visible(words)[:20] in visible(line) for line in shown.all_text_contents()):
            unfound.append(text)
        assert strange(page) == []
    assert len(unfound) < 10, unfound


def test_documents(page: Page) -> None:
    for number in range(0, 50, 2):
        all_documents(page)
        row = document_rows(page).nth(number)
        listed = row.text_content() or ""
        row.get_by_role("button").first.click()
        expect(page.get_by_test_id("document-text").first).to_be_visible()
        whole = visible(page.locator("#view-documents").text_content() or "")
        assert [text for text in of_document(listed) if visible(text) not in whole] == []
    assert strange(page) == []


def test_ledger(page: Page) -> None:
    page.get_by_test_id("tab-ledger").click()
    expect(page.get_by_test_id("ledger-row").first).to_be_visible()

    assert missing(page.locator("#view-ledger").text_content() or "") == []
    assert strange(page) == []


def test_no_cell_of_the_table_file_is_a_formula(page: Page) -> None:
    everything(page)

    rows = list(csv.reader(io.StringIO(downloaded(page, "csv").read_text("utf-8-sig"), newline="")))

    formulas = [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    assert formulas == []
    assert {len(row) for row in rows} == {len(rows[0])}
    assert missing("\n".join(cell for row in rows for cell in row)) == []


def test_the_drawing_file_is_a_drawing_only(page: Page) -> None:
    everything(page)

    root = ET.fromstring(downloaded(page, "svg").read_text("utf-8"))

    tags = {one.tag.rpartition("}")[2] for one in root.iter()}
    attributes = {name.rpartition("}")[2] for one in root.iter() for name in one.attrib}
    assert tags & {"script", "foreignObject", "a", "use", "image", "animate", "set"} == set()
    assert [name for name in attributes if name.startswith("on") or name == "href"] == []
    assert "kgOwned" in "".join(root.itertext())


def test_no_text_of_the_graph_stands_in_the_file(hostile: Explorer) -> None:
    if hostile.kind == "server":
        pytest.skip("the server's page has no data")
    html = Path(hostile.url.removeprefix("file://")).read_text("utf-8")

    assert "kgOwned" not in html
    assert html.count("<script") == 2


def everything(page: Page) -> None:
    """All neighbours of the concept that all strings are related to, whatever is said of them."""
    page.get_by_test_id("filter-assertion-negated").check()
    select(page, HUB.id)
    page.locator("#selection").get_by_role("button", name="Show all").click()
    page.wait_for_function(
        "(count) => window.kgExplorer.shownNodes().length > count", arg=len(STRINGS) - 2, timeout=20_000
    )
    assert {hostile_id(number, text) for number, text in enumerate(STRINGS)} <= set(shown_nodes(page))


def whole_table(page: Page) -> None:
    """Everything drawn as a table, all rows of it."""
    as_table(page)
    for more in ("node-row", "edge-row"):
        button = page.locator("#listing").get_by_role("button", name="Show all").first
        if button.is_visible():
            button.click()
        expect(page.get_by_test_id(more)).to_have_count(len(STRINGS) + (more == "node-row"))


def downloaded(page: Page, kind: str) -> Path:
    """What the button for an export gives."""
    with page.expect_download() as download:
        page.get_by_test_id(f"export-{kind}").click()
    return Path(download.value.path())


def missing(shown: str) -> list[str]:
    """Strings of which a person doesn't see all that can be seen."""
    seen = visible(shown)
    return [text for text in STRINGS if visible(text) not in seen]


def of_document(listed: str) -> Iterable[str]:
    """The string that a listed document was made of."""
    seen = visible(listed)
    return [text for number, text in enumerate(STRINGS) if visible(hostile_document_id(number, text)) in seen]
