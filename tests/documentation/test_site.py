"""The site: it builds without a warning, loads nothing from elsewhere, leads nowhere in vain, leaves nothing out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import typer

import kg_builder
from kg_builder.cli import app
from kg_builder.settings import RaySettings, Settings
from kg_builder.stores.neo4j.connection import Neo4jConnection

ROOT = Path(__file__).parents[2]
NEEDED = ("sphinx", "myst_parser", "furo")
LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "object": "data", "embed": "src"}
"""Elements that fetch something by themselves, with the attribute that says what. Links (`a`) wait for a click."""
DOCUMENTED = (
    "kg_builder.errors",
    "kg_builder.graph_store",
    "kg_builder.graphs.assistant",
    "kg_builder.graphs.components",
    "kg_builder.graphs.conversation",
    "kg_builder.graphs.document",
    "kg_builder.graphs.enrichment",
    "kg_builder.graphs.forecasting",
    "kg_builder.graphs.reviewing",
    "kg_builder.privacy.detector",
    "kg_builder.privacy.gate",
    "kg_builder.privacy.identifiers",
    "kg_builder.privacy.masking",
    "kg_builder.protocols",
    "kg_builder.records",
    "kg_builder.retrieve.checking",
    "kg_builder.retrieve.citations",
    "kg_builder.retrieve.enriching",
    "kg_builder.retrieve.sentences",
    "kg_builder.schema",
    "kg_builder.schemas",
    "kg_builder.stores.views",
    "kg_builder.testing",
)
"""Modules all of whose public names are in the reference."""

pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in NEEDED), reason="the site is built with the extra docs"
)


@dataclass
class Html(HTMLParser):
    """What is checked in one page."""

    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids.add(given.get("id") or "")
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")
        name = LOADING.get(tag, "href" if tag == "link" else "")
        if given.get(name):
            self.loads.append(given[name] or "")

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site. The build ends with an error if there is a warning."""
    place = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "-d", str(place / "trees")]
    done = subprocess.run(
        [*command, str(ROOT / "docs"), str(place / "html")],
        capture_output=True, text=True, check=False, timeout=600, env={**os.environ, "PYTHONWARNINGS": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return place / "html"


@pytest.fixture(scope="module")
def site(folder: Path) -> Mapping[str, Html]:
    """Its pages by their paths."""
    found = {}
    for path in sorted(folder.rglob("*.html")):
        page = Html()
        page.feed(path.read_text(encoding="utf-8"))
        found[path.relative_to(folder).as_posix()] = page
    return found


def test_it_loads_nothing_from_elsewhere(folder: Path, site: Mapping[str, Html]) -> None:
    loads = {f"{name}: {url}" for name, page in site.items() for url in page.loads}
    assert not {one for one in loads if re.search(r": (?:\w+:)?//", one)}
    styles = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.css"))
    assert not re.findall(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//[^)]*", styles)


def test_links_within_it_lead_somewhere(folder: Path, site: Mapping[str, Html]) -> None:
    assert not [
        f"{name}: {link}" for name, page in site.items() for link in page.links if not _leads(folder, site, name, link)
    ]


def _leads(folder: Path, site: Mapping[str, Html], name: str, link: str) -> bool:
    url = urlsplit(link)
    if url.scheme or url.netloc:
        return True
    target = name if not url.path else os.path.normpath(Path(name).parent / unquote(url.path))
    page = site.get(target)
    if page is None:
        return (folder / target).is_file()
    return not url.fragment or unquote(url.fragment) in page.ids


def test_every_page_is_in_a_table_of_contents(folder: Path, site: Mapping[str, Html]) -> None:
    pages = (path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md"))
    written = {path.with_suffix(".html").as_posix() for path in pages}
    assert written <= site.keys()
    linked = {
        os.path.normpath(Path(name).parent / unquote(urlsplit(link).path))
        for name, page in site.items()
        for link in page.links
        if urlsplit(link).path
    }
    assert written <= linked


def _commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, below in getattr(command, "commands", {}).items():
        if not below.hidden:
            yield f"{path} {name}", below
            yield from _commands(below, f"{path} {name}")


def test_every_command_is_told_with_its_options(site: Mapping[str, Html]) -> None:
    page = site["reference/commands.html"]
    for path, command in _commands(typer.main.get_command(app), "kg-builder"):
        assert path.replace(" ", "-") in page.ids, path
        after = page.text.partition(f"{path}\u00b6")[2] or page.text
        options = [one for one in command.params if one.opts[0].startswith("-") and not one.hidden]
        missing = [one.opts for one in options if not all(name in after for name in one.opts)]
        assert not missing, f"{path}: {missing}"


@pytest.mark.parametrize(
    ("model", "prefix"), [(Settings, "KG_BUILDER_"), (RaySettings, "KG_BUILDER_RAY_"), (Neo4jConnection, "NEO4J_")]
)
def test_every_setting_is_told_with_its_variable(site: Mapping[str, Html], model: Any, prefix: str) -> None:
    page = site["reference/settings.html"]
    for name in model.model_fields:
        assert name.replace("_", "-") in page.ids, name
        assert f"{prefix}{name.upper()}" in page.text, name


def _public(module: ModuleType) -> Iterator[set[str]]:
    """Names that a module says it has, or makes itself: each by where it may stand, at home or under the module."""
    for name in getattr(module, "__all__", vars(module)):
        thing = getattr(module, name)
        own = _is_public(name, thing) and thing.__module__ == module.__name__
        if own or hasattr(module, "__all__"):
            yield {f"{module.__name__}.{name}", f"{thing.__module__}.{name}", *_reexported(thing, name)}


def _is_public(name: str, thing: Any) -> bool:
    return not name.startswith("_") and callable(thing) and hasattr(thing, "__module__")


def _reexported(thing: Any, name: str) -> set[str]:
    """Under the packages that its home is in."""
    parts = thing.__module__.split(".")
    return {".".join((*parts[:length], name)) for length in range(1, len(parts))}


@pytest.mark.parametrize("name", ["kg_builder", "kg_builder.tools", "kg_builder.review", *DOCUMENTED])
def test_every_public_name_is_in_the_reference(site: Mapping[str, Html], name: str) -> None:
    ids = {one for path, page in site.items() if path.startswith("reference/") for one in page.ids}
    assert not [places for places in _public(import_module(name)) if not places & ids]


def test_what_the_package_gives_is_linked_from_its_page(site: Mapping[str, Html]) -> None:
    text = site["reference/library.html"].text
    assert not [name for name in kg_builder.__all__ if name not in text]
