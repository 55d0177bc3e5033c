"""Finding a concept or document, with the mouse and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.explorers import Explorer
from tests.browser.looking import active, choose, shown_edges, shown_nodes, suggestions, wait_for_edge
from tests.browser.own_parts import HAEMORRHAGE, VIETNAMESE_ID, WARFARIN


def test_the_page_starts_with_a_readable_part_of_the_graph(page: Page) -> None:
    nodes, edges = shown_nodes(page), shown_edges(page)

    assert 10 <= len(nodes) <= 80
    assert {end for subject, _, object_ in edges for end in (subject, object_)} <= set(nodes)
    expect(page.get_by_test_id("status")).to_contain_text(str(len(nodes)))


@pytest.mark.parametrize("typed", ["warf", "WARFARIN", "MESH:D014859"])
def test_a_concept_is_found_with_the_mouse(page: Page, typed: str) -> None:
    choose(page, typed, "Warfarin")

    wait_for_edge(page, (WARFARIN.id, "INDUCES", HAEMORRHAGE.id))
    expect(page.get_by_test_id("panel")).to_contain_text("Warfarin")


def test_a_form_that_only_documents_use_is_found(page: Page) -> None:
    choose(page, "haemorrhage", "Hemorrhage")

    expect(page.get_by_test_id("panel")).to_contain_text("Hemorrhage")


@pytest.mark.parametrize("typed", ["GHI-CHÚ", "vi-ghi-chu"])
def test_a_part_of_a_name_is_found_whatever_its_case_and_marks(page: Page, typed: str) -> None:
    expect(suggestions(page, typed).filter(has_text=VIETNAMESE_ID).first).to_be_visible()


def test_typing_errors_are_forgiven_by_the_server(explorer: Explorer, open_page: Open) -> None:
    if explorer.kind == "file":
        pytest.skip("the file's own search takes names as they are")
    page = open_page(explorer)

    expect(suggestions(page, "warfrin").filter(has_text="Warfarin").first).to_be_visible()


def test_a_search_by_keyboard(page: Page) -> None:
    page.keyboard.press("/")
    assert active(page)["testid"] == "search"
    page.keyboard.type("warfarin")
    expect(page.get_by_test_id("suggestion").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    box = page.get_by_test_id("search")
    current = box.get_attribute("aria-activedescendant")
    assert current
    expect(page.locator(f'[id="{current}"]')).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")

    wait_for_edge(page, (WARFARIN.id, "INDUCES", HAEMORRHAGE.id))
    expect(page.get_by_test_id("suggestion").first).to_be_hidden()


def test_escape_closes_the_suggestions(page: Page) -> None:
    expect(suggestions(page, "warfarin").first).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_test_id("suggestion").first).to_be_hidden()
    expect(page.get_by_test_id("search")).to_have_attribute("aria-expanded", "false")


def test_a_document_is_found_and_opened(page: Page) -> None:
    suggestions(page, "ward-04").filter(has_text="ward-04 possible.txt").first.click()

    expect(page.get_by_test_id("document-text").first).to_contain_text("Warfarin may have caused the haemorrhage.")


def test_what_documents_mention_comes_before_what_is_only_broader(page: Page) -> None:
    expect(suggestions(page, "drug").filter(has_text="broader").first).to_be_visible()

    counts = page.get_by_role("group", name="Concepts").locator(".suggestion-count").all_inner_texts()
    only_broader = [count == "broader concept" for count in counts]
    assert not only_broader[0]
    assert only_broader == sorted(only_broader)


def test_a_name_typed_in_full_comes_first(page: Page) -> None:
    expect(suggestions(page, "heart diseases").first).to_contain_text("Heart Diseases")
    expect(suggestions(page, "heart diseases").first).to_contain_text("broader")


def test_a_document_found_by_what_is_said_of_it_tells_what(explorer: Explorer, open_page: Open) -> None:
    if explorer.kind == "file":
        pytest.skip("the file's own search takes ids of documents")
    page = open_page(explorer)

    found = suggestions(page, "anticoag").filter(has_text="ward-01 present.txt").first
    expect(found).to_contain_text("tag anticoagulation")
    expect(found.locator("mark")).to_have_text("anticoag")


def test_nothing_found_is_said(page: Page) -> None:
    page.get_by_test_id("search").fill("xyzzyplugh")

    expect(page.locator("#search-list")).to_contain_text("xyzzyplugh")
    expect(page.get_by_test_id("suggestion")).to_have_count(0)
