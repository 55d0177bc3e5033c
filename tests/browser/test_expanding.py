"""From one concept to the next, on the drawing itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from kg_builder.stores import open_store
from kg_builder.stores.views import PLAIN_ASSERTIONS, UNREJECTED
from tests.browser.conftest import Open
from tests.browser.explorers import Explorer
from tests.browser.looking import (
    choose,
    middle_of_edge,
    on_canvas,
    select,
    shown_edges,
    shown_nodes,
    unfold,
    wait_for_edge,
)
from tests.browser.own_parts import ACETAMINOPHEN, FEVER, HAEMORRHAGE, STROKE, WARFARIN


def test_a_click_on_a_node_opens_its_panel(page: Page) -> None:
    unfold(page, WARFARIN.id)

    page.mouse.click(*on_canvas(page, HAEMORRHAGE.id))

    expect(page.get_by_test_id("panel")).to_contain_text("Hemorrhage")
    expect(page.get_by_test_id("panel")).to_contain_text(HAEMORRHAGE.id)


def test_a_click_on_an_edge_opens_its_evidence(page: Page) -> None:
    unfold(page, WARFARIN.id)

    page.mouse.click(*middle_of_edge(page, (WARFARIN.id, "TREATS", STROKE.id)))

    expect(page.get_by_test_id("panel").get_by_test_id("evidence").first).to_contain_text("stroke")


def test_a_double_click_expands(page: Page) -> None:
    unfold(page, WARFARIN.id)
    before = set(shown_nodes(page))

    page.mouse.dblclick(*on_canvas(page, STROKE.id))
    page.wait_for_timeout(800)

    after = set(shown_nodes(page))
    assert before <= after


def test_selecting_brings_a_concept_with_its_neighbours(page: Page) -> None:
    select(page, ACETAMINOPHEN.id)

    wait_for_edge(page, (ACETAMINOPHEN.id, "TREATS", FEVER.id))


def test_undo_and_start_over(page: Page) -> None:
    start = set(shown_nodes(page))
    choose(page, "paracetamol", "Acetaminophen")
    wait_for_edge(page, (ACETAMINOPHEN.id, "TREATS", FEVER.id))

    page.locator("#start-over").click()

    page.wait_for_function("(count) => window.kgExplorer.shownNodes().length === count", arg=len(start))
    assert set(shown_nodes(page)) == start


def test_a_denied_relation_is_not_drawn_at_first(page: Page) -> None:
    """Rosuvastatin is said not to have caused myalgia."""
    choose(page, "rosuvastatin", "Rosuvastatin")
    page.wait_for_timeout(800)

    assert not [edge for edge in shown_edges(page) if edge[0] == "MESH:D000068718" and edge[1] == "INDUCES"]


@pytest.mark.parametrize("concept_id", ["MESH:D000638", "MESH:D014839"])
def test_relations_among_neighbours_are_there_at_once(explorer: Explorer, open_page: Open, concept_id: str) -> None:
    """Amiodarone and vomiting: none of their neighbours was ever expanded."""
    page = open_page(explorer)

    unfold(page, concept_id)

    shown = shown_nodes(page)
    with open_store(explorer.graph, read_only=True) as store:
        stated = store.statements(shown, among=True, where=UNREJECTED)
        among = {(one.subject, one.predicate, one.object) for one in stated if one.assertion in PLAIN_ASSERTIONS}
    assert shown_edges(page) == among


def test_what_is_brought_into_the_graph_is_joined_to_what_is_there(page: Page) -> None:
    choose(page, "amiodarone", "Amiodarone")
    select(page, "MESH:D003024")

    wait_for_edge(page, ("MESH:D000638", "INDUCES", "MESH:D003248"))
