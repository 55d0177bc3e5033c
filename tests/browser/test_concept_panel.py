"""What is known of a concept."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.looking import select, text_of
from tests.browser.own_parts import BLUE_SPELLS, HAEMORRHAGE, WARFARIN


def test_a_link_leads_to_its_vocabulary(page: Page) -> None:
    link = select(page, WARFARIN.id).get_by_role("link").first

    expect(link).to_have_attribute("href", "https://meshb.nlm.nih.gov/record/ui?ui=D014859")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(link).to_have_attribute("target", "_blank")


def test_names_seen_documents_and_neighbours(page: Page) -> None:
    told = text_of(select(page, HAEMORRHAGE.id))

    for words in (HAEMORRHAGE.id, "Hemorrhage", "Disease", "haemorrhage", "ward-01 present.txt", "Warfarin", "INDUCES"):
        assert words in told, words


def test_relations_read_as_sentences(page: Page) -> None:
    """Subject, predicate, object, whichever end the concept is; how many documents say so stands by each."""
    incoming = select(page, HAEMORRHAGE.id).locator(".group").filter(has_text="INDUCES").first
    assert re.fullmatch(r"\d+ concepts? → INDUCES → Hemorrhage", text_of(incoming.get_by_role("heading")))
    expect(incoming.get_by_role("button", name="Evidence: Warfarin INDUCES Hemorrhage, 7 documents")).to_have_text(
        "7 documents"
    )

    outgoing = select(page, WARFARIN.id).locator(".group").filter(has_text="INDUCES").first
    assert re.fullmatch(r"Warfarin → INDUCES → \d+ concepts?", text_of(outgoing.get_by_role("heading")))


def test_a_neighbour_is_one_press_away(page: Page) -> None:
    select(page, HAEMORRHAGE.id).get_by_role("button", name="Warfarin").first.click()

    expect(page.get_by_test_id("panel")).to_contain_text(WARFARIN.id)


def test_a_concept_that_no_vocabulary_knows_says_so(page: Page) -> None:
    panel = select(page, BLUE_SPELLS.id)

    expect(panel).to_contain_text("blue spells")
    expect(panel).to_contain_text("not linked")
    expect(panel.get_by_role("link")).to_have_count(0)


def test_a_document_is_one_press_away(page: Page) -> None:
    panel = select(page, BLUE_SPELLS.id)

    panel.get_by_role("button", name="scan-01 nested.txt").first.click()

    expect(page.get_by_test_id("document-text").first).to_contain_text("Blue spells were noted")
