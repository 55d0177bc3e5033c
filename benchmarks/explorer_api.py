"""How long the explorer's answers take on a large graph, through its own server.

    python benchmarks/explorer_api.py [--edges 100000] [--store PLACE] [--questions 200] [--seed 1]

The graph is that of `benchmarks/enrichment.py`; a PLACE (file or URI) that isn't there yet or is empty is filled and
kept. `kg-builder explore` is started as a process of its own, and asked by HTTP as the page does. Prints milliseconds
from the command to its address and to the first overview, and then median and 95th percentile of each kind of answer
by the clock, the server's mean processor time, and the size of the largest. The limits are for warm answers about
100,000 edges on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode, urlsplit

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.enrichment import asked_name, concepts, draw, fill
from kg_builder.stores import open_store
from kg_builder.stores.views import EVERYTHING

LIMITS_MS = {"search": 100.0, "neighbours": 300.0, "concept": 200.0, "relation": 200.0}
FIRST_OVERVIEW_MS = 1000.0
NEIGHBOURS = 1000


class Page:
    """Asks as the page does: one connection, the token with each question."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._connection = http.client.HTTPConnection(address.netloc)
        self._headers = {"Authorization": f"Bearer {address.fragment}"}

    def ask(self, name: str, **given: str) -> bytes:
        self._connection.request("GET", f"/api/{name}?{urlencode(given)}", headers=self._headers)
        answered = self._connection.getresponse()
        body = answered.read()
        if answered.status != http.HTTPStatus.OK:
            raise SystemExit(f"{name}: {answered.status} {body!r}")
        return body


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edges", type=int, default=100_000)
    parser.add_argument("--store")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with ExitStack() as stack:
        place = arguments.store or str(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "large.kg")
        known = concepts()
        with open_store(place) as store:
            if not store.statistics(EVERYTHING).documents:
                fill(store, arguments.edges, known)
        return measure(place, questions(place, known, arguments.questions, arguments.seed))


def questions(place: str, known: dict[str, list[Any]], wanted: int, seed: int) -> dict[str, list[dict[str, str]]]:
    """As people ask: common concepts more often. Neighbours are asked of concepts that have about 1,000."""
    chance = random.Random(seed)
    with open_store(place, read_only=True) as store:
        best = store.best_supported(limit=wanted)
        drawn = [draw(known[kind], chance).id for kind in ("Chemical", "Disease") for _ in range(wanted // 2)]
        common = [one for one in store.outlines(drawn).values() if one.neighbours >= NEIGHBOURS]
    names = [asked_name(known, chance) for _ in range(wanted)]
    return {
        "search": [{"q": name[: chance.randint(3, len(name))]} for name in names],
        "neighbours": [{"id": one.id} for one in common],
        "concept": [{"id": one} for one in drawn],
        "relation": [{"s": subject, "p": predicate, "o": object_} for subject, predicate, object_ in best],
        "documents": [{"q": str(number)} for number in range(100, 120)],
        "document": [{"id": f"made-up-{number}"} for number in range(50)],
        "ledger": [{}] * 5,
        "overview": [{}] * 5,
    }


def measure(place: str, asked: dict[str, list[dict[str, str]]]) -> int:
    begun = time.perf_counter()
    command = [str(Path(sys.executable).with_name("kg-builder")), "explore", place, "--no-browser", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            server = psutil.Process(process.pid)
            url = json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")["url"]
            told, took = since(begun), busy(server)
            page = Page(url)
            page.ask("overview")
            first, all_took = since(begun), busy(server)
            print(f"command to address {told:.0f} ms (processor {took:.0f}), to overview {first:.0f} ({all_took:.0f})")
            page.ask("search", q="a")
            slow = [one for one, cases in asked.items() if timed(page, server, one, cases) > LIMITS_MS.get(one, first)]
        finally:
            process.terminate()
    return 1 if slow or first - told > FIRST_OVERVIEW_MS else 0


def timed(page: Page, server: psutil.Process, name: str, cases: Sequence[dict[str, str]]) -> float:
    """Answers the 95th percentile in milliseconds."""
    spent, largest, before = [], 0, busy(server)
    for case in cases:
        at = time.perf_counter()
        largest = max(largest, len(page.ask(name, **case)))
        spent.append(since(at))
    p95 = quantiles(spent, n=20)[-1]
    clock = f"median {median(spent):6.1f}  p95 {p95:6.1f}  most {max(spent):6.1f} ms"
    print(f"{name:10} {len(cases):4}  {clock}  processor {(busy(server) - before) / len(cases):6.1f} ms  {largest:,} B")
    return p95


def busy(server: psutil.Process) -> float:
    """Milliseconds of processor time so far."""
    times = server.cpu_times()
    return 1000 * float(times.user + times.system)


def since(at: float) -> float:
    return 1000 * (time.perf_counter() - at)


if __name__ == "__main__":
    sys.exit(main())
