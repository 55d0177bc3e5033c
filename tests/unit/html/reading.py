"""HTML read back as browsers do: elements, attributes and the text between."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

HOSTILE = tuple(
    text
    for texts in json.loads(
        Path(__file__).parents[2].joinpath("browser", "hostile_strings.json").read_text(encoding="utf-8")
    ).values()
    for text in texts
)
HARMLESS = frozenset(
    (
        *("div", "span", "p", "mark", "sup", "abbr", "br", "style", "details", "summary"),
        *("table", "thead", "tbody", "tr", "th", "td"),
        *("svg", "g", "title", "line", "polygon", "circle", "text"),
    )
)


class Reading(HTMLParser):
    """What a piece of HTML holds."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.text = ""
        self.said = ""
        """Without labels and styles."""
        self.feed(html)
        self.close()
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend((name, value or "") for name, value in attrs)
        if tag != "br":
            label = tag == "span" and ("class", "kg-label") in attrs
            self.open.append("label" if label else tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        found = self.open.pop()
        assert found == tag or (found == "label" and tag == "span"), f"{found} closed by {tag}"

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.text += data
        if "label" not in self.open:
            self.said += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")

    def check_harmless(self) -> None:
        """Nothing in it can run, load or lead anywhere."""
        assert set(self.tags) <= HARMLESS, sorted(set(self.tags) - HARMLESS)
        names = {name for name, _ in self.attributes}
        assert not {name for name in names if name.startswith("on")}
        assert not names & {"href", "src", "srcdoc", "action", "formaction", "id", "name", "xlink:href"}
        for name, value in self.attributes:
            assert name != "style" or not {"url(", "expression", "\\"} & {
                word for word in ("url(", "\\") if word in value
            }
