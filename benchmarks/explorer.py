"""How the explorer's page does on a large graph, in a real Chromium: ready, search, expanding, panning, file.

    python benchmarks/explorer.py [--edges 100000] [--store PLACE] [--rounds 5]

Needs Chromium (or what ``CHROMIUM`` names) and Playwright (extra dev). The graph is that of `benchmarks/enrichment.py`;
a PLACE that isn't there yet is filled and kept. The command itself serves the page and writes the file. Times are by
the clock, from the moment of navigation or of the last keystroke until what was asked for has been painted; a frame
without an answer is one that the page was too busy for. Chromium draws in software here, as without a GPU.
Exit code 1 where a limit of `LIMITS` is broken.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT))

from benchmarks.enrichment import asked_name, concepts, fill  # noqa: E402
from kg_builder.stores import open_store  # noqa: E402
from kg_builder.stores.views import EVERYTHING  # noqa: E402
from tests.browser.chromium import chromium  # noqa: E402
from tests.browser.explorers import Explorer, served, written  # noqa: E402

FILE_NAMES, FILE_EDGES = 3000, 5000
"""A graph of a few more than 2,000 concepts, of which the file takes 2,000."""
LIMITS = {
    "page ready, s": 2.0,
    "search shown, without waiting for more keys, ms": 150.0,
    "longest task while expanding, ms": 500.0,
    "longest frame while panning, ms": 200.0,
    "file of 2,000 nodes, MB": 5.0,
}
"""The first, second and last are promises; the others say what still counts as responsive."""
TIMING = """
window.kgTasks = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.kgTasks.push([entry.startTime, entry.duration]);
}).observe({ type: "longtask", buffered: true });
window.kgFrames = [];
const frame = (at) => { window.kgFrames.push(at); requestAnimationFrame(frame); };
requestAnimationFrame(frame);
window.kgShown = null;
window.kgKeyed = null;
document.addEventListener("keydown", () => { window.kgKeyed = performance.now(); window.kgShown = null; }, true);
const noted = () => {
  requestAnimationFrame(() => { if (window.kgShown === null) window.kgShown = performance.now(); });
};
const answers = "[data-testid=suggestion], .suggestion-none";
const suggests = (node) => node.nodeType === 1 && (node.matches(answers) || node.querySelector(answers) !== null);
new MutationObserver((changes) => {
  if (changes.some((change) => [...change.addedNodes].some(suggests))) noted();
}).observe(document, { childList: true, subtree: true });
"""
"""Long tasks, frames, and when suggestions were painted after the last key."""

ASKED_AT = """
() => performance.getEntriesByType("resource").filter((entry) => entry.name.includes("/api/search")).at(-1)?.startTime
"""
"""When the page last asked its server, if it did."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edges", type=int, default=100_000)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        graph = made(arguments.store or folder / "large.kg", arguments.edges)
        small = made(folder / "small.kg", FILE_EDGES, names=FILE_NAMES)
        before = os.getloadavg()[0]
        browser = stack.enter_context(chromium())
        figures = measured(browser, graph, arguments.rounds)
        for name, of in {"file of 2,000 nodes": small, "file of the large graph": graph}.items():
            figures |= file_figures(browser, of, arguments.rounds, name)
        print(f"\nload of the last minute: {before:.1f} before, {os.getloadavg()[0]:.1f} after, {os.cpu_count()} cores")
    return told(figures)


def told(figures: dict[str, float]) -> int:
    """Print them beside their limits; 1 if one is broken."""
    for name, figure in figures.items():
        limit = LIMITS.get(name)
        print(f"{name:60} {figure:10.2f}" + ("" if limit is None else f"  (limit {limit:g})"))
    return int(any(figures[name] > limit for name, limit in LIMITS.items() if name in figures))


