"""Links that lead out of the docs folder, as a code host needs them, lead to the site's own pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

OUT = r"\]\((?:\.\./)+"
PAGES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(OUT + r"kg_builder/models/(\w+)/README\.md"), r"](/cards/\1.md"),
    (re.compile(OUT + r"examples/adapters/([\w-]+)/README\.md"), r"](/cards/\1.md"),
    (re.compile(OUT + r"examples/(\w+)\.py\)"), lambda found: f"](/examples.md#{found[1].replace('_', '-')}-py)"),
    (re.compile(OUT + r"CHANGELOG\.md"), r"](/changelog.md"),
    (re.compile(OUT + r"CONTRIBUTING\.md"), r"](/contributing.md"),
    (re.compile(OUT + r"SECURITY\.md"), r"](/security.md"),
)
"""What stands at a place of the repository, and the page that shows it."""


def to_pages(source: str) -> str:
    """A page's Markdown with the links of `PAGES` replaced."""
    for pattern, page in PAGES:
        source = pattern.sub(page, source)
    return source


def _read(_app: Sphinx, _name: str, source: list[str]) -> None:
    source[0] = to_pages(source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", _read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
