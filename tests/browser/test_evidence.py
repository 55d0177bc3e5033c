"""The evidence of a relation: sentences with both ends marked; what denies it stands apart."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.looking import choose, open_relation, text_of, wait_for_edge
from tests.browser.own_parts import HAEMORRHAGE, WARFARIN

INDUCES = (WARFARIN.id, "INDUCES", HAEMORRHAGE.id)


@pytest.fixture
def evidence(page: Page) -> Locator:
    """The panel of "warfarin induces haemorrhage"."""
    choose(page, "warfarin", "Warfarin")
    wait_for_edge(page, INDUCES)
    return open_relation(page, "Warfarin", "INDUCES", "Hemorrhage")


def one(panel: Locator, words: str) -> Locator:
    """The piece of evidence with these words, the document's id say."""
    return panel.get_by_test_id("evidence").filter(has_text=words).first


def test_each_document_has_its_sentence(evidence: Locator) -> None:
    for document, words in {
        "ward-01": "A large haemorrhage followed warfarin.",
        "ward-02": "Warfarin caused haemorrhage of the gut.",
        "ward-03": "There was no haemorrhage under warfarin.",
        "ward-04": "Warfarin may have caused the haemorrhage.",
        "ward-05": "Years ago warfarin caused a haemorrhage.",
        "ward-06": "Her mother had a haemorrhage while on warfarin.",
        "ward-07": "Come back if warfarin leads to haemorrhage.",
    }.items():
        assert words in text_of(one(evidence, document))


def test_both_mentions_are_marked_and_told_apart(evidence: Locator) -> None:
    marks = one(evidence, "ward-01").locator("mark")

    assert sorted(text_of(marks.nth(place)).casefold() for place in range(marks.count())) == ["haemorrhage", "warfarin"]
    styles = {marks.nth(place).get_attribute("class") for place in range(2)}
    assert len(styles) == 2


def test_document_model_and_confidence_are_told(evidence: Locator) -> None:
    told = text_of(one(evidence, "ward-01"))

    for words in ("ward-01 present.txt", "careful-reader", "hand-made 1", "93"):
        assert words in told


def test_what_states_and_what_denies_stand_apart(evidence: Locator) -> None:
    """A heading goes before each group; what is denied isn't under the heading of what is stated."""
    order = evidence.evaluate(
        """(panel) => [...panel.querySelectorAll("h2, h3, h4, [data-testid=evidence]")].map((one) =>
             one.dataset.testid === "evidence" ? `> ${one.textContent}` : `# ${one.textContent}`)"""
    )
    heading, under = "", dict[str, str]()
    for line in order:
        heading = line if line.startswith("#") else heading
        for words in ("followed warfarin", "no haemorrhage", "may have caused", "Her mother"):
            if words in line:
                under[words] = heading
    assert len(set(under.values())) == len(under) == 4, under


def test_what_contradicts_is_named(evidence: Locator, page: Page) -> None:
    expect(evidence).to_contain_text("TREATS")


def test_evidence_leads_to_its_document(evidence: Locator, page: Page) -> None:
    one(evidence, "ward-03").get_by_role("button").first.click()

    text = page.get_by_test_id("document-text").first
    expect(text).to_contain_text("There was no haemorrhage under warfarin.")
    expect(page.get_by_test_id("tab-documents")).to_have_attribute("aria-selected", "true")


def test_escape_closes_the_panel(evidence: Locator, page: Page) -> None:
    page.keyboard.press("Escape")

    expect(page.get_by_test_id("panel")).to_be_hidden()