def made(place: Path, edges: int, names: int | None = None) -> Path:
    """A made-up graph, of all names or of fewer."""
    known = concepts()
    if names is not None:
        known = {kind: some[: names * len(some) // sum(map(len, known.values()))] for kind, some in known.items()}
    with open_store(place) as store:
        if not store.statistics(EVERYTHING).documents:
            fill(store, edges, known)
        counts = store.statistics(EVERYTHING)
        print(f"{place.name}: {counts.documents} documents, {counts.concepts} concepts, {counts.relations} relations")
    return place


def measured(browser: Browser, graph: Path, rounds: int) -> dict[str, float]:
    """Of the served page."""
    well_known = best_connected(graph)
    known, chance = concepts(), random.Random(5)
    names = [asked_name(known, chance) for _ in range(rounds * 4)]
    begun = time.perf_counter()
    with served(graph) as explorer:
        figures = {"command until it answers, s": time.perf_counter() - begun}
        ready = []
        for _ in range(rounds):
            with opened(browser, explorer) as (_, seconds):
                ready.append(seconds)
        figures |= {"page ready, first time, s": ready[0], "page ready, s": median(ready)}
        with opened(browser, explorer) as (page, _):
            figures |= searching(page, names)
        with opened(browser, explorer) as (page, _):
            figures |= expanding(page, well_known)
            figures |= panning(page)
    return figures


def file_figures(browser: Browser, graph: Path, rounds: int, name: str) -> dict[str, float]:
    """Of the self-contained file."""
    ready = []
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        explorer = written(graph, Path(folder) / "graph.html")
        took = time.perf_counter() - begun
        megabytes = (Path(folder) / "graph.html").stat().st_size / 1e6
        for _ in range(rounds):
            with opened(browser, explorer) as (_, seconds):
                ready.append(seconds)
    return {f"{name}, MB": megabytes, f"{name}, written, s": took, f"{name}, ready, s": median(ready)}


@contextmanager
def opened(browser: Browser, explorer: Explorer) -> Iterator[tuple[Page, float]]:
    """A page of its own, and the seconds from navigating until it was ready and painted."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(TIMING)
    page = context.new_page()
    begun = time.perf_counter()
    page.goto(explorer.url, wait_until="commit")
    page.wait_for_function("() => window.kgExplorer !== undefined")
    page.evaluate("() => window.kgExplorer.ready.then(() => new Promise(requestAnimationFrame))")
    yield page, time.perf_counter() - begun
    context.close()


def best_connected(graph: Path) -> tuple[str, int]:
    """The concept that has relations with the most others but no more than some 1,000, and how many."""
    others: dict[str, set[str]] = {}
    with open_store(graph, read_only=True) as store:
        for relation in store.relations(EVERYTHING):
            others.setdefault(relation.subject, set()).add(relation.object)
            others.setdefault(relation.object, set()).add(relation.subject)
    return min(((one, len(all_)) for one, all_ in others.items()), key=lambda item: abs(item[1] - 1000))


def searching(page: Page, names: list[str]) -> dict[str, float]:
    """Names typed as people do, the last key counted."""
    box, with_waiting, without = page.get_by_test_id("search"), list[float](), list[float]()
    for name in names:
        box.fill("")
        page.wait_for_timeout(400)
        page.evaluate("() => performance.clearResourceTimings()")
        box.press_sequentially(name[:12], delay=60)
        page.wait_for_function("() => window.kgShown !== null", timeout=10_000)
        page.wait_for_timeout(300)  # what the last key brought, not the one before
        keyed, shown = page.evaluate("() => [window.kgKeyed, window.kgShown]")
        asked = page.evaluate(ASKED_AT)
        with_waiting.append(shown - keyed)
        without.append(shown - max(asked or keyed, keyed))
    return {
        "search shown, without waiting for more keys, ms": percentile(without),
        "search shown, median of the same, ms": median(without),
        "search shown, from the last key, ms": percentile(with_waiting),
    }


def expanding(page: Page, concept: tuple[str, int]) -> dict[str, float]:
    """All neighbours of a well-known concept shown, from the press of the button."""
    concept_id, neighbours = concept
    page.evaluate("(id) => window.kgExplorer.select(id)", concept_id)
    page.wait_for_timeout(1500)
    figures = {"neighbours of the concept": float(neighbours)}
    begun = page.evaluate("() => performance.now()")
    show_all(page)
    page.wait_for_function(
        "(least) => window.kgExplorer.shownNodes().length >= least", arg=min(neighbours, 1000), timeout=60_000
    )
    shown = page.evaluate("() => new Promise((done) => requestAnimationFrame(() => done(performance.now())))")
    page.wait_for_timeout(3000)  # until the layout has come to rest
    return figures | {
        "all neighbours shown, ms": shown - begun,
        "longest task while expanding, ms": longest_task(page, begun),
        "longest frame while expanding, ms": longest_frame(page, begun),
    }


def show_all(page: Page) -> None:
    """Ask for everything around the selected concept."""
    page.locator("#selection").get_by_role("button", name="Show all").click()


def panning(page: Page) -> dict[str, float]:
    """The drawing dragged about with all of them on it."""
    box = page.locator("canvas").first.bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] - 30)
    begun = page.evaluate("() => performance.now()")
    page.mouse.move(*middle)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(middle[0] + 4 * step, middle[1] - 2 * step)
    page.mouse.up()
    page.wait_for_timeout(500)
    frames = page.evaluate("(since) => window.kgFrames.filter((at) => at >= since)", begun)
    lengths = [after - before for before, after in pairwise(frames)]
    return {
        "longest frame while panning, ms": max(lengths),
        "median frame while panning, ms": median(lengths),
        "longest task while panning, ms": longest_task(page, begun),
    }


def longest_task(page: Page, since: float) -> float:
    """How long the page could not answer at most; tasks under 50 ms don't count."""
    durations: list[float] = page.evaluate(
        "(since) => window.kgTasks.filter(([at]) => at >= since).map(([, length]) => length)", since
    )
    return max(durations, default=0.0)


def longest_frame(page: Page, since: float) -> float:
    """The longest time between two frames."""
    frames: list[float] = page.evaluate("(since) => window.kgFrames.filter((at) => at >= since)", since)
    return max((after - before for before, after in pairwise(frames)), default=0.0)


def percentile(values: list[float], share: float = 0.95) -> float:
    """The value that so many are no more than."""
    return sorted(values)[min(len(values) - 1, round(share * len(values)))]


if __name__ == "__main__":
    sys.exit(main())
