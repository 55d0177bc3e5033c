"""Pages that are made from the code at each build, so that they can't go stale.

A page holds a line ``<!-- generated: NAME -->``, with arguments after the name where it takes some, which is replaced
by Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from aliases import aliases
from commands_page import commands_page
from settings_page import settings_page

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

PAGES: Mapping[str, Callable[..., str]] = {"aliases": aliases, "commands": commands_page, "settings": settings_page}
MARK = re.compile(r"^<!-- generated: (\w+)((?: \S+)*) -->$", re.MULTILINE)


def _read(app: Sphinx, _name: str, source: list[str]) -> None:
    made = MARK.sub(lambda found: PAGES[found[1]](*found[2].split()), source[0])
    if made != source[0]:
        source[0] = made
        app.env.note_reread()


def _outdated(app: Sphinx, env: BuildEnvironment, *_: object) -> list[str]:
    """Whatever the file's date: what the page is made of is elsewhere."""
    return sorted(name for name in env.found_docs if MARK.search(app.env.doc2path(name).read_text(encoding="utf-8")))


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", _read)
    app.connect("env-get-outdated", _outdated)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
