"""Documents with what was found in them."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.looking import all_documents, document_rows, open_document, text_of
from tests.browser.own_parts import EMOJI_ID, EMOJI_TEXT, NESTED_ID, NESTED_TEXT, VIETNAMESE_ID

MARKED = """
(text) => {
  const found = new Map();
  for (const one of text.querySelectorAll(".stretch")) {
    for (const key of one.stretch.keys) found.set(key, (found.get(key) ?? "") + one.textContent);
  }
  return [...found.values()];
}
"""


def test_all_documents_are_listed(page: Page) -> None:
    all_documents(page)

    expect(document_rows(page)).to_have_count(31)
    expect(document_rows(page).filter(has_text=NESTED_ID)).to_contain_text("8")


def test_the_text_is_whole(page: Page) -> None:
    open_document(page, NESTED_ID)

    assert whole_text(page) == NESTED_TEXT


def test_characters_beyond_the_basic_plane_shift_nothing(page: Page) -> None:
    open_document(page, EMOJI_ID)

    assert whole_text(page) == EMOJI_TEXT
    assert {"warfarin", "stroke"} <= set(marked(page))


def test_spans_that_nest_overlap_or_have_gaps_are_marked(page: Page) -> None:
    open_document(page, NESTED_ID)

    found = marked(page)
    for words in ("non-small cell lung cancer", "lung cancer", "lung", "breast and ovarian cancer", "ovarian cancer"):
        assert words in found, words
    assert "breastcancer" in [words.replace(" ", "") for words in found]


def test_what_was_read_stands_beside_the_original(page: Page) -> None:
    open_document(page, VIETNAMESE_ID)
    page.get_by_role("button", name="Side by side").click()

    original, cleaned = page.get_by_test_id("document-text"), page.get_by_test_id("document-text-cleaned")
    assert text_of(original).startswith("BN sốt cao, đã dùng paracetamol")
    assert text_of(cleaned).startswith("Bệnh nhân sốt cao, đã dùng paracetamol")
    left, right = original.bounding_box(), cleaned.bounding_box()
    assert left is not None
    assert right is not None
    assert left["x"] + left["width"] <= right["x"]


def test_relations_and_rejects_are_listed_with_reasons(page: Page) -> None:
    view = open_document(page, NESTED_ID)

    for words in ("TREATS", "Tamoxifen", "not-in-text", "pulmonary embolism", "type-of-end"):
        expect(view).to_contain_text(words)


def test_a_dose_stands_with_its_drug(page: Page) -> None:
    view = open_document(page, VIETNAMESE_ID)

    for words in ("500 mg", "Strength"):
        expect(view).to_contain_text(words)


def test_the_way_back_leads_to_the_list(page: Page) -> None:
    open_document(page, NESTED_ID)

    all_documents(page)

    expect(document_rows(page)).to_have_count(31)


def marked(page: Page) -> list[str]:
    """Texts of the marked spans of the original, pieces joined."""
    found: list[str] = page.get_by_test_id("document-text").first.evaluate(MARKED)
    return found


def whole_text(page: Page) -> str:
    """The document's text as it stands on the page."""
    return page.get_by_test_id("document-text").text_content() or ""
