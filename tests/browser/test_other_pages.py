"""Reports with hostile strings in them, in a browser: none runs, all are shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Open
from tests.browser.explorers import run
from tests.browser.hostile_graph import hostile_strings, visible
from tests.browser.looking import strange

STRINGS = hostile_strings()
Look = Callable[[Path], None]


@pytest.fixture
def look(open_page: Open) -> Look:
    """Opens a page that a command wrote, wide and narrow, light and dark; the watch of `open_page` is over it."""

    def at(file: Path) -> None:
        for width, dark in ((1280, False), (400, True)):
            page = open_page(file.as_uri(), width=width, dark=dark)
            assert strange(page, scripts=0) == []
            assert sideways(page) == 0

    return at


def test_the_report_of_a_run(hostile_graph: Path, tmp_path: Path, look: Look, open_page: Open) -> None:
    file = tmp_path / "report.html"
    run("report", hostile_graph, "-o", file)

    look(file)

    assert len(shown(open_page(file.as_uri()))) >= 60


def test_the_report_of_a_plain_run(sample_graph: Path, tmp_path: Path, look: Look, open_page: Open) -> None:
    """Here axe-core has its say; over thousands of hostile rows that would take it minutes."""
    file = tmp_path / "report.html"
    run("report", sample_graph, "-o", file)

    look(file)

    for dark in (False, True):
        assert refused(open_page(file.as_uri(), dark=dark)) == []


def test_the_page_of_an_evaluation(tmp_path: Path, look: Look, open_page: Open) -> None:
    corpus, file = tmp_path / "hostile.pubtator", tmp_path / "evaluation.html"
    corpus.write_text("\n".join(map(annotated, range(len(STRINGS)), STRINGS)), encoding="utf-8")
    run("evaluate", corpus, "--extractor", "lexicon", "--resamples", "10", "--html", file)

    look(file)

    assert len(shown(open_page(file.as_uri()))) >= 60


def annotated(number: int, text: str) -> str:
    """A document of PubTator in which the string is a disease."""
    words = "".join(character for character in " ".join(text.split()) if character.isprintable())
    before = f"{words} aspirin caused "
    whole = f"{before}{words} later."
    place = f"{len(before)}\t{len(before) + len(words)}"
    mention = f"{number}\t{place}\t{words}\tDisease\tMESH:D006470\n" if words.strip() else ""
    return f"{number}|t|{whole}\n{number}|a|\n{mention}"


def shown(page: Page) -> list[str]:
    """The strings that a person can read on the page."""
    seen = visible(page.locator("body").inner_text())
    return [text for text in STRINGS if len(visible(text)) > 3 and visible(text) in seen]


def refused(page: Page) -> list[str]:
    """What axe-core calls serious or critical."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['target']}" for each in found if each["impact"] in {"serious", "critical"}
    ]


def sideways(page: Page) -> int:
    """Pixels that the page is wider than the screen."""
    found: int = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found
