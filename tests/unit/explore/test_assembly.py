"""One page with everything inline, which may load nothing and run nothing else."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from kg_builder.explore.assembly import SCRIPTS, STYLES, TYPES, page

FILES = files("kg_builder.explore") / "page"


class Elements(HTMLParser):
    """What a browser would find in the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.scripts += [""] if tag == "script" else []

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            self.scripts[-1] += data


@pytest.fixture(scope="module", params=[None, "SGVsbG8="])
def data(request: pytest.FixtureRequest) -> str | None:
    """Of a page that asks its server, and of one that has its answers in it."""
    given: str | None = request.param
    return given


def test_the_page_loads_nothing(data: str | None) -> None:
    for tag, attributes in Elements(page(data).html).found:
        assert tag not in {"base", "embed", "form", "frame", "iframe", "object"}
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in {"action", "data", "href", "poster", "src", "srcset"}:
                assert value is not None
                assert value.startswith(("#", "data:"))


def test_only_its_own_script_may_run(data: str | None) -> None:
    made = page(data)
    script = Elements(made.html).scripts[-1]
    assert made.html.count("</script>") == len(Elements(made.html).scripts)
    assert f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" in made.policy
    assert f'content="{made.policy}"' in made.html
    assert "unsafe" not in made.policy.replace("style-src 'unsafe-inline'", "")
    assert ("connect-src 'self'" if data is None else "connect-src 'none'") in made.policy
    assert made.header_policy.endswith("frame-ancestors 'none'")


def test_the_page_says_where_its_answers_come_from(data: str | None) -> None:
    found = Elements(page(data).html).found
    assert found[0][1]["data-source"] == ("server" if data is None else "embedded")
    holders = [attributes for tag, attributes in found if attributes.get("id") == "graph-data"]
    assert len(holders) == (data is not None)
    assert "<!--" not in re.sub(r"<script>.*?</script>", "", page(data).html, flags=re.DOTALL)


def test_scripts_can_be_put_one_after_another() -> None:
    for name in (*SCRIPTS, *STYLES):
        if name != TYPES:
            text = (FILES / name).read_text(encoding="utf-8")
            assert not re.search(r"</(script|style)|<!--", text, re.IGNORECASE), name


def test_every_file_of_the_page_is_in_it() -> None:
    there = {entry.name for entry in FILES.iterdir() if entry.name.endswith((".js", ".css"))}
    assert there == {name for name in (*SCRIPTS, *STYLES) if "/" not in name and name != TYPES}
    there = {entry.name for entry in (FILES / "vendor").iterdir() if entry.name.endswith(".js")}
    assert there == {name.partition("/")[2] for name in SCRIPTS if name.startswith("vendor/")}


def test_equal_data_give_equal_pages() -> None:
    assert page("SGVsbG8=") == page("SGVsbG8=")
