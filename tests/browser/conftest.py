"""Fixtures of a real browser over the explorer's page.

``CHROMIUM`` names another browser than the one on the path. Without a browser these tests are skipped; with ``CI``
set they fail. ``KG_BUILDER_SCREENSHOTS`` names another folder for the pictures.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, get_args

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Page

from kg_builder.stores import open_store
from tests.browser.chromium import Watch, chromium
from tests.browser.explorers import Explorer, Kind, run, served, written
from tests.browser.hostile_graph import fill_with_hostile_strings
from tests.browser.own_parts import write_own_parts

HERE = Path(__file__).parent
Open = Callable[..., Page]
KINDS = get_args(Kind)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Pictures for the README are taken only when asked for."""
    parser.addoption("--update-images", action="store_true", help="take the pictures of docs/images again")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that lies here needs a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What axe-core found that doesn't fail a test, each once."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    found = {str(value) for report in reports for name, value in report.user_properties if name == "accessibility"}
    for line in sorted(found):
        terminalreporter.write_line(f"accessibility: {line}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; each has its own context."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """One for all processes of a parallel run."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


def made_once(folder: Path, name: str, make: Callable[[Path], object]) -> Path:
    """A file that the first process makes."""
    path = folder / name
    with FileLock(folder / f"{name}.made.lock"):
        if not path.exists():
            draft = folder / f"draft-{name}"
            make(draft)
            draft.rename(path)
    return path


@pytest.fixture(scope="session")
def examples_graph(shared_folder: Path, sample_texts: Path) -> Path:
    """Our own texts read by the real pipeline."""
    return made_once(shared_folder, "examples.kg", lambda path: run("build", sample_texts, "--store", path))


@pytest.fixture(scope="session")
def sample_graph(shared_folder: Path, examples_graph: Path) -> Path:
    """The same with parts of documents made by hand, and broader concepts."""

    def make(path: Path) -> None:
        shutil.copy(examples_graph, path)
        with open_store(path) as store, store.writing():
            write_own_parts(store)
        run("roll-up", path)

    return made_once(shared_folder, "sample.kg", make)


@pytest.fixture(scope="session")
def hostile_graph(shared_folder: Path) -> Path:
    """Every hostile string wherever a graph can hold one."""

    def make(path: Path) -> None:
        with open_store(path) as store, store.writing():
            fill_with_hostile_strings(store)

    return made_once(shared_folder, "hostile.kg", make)


@pytest.fixture(scope="session")
def explorers(
    examples_graph: Path, sample_graph: Path, hostile_graph: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str, Kind], Explorer]]:
    """Explorers by name of the graph and kind, each started when a test first asks for it."""
    graphs = {"examples": examples_graph, "sample": sample_graph, "hostile": hostile_graph}
    started: dict[tuple[str, Kind], Explorer] = {}
    with ExitStack() as stack:

        def start(name: str, kind: Kind) -> Explorer:
            if (name, kind) not in started:
                folder = tmp_path_factory.mktemp(name)
                started[name, kind] = (
                    stack.enter_context(served(graphs[name]))
                    if kind == "server"
                    else written(graphs[name], folder / f"{name}.html")
                )
            return started[name, kind]

        yield start


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Served, and as a file."""
    value: Kind = request.param
    return value


@pytest.fixture
def explorer(explorers: Callable[[str, Kind], Explorer], kind: Kind) -> Explorer:
    """The sample graph, in both ways."""
    return explorers("sample", kind)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Opens pages and waits until they are ready; at the end none of them may have complained."""
    opened: list[tuple[Any, Watch]] = []

    def open_it(
        explorer: Explorer | str, *, width: int = 1280, height: int = 800, dark: bool = False, **options: Any
    ) -> Page:
        url = explorer if isinstance(explorer, str) else explorer.url
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale="en-US",
            accept_downloads=True,
            **options,
        )
        context.set_default_timeout(8000)
        watch = Watch(url)
        watch.over(context)
        opened.append((context, watch))
        page = context.new_page()
        page.goto(url)
        if not isinstance(explorer, str):
            page.evaluate("() => window.kgExplorer.ready")
        return page

    yield open_it
    complaints = []
    for context, watch in opened:
        complaints += watch.complaints(context)
        context.close()
    assert complaints == []


@pytest.fixture
def page(explorer: Explorer, open_page: Open) -> Page:
    """The sample graph's page, 1280 wide."""
    return open_page(explorer)
