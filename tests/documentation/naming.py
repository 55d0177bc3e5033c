"""What pages name within lines: our own modules, settings, files and headings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote, urlsplit

from kg_builder.settings import RaySettings, Settings
from tests.documentation.pages import ROOT, Inline, Page, pages

NAME = re.compile(r"(kg_builder(?:\.\w+)+)(?::(\w+))?(?:\(.*)?")
VARIABLE = re.compile(r"\bKG_BUILDER_([A-Z0-9_]+)\b")
FILE = re.compile(r"(?:kg_builder|examples|benchmarks|docs|tests|graphs|tools)(?:/[\w.*-]+)+/?")
OF_THE_CACHE = frozenset({"CACHE"})
"""Read outside the settings."""


def wrong_names(page: Page) -> Iterator[str]:
    """Names in code that lead nowhere."""
    for code in page.code:
        if (found := NAME.fullmatch(code.text)) is not None and not exists(found[1], found[2]):
            yield f"{code.id}: there is no such name"
        if FILE.fullmatch(code.text) and not any(ROOT.glob(code.text.rstrip("/"))):
            yield f"{code.id}: there is no such file"
    for line, text in [*((code.line, code.text) for code in page.code), *((one.line, one.text) for one in page.blocks)]:
        for variable in VARIABLE.findall(text):
            if not is_setting(variable):
                yield f"{page.name}:{line}: KG_BUILDER_{variable} is no setting"


def exists(dotted: str, attribute: str | None) -> bool:
    """Whether it is a module, or something in one; of classes also what their instances have."""
    parts = dotted.split(".") + ([attribute] if attribute else [])
    for length in range(len(parts), 0, -1):
        try:
            found: object = import_module(".".join(parts[:length]))
        except ModuleNotFoundError as error:
            if error.name is None or not error.name.startswith("kg_builder"):
                return True  # an extra that isn't installed
            continue
        for name in parts[length:]:
            if name in getattr(found, "__annotations__", {}) or name in getattr(found, "model_fields", {}):
                return True
            if not hasattr(found, name):
                return False
            found = getattr(found, name)
        return True
    return False


def is_setting(variable: str) -> bool:
    """Whether the settings read this variable, or it begins one that is cut short by ``…``."""
    fields = {name.upper() for name in Settings.model_fields} | OF_THE_CACHE
    fields |= {f"RAY_{name.upper()}" for name in RaySettings.model_fields} | {"RAY_", "TEST_NEO4J_WIPE", "TEST_CACHE"}
    return variable in fields


def wrong_links(page: Page) -> Iterator[str]:
    """Links to files and headings that aren't there."""
    for link in page.links:
        place = urlsplit(link.text)
        if place.scheme or place.netloc:
            continue
        target = page_of(page, link)
        if place.path and not target.exists():
            yield f"{link.id}: there is no such file"
        elif place.fragment and target.suffix == ".md" and place.fragment not in anchors(target):
            yield f"{link.id}: there is no such heading"


def page_of(page: Page, link: Inline) -> Path:
    """The file that a link leads to."""
    path = unquote(urlsplit(link.text).path)
    return (ROOT / page.name).parent / path if path else ROOT / page.name


@cache
def anchors(path: Path) -> frozenset[str]:
    """Of the headings of a page, as GitHub and MyST make them."""
    name = path.resolve().relative_to(ROOT).as_posix()
    found = next((page for page in pages() if page.name == name), None)
    return frozenset(map(slug, found.headings)) if found is not None else frozenset()


def slug(heading: str) -> str:
    """The anchor of a heading."""
    bare = re.sub(r"[`*]", "", heading).strip().lower()
    kept = (letter for letter in bare if letter in " -_" or unicodedata.category(letter)[0] in "LN")
    return "".join(kept).replace(" ", "-")
