"""A report as a browser's parser sees it: elements, text, tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"meta", "input", "br", "link", "img"}
SHAPES = {"line", "rect", "polyline", "polygon"}


@dataclass
class Element:
    """With what is in it, in order."""

    tag: str
    attributes: dict[str, str | None]
    inside: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All of it on one line."""
        return " ".join("".join(self._pieces()).split())

    def _pieces(self) -> list[str]:
        return [piece for one in self.inside for piece in ([one] if isinstance(one, str) else one._pieces())]

    def all(self, tag: str) -> list[Element]:
        """Elements of a kind within it, in order."""
        inner = [one for one in self.inside if isinstance(one, Element)]
        return [found for one in inner for found in ([one] if one.tag == tag else []) + one.all(tag)]

    def one(self, id: str) -> Element:
        """The element of that id."""
        [found] = [one for one in self.everything() if one.attributes.get("id") == id]
        return found

    def everything(self) -> list[Element]:
        """Elements within it, in order."""
        inner = [one for one in self.inside if isinstance(one, Element)]
        return [found for one in inner for found in (one, *one.everything())]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("document", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute twice in {tag}"
        made = Element(tag, dict(attrs))
        self.open[-1].inside.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SHAPES | VOID, f"<{tag}/> isn't closed where it stands"
        self.open[-1].inside.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def read_page(page: str) -> Element:
    """Fails where elements aren't closed in the order in which they were opened."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert len(reader.open) == 1, f"<{reader.open[-1].tag}> isn't closed"
    return reader.open[0]


def tables(page: Element) -> dict[str, list[list[str]]]:
    """Rows of cells by caption, heads included."""
    return {
        table.all("caption")[0].text: [
            [cell.text for cell in row.everything() if cell.tag in {"th", "td"}] for row in table.all("tr")
        ]
        for table in page.all("table")
    }


def check_page(page: Element) -> None:
    """What holds of every report: it runs and loads nothing, and can be read out."""
    everything = page.everything()
    assert not {one.tag for one in everything} & {"script", "iframe", "object", "embed", "base", "form", "link", "img"}
    for one in everything:
        assert not [name for name in one.attributes if name.startswith("on")]
        for name in ("href", "src", "action", "xlink:href"):
            assert (one.attributes.get(name) or "#").startswith("#"), f"{name} leads away"
    [policy] = [one for one in everything if one.attributes.get("http-equiv") == "Content-Security-Policy"]
    assert "default-src 'none'" in (policy.attributes["content"] or "")
    ids = [one.attributes["id"] for one in everything if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    assert {link.attributes["href"] for link in page.all("a")} <= {f"#{name}" for name in ids}
    levels = [int(one.tag[1]) for one in everything if one.tag in {"h1", "h2", "h3", "h4"}]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in page.all("table"):
        assert len(table.all("caption")) == 1
        assert all("scope" in head.attributes for head in table.all("th"))
    for drawing in page.all("svg"):
        named = drawing.attributes.get("aria-labelledby")
        assert named or drawing.attributes.get("aria-hidden") == "true"
        assert set((named or "").split()) <= set(ids)
