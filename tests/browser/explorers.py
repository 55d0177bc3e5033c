"""The explorer as people run it: the command's own server, and the file it writes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from typing import Literal

START_SECONDS = 60.0
_URL = re.compile(r"http://127\.0\.0\.1:\d+/\S*")

Kind = Literal["server", "file"]


@dataclass(frozen=True)
class Explorer:
    """Where a graph can be looked at."""

    kind: Kind
    url: str
    graph: Path


def command(*arguments: str | Path) -> list[str]:
    """The installed command."""
    return [str(Path(sys.executable).with_name("kg-builder")), *map(str, arguments)]


def environment() -> dict[str, str]:
    """Settings of the caller don't count, but for the cache."""
    ours = {key: value for key, value in os.environ.items() if not key.startswith("KG_BUILDER_")}
    return ours | {key: os.environ[key] for key in ("KG_BUILDER_CACHE",) if key in os.environ}


def run(*arguments: str | Path) -> str:
    """Run a command to its end; answers its output."""
    done = subprocess.run(command(*arguments), capture_output=True, text=True, check=False, env=environment())
    assert done.returncode == 0, f"{done.args} → {done.returncode}\n{done.stderr}"
    return done.stdout


def written(graph: Path, file: Path, *options: str) -> Explorer:
    """``kg-builder explore GRAPH -o FILE``."""
    run("explore", graph, "-o", file, *options)
    return Explorer("file", file.as_uri(), graph)


@contextmanager
def served(graph: Path, *options: str) -> Iterator[Explorer]:
    """``kg-builder explore GRAPH``, with the URL that it prints."""
    process = subprocess.Popen(
        command("explore", graph, "--no-browser", *options),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment() | {"PYTHONUNBUFFERED": "1"},
    )
    try:
        yield Explorer("server", _url(process), graph)
    finally:
        process.terminate()
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()


def _url(process: subprocess.Popen[str]) -> str:
    lines: Queue[str | None] = Queue()
    threading.Thread(target=_read, args=(process, lines), daemon=True).start()
    said: list[str] = []
    while True:
        try:
            line = lines.get(timeout=START_SECONDS)
        except Empty:
            line = None
        if line is None:
            raise AssertionError(f"the explorer didn't start: {''.join(said)}")
        said.append(line)
        if found := _URL.search(line):
            return found[0]


def _read(process: subprocess.Popen[str], lines: Queue[str | None]) -> None:
    assert process.stdout is not None
    try:
        for line in process.stdout:
            lines.put(line)
    except ValueError:
        pass  # closed by the end of the test
    lines.put(None)
