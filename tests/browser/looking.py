"""What people do on the page, step by step."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Locator, Page, expect

Triple = tuple[str, str, str]
STRANGE = """
(expected) => {
  const found = [], usual = /^(https:|#|data:image\\/svg\\+xml,%3Csvg)/;
  const unusual = /^(iframe|object|embed|base|form|foreignobject|animate|math|video|img)$/i;
  for (const one of document.querySelectorAll("*")) {
    for (const name of one.getAttributeNames()) if (name.startsWith("on")) found.push(`${one.tagName} ${name}`);
    const address = one.getAttribute("href") ?? one.getAttribute("src") ?? one.getAttribute("action");
    if (address !== null && !usual.test(address)) found.push(`${one.tagName} ${address}`);
    if (unusual.test(one.tagName)) found.push(one.tagName);
  }
  const scripts = document.querySelectorAll("script:not([type])").length;
  return scripts === expected ? found : [...found, `${scripts} scripts`];
}
"""
"""Elements, attributes and addresses that only a string of the graph can have brought."""


def suggestions(page: Page, text: str) -> Locator:
    """Type into the search box; what it suggests."""
    page.get_by_test_id("search").fill(text)
    return page.get_by_test_id("suggestion")


def choose(page: Page, text: str, name: str) -> None:
    """Search, and press the suggestion of that name."""
    suggestions(page, text).filter(has_text=name).first.click()


def shown_nodes(page: Page) -> list[str]:
    """Ids on the drawing."""
    ids: list[str] = page.evaluate("() => window.kgExplorer.shownNodes()")
    return ids


def shown_edges(page: Page) -> set[Triple]:
    """Relations on the drawing."""
    edges: list[Sequence[str]] = page.evaluate("() => window.kgExplorer.shownEdges()")
    return {(subject, predicate, object_) for subject, predicate, object_ in edges}


def wait_for_edge(page: Page, edge: Triple, *, shown: bool = True) -> None:
    """Until a relation is on the drawing, or no longer."""
    page.wait_for_function(
        "([edge, shown]) => window.kgExplorer.shownEdges().some((one) => one.join('\\n') === edge) === shown",
        arg=["\n".join(edge), shown],
    )


def select(page: Page, concept_id: str) -> Locator:
    """Select a concept; its panel, which shows what it showed before until the answer is there."""
    page.evaluate("(id) => window.kgExplorer.select(id)", concept_id)
    panel = page.get_by_test_id("panel")
    expect(panel.locator(".card-id")).to_contain_text(concept_id)
    return panel


def as_table(page: Page) -> None:
    """Show the drawing's nodes and edges as a table."""
    if page.get_by_test_id("as-table").get_attribute("aria-pressed") != "true":
        page.get_by_test_id("as-table").click()


def edge_row(page: Page, subject: str, predicate: str, object_: str) -> Locator:
    """The row of a relation, by the names of its ends."""
    rows = page.get_by_test_id("edge-row")
    for words in (subject, predicate, object_):
        rows = rows.filter(has_text=words)
    return rows.first


def open_relation(page: Page, subject: str, predicate: str, object_: str) -> Locator:
    """Open a relation's evidence from the table; its panel."""
    as_table(page)
    edge_row(page, subject, predicate, object_).get_by_role("button").first.click()
    panel = page.get_by_test_id("panel")
    expect(panel.get_by_test_id("evidence").first).to_be_visible()
    return panel


def open_document(page: Page, document_id: str) -> Locator:
    """Open a document from the list of them; its view."""
    all_documents(page)
    document_rows(page).filter(has_text=document_id).get_by_role("button").first.click()
    text = page.get_by_test_id("document-text").first
    expect(text).to_be_visible()
    return page.locator("#view-documents")


def all_documents(page: Page) -> None:
    """The list of documents."""
    page.get_by_test_id("tab-documents").click()
    rows, back = document_rows(page), page.locator("#view-documents .back-to-list")
    expect(rows.or_(back).first).to_be_visible()
    if back.is_visible():
        back.click()
    expect(rows.first).to_be_visible()


def document_rows(page: Page) -> Locator:
    """The rows of the list of documents."""
    return page.locator("#view-documents table.documents tbody tr")


def unfold(page: Page, concept_id: str) -> None:
    """Have a concept on the drawing with all its neighbours, the drawing at rest."""
    page.evaluate("(id) => window.kgExplorer.select(id)", concept_id)
    page.evaluate("(id) => window.kgExplorer.expand(id, Infinity)", concept_id)
    page.wait_for_timeout(700)


def on_canvas(page: Page, concept_id: str) -> tuple[float, float]:
    """Where on the screen a node is drawn."""
    place: dict[str, float] = page.evaluate("(id) => window.kgExplorer.place(id)", concept_id)
    return place["x"], place["y"]


def middle_of_edge(page: Page, edge: Triple) -> tuple[float, float]:
    """Where on the screen the middle of an edge is drawn, once it is drawn and at rest."""
    place: dict[str, float] = page.wait_for_function(
        """(edge) => {
          const box = document.getElementById("cy"), corner = box.getBoundingClientRect();
          const at = box._cyreg.cy.getElementById(`e${JSON.stringify(edge)}`).renderedMidpoint();
          const before = window.kgMiddle ?? {}, now = { x: corner.x + at?.x, y: corner.y + at?.y, key: String(edge) };
          window.kgMiddle = now;
          const still = before.key === now.key && before.x === now.x && before.y === now.y;
          return Number.isFinite(now.x) && Number.isFinite(now.y) && still ? now : null;
        }""",
        arg=list(edge),
        polling=150,
    ).json_value()
    return place["x"], place["y"]


def text_of(locator: Locator) -> str:
    """The text of an element that is there to be seen, white space folded."""
    text: str = locator.evaluate(
        """(one) => {
          const copy = one.cloneNode(true);
          for (const unseen of copy.querySelectorAll(".visually-hidden")) unseen.remove();
          return copy.textContent;
        }"""
    )
    return re.sub(r"\s+", " ", text).strip()


def active(page: Page) -> dict[str, Any]:
    """What has the focus: tag, test id, role and text."""
    found: dict[str, Any] = page.evaluate(
        """() => {
          const one = document.activeElement;
          const box = one.getBoundingClientRect();
          return { tag: one.tagName.toLowerCase(), testid: one.dataset.testid ?? "", id: one.id,
            role: one.getAttribute("role") ?? "", text: one.textContent.slice(0, 80), width: box.width };
        }"""
    )
    return found


def strange(page: Page, *, scripts: int = 1) -> list[str]:
    """What is on the page that only a string taken for markup can have brought; none, where all is well."""
    found: list[str] = page.evaluate(STRANGE, scripts)
    return found
