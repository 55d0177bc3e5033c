"""A long document, in lines and without any: whole, and drawn where one looks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from kg_builder.records import DocumentGraph, Evidence, Relation
from kg_builder.stores import open_store
from tests.browser.conftest import Open
from tests.browser.explorers import Explorer, served
from tests.browser.looking import all_documents, document_rows
from tests.browser.own_parts import HAEMORRHAGE, READER, WARFARIN, Said, own_part, place

SENTENCE = "Warfarin was given, nothing else happened on that day, and the patient went home in the evening."
SENTENCES = 3_000
LAST = "At the end warfarin caused a haemorrhage."
ENDS = ("warfarin", "haemorrhage")
MOST_DRAWN = 1000
"""Marked words of which the page is made at first, of as many as there are sentences."""


def long_part(document_id: str, between: str) -> DocumentGraph:
    """A mention a sentence, and one relation at the very end."""
    text = between.join([SENTENCE] * SENTENCES + [LAST])
    step, end = len(SENTENCE) + len(between), len(text) - len(LAST)
    said = [Said("", WARFARIN, {"span": (at, at + 8)}) for at in range(0, end, step)]
    subject, object_ = ((end + start, end + stop) for start, stop in map(partial(place, LAST), ENDS))
    said += [Said("", WARFARIN, {"span": subject}), Said("", HAEMORRHAGE, {"span": object_})]
    evidence = Evidence(sentence=(end, len(text)), subject=subject, object=object_)
    relation = Relation(
        subject=WARFARIN.id, predicate="INDUCES", object=HAEMORRHAGE.id, evidence=(evidence,), provenance=READER
    )
    return own_part(document_id, text, said, relations=(relation,))


@pytest.fixture(scope="module")
def long_documents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Explorer]:
    """Two of them, served."""
    graph: Path = tmp_path_factory.mktemp("long") / "long.kg"
    with open_store(graph) as store, store.writing():
        store.write(long_part("in lines.txt", "\n"))
        store.write(long_part("in one line.txt", " "))
    with served(graph) as explorer:
        yield explorer


@pytest.fixture(params=["in lines.txt", "in one line.txt"])
def long_document(request: pytest.FixtureRequest, long_documents: Explorer, open_page: Open) -> Page:
    """A page with one of them open."""
    page = open_page(long_documents)
    page.set_default_timeout(60_000)
    all_documents(page)
    document_rows(page).filter(has_text=request.param).get_by_role("button").click()
    page.get_by_test_id("document-text").wait_for()
    return page


def test_its_text_is_whole_and_marked_where_it_is_seen(long_document: Page) -> None:
    text = long_document.get_by_test_id("document-text")

    whole = text.text_content() or ""
    assert whole.replace("\n", " ") == " ".join([SENTENCE] * SENTENCES + [LAST])
    assert 0 < text.locator(".stretch").count() <= MOST_DRAWN


def test_a_sentence_at_its_end_is_shown_with_its_marks(long_document: Page) -> None:
    long_document.get_by_role("button", name="In text").click()

    said = long_document.locator(".stretch.role-object")
    expect(said).to_have_text("haemorrhage")
    expect(said).to_be_in_viewport()


def test_scrolling_marks_what_comes_into_sight(long_document: Page) -> None:
    view = long_document.locator("#view-documents")
    view.evaluate("(view) => { view.scrollTop = view.scrollHeight / 2; }")

    long_document.wait_for_function(
        """() => [...document.querySelectorAll(".stretch.on")].some((one) => {
          const box = one.getBoundingClientRect();
          return box.height > 0 && box.top > 200 && box.bottom < innerHeight;
        })"""
    )


def test_a_kind_switched_off_stays_off_further_down(long_document: Page) -> None:
    long_document.locator(".doc-legend").get_by_role("button", name="Chemical").click()
    view = long_document.locator("#view-documents")
    view.evaluate("(view) => { view.scrollTop = view.scrollHeight / 2; }")
    long_document.wait_for_timeout(500)

    expect(long_document.locator(".stretch.on").filter(has_text="Warfarin")).to_have_count(0)
