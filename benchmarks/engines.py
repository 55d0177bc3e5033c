"""The engine on Ray against the local one: documents a second, CPU seconds, memory, and whether the graphs are equal.

    python benchmarks/engines.py TEXTS... [--documents 2000] [--actors 2] [--extractor lexicon] [--work FOLDER]

TEXTS is anything that ``kg-builder build`` reads; where it holds fewer documents, they are read again under other ids.
Each engine has a process of its own. The rate is from the first finished documents to the last, so that
loading models (and starting Ray) doesn't count; the whole time is given beside it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import cast

import psutil

from kg_builder.corpora.reading import read
from kg_builder.corpora.records import Unreadable
from kg_builder.graphs.building import build
from kg_builder.graphs.corpus import document_of
from kg_builder.records import Document
from kg_builder.settings import Engine, RaySettings, Settings
from kg_builder.stores.export import export

SAME_MOMENT = 0.05
"""Seconds within which documents that were written together are told of."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", nargs="+")
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--actors", type=int, default=2)
    parser.add_argument("--extractor", default="lexicon")
    parser.add_argument("--work")
    parser.add_argument("--engine", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.engine:
        run(arguments, Path(arguments.work))
        return
    with tempfile.TemporaryDirectory(dir=arguments.work) as folder:
        for engine in ("local", "ray"):
            subprocess.run([sys.executable, *sys.argv, "--engine", engine, "--work", folder], check=True)
        equal = (Path(folder) / "local.json").read_bytes() == (Path(folder) / "ray.json").read_bytes()
    print(f"exported graphs equal: {equal}")


def run(arguments: argparse.Namespace, work: Path) -> None:
    texts = list(repeated(arguments.texts, arguments.documents))
    engine = cast("Engine", arguments.engine)
    settings = Settings(
        engine=engine,
        extractors=(arguments.extractor,),
        ray=RaySettings(address="local", actors=arguments.actors),
    )
    times: list[float] = []
    with Use() as use:
        begun = time.perf_counter()
        built = build(
            texts,
            store=work / f"{engine}.kg",
            settings=settings,
            on_report=lambda _report: times.append(time.perf_counter()),
        )
        whole = time.perf_counter() - begun
    export(built.store, work / f"{engine}.json")
    rate = sum(moment - times[0] > SAME_MOMENT for moment in times) / (times[-1] - times[0])
    figures = {
        "engine": engine,
        "documents": built.run.read,
        "failed": built.run.failed,
        "items": built.run.items_written,
        "documents_a_second": round(rate, 1),
        "first_after_s": round(times[0] - begun, 1),
        "whole_s": round(whole, 1),
        "peak_mb": {name: round(size / 1e6) for name, size in use.peaks.items()},
        "cpu_s": {name: round(seconds, 1) for name, seconds in use.cpu.items()},
    }
    print(json.dumps(figures), flush=True)


def repeated(texts: list[str], number: int) -> Iterator[Document]:
    once = [document_of(row) for row in read(texts) if not isinstance(row, Unreadable)]
    for count, document in zip(range(number), cycle(once), strict=False):
        again = count // len(once)
        yield document.model_copy(update={"id": f"{document.id}-{again}"}) if again else document


class Use:
    """What this process, the actors and Ray's own processes took, looked at twice a second."""

    def __init__(self) -> None:
        self.peaks = {"this process": 0, "largest actor": 0, "Ray's own": 0}
        self.cpu = {"this process": 0.0, "actors": 0.0, "Ray's own": 0.0}
        self._seconds: dict[psutil.Process, tuple[str, float]] = {}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Use:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        for kind, seconds in self._seconds.values():
            self.cpu[kind] += seconds

    def _watch(self) -> None:
        this = psutil.Process()
        while not self._done.wait(0.5):
            sizes: dict[str, list[int]] = {"this process": [0], "actors": [0], "Ray's own": [0]}
            for process in (this, *this.children(recursive=True)):
                try:
                    was = self._seconds.get(process, ("", 0.0))[0]  # Ray gives its processes other names as they go
                    kind = "actors" if was == "actors" or "DocumentWorker" in process.name() else "Ray's own"
                    kind = "this process" if process == this else kind
                    sizes[kind].append(process.memory_info().rss)
                    times = process.cpu_times()
                    self._seconds[process] = (kind, times.user + times.system)
                except psutil.NoSuchProcess:
                    continue
            now = (max(sizes["this process"]), max(sizes["actors"]), sum(sizes["Ray's own"]))
            for name, size in zip(self.peaks, now, strict=True):
                self.peaks[name] = max(self.peaks[name], size)


if __name__ == "__main__":
    main()
