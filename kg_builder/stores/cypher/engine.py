"""A process that holds a graph and answers queries about it, for stores without Cypher of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import weakref
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from kg_builder.errors import InputError, MissingExtraError, StoreError
from kg_builder.stores.cypher.answers import CypherAnswer

if TYPE_CHECKING:
    from kg_builder.stores.cypher.natural_graph import Batch

GRACE_SECONDS = 2.0
"""How much longer than the query may take the process gets to say that it took too long."""
LOADING_SECONDS = 120.0
"""For the graph, which the first answer waits for."""
_SMALLER = "Ask for less: begin at a concept by its id, give types of relationships, and bounds such as *1..2."


def is_installed() -> bool:
    """Whether the engine is there."""
    return find_spec("kglite") is not None


class CypherEngine:
    """Answers queries about one graph, as it was when this was made. Threads take turns."""

    def __init__(self, graph: Iterable[Batch]) -> None:
        """Start the process and give it the graph. Raises MissingExtraError."""
        if not is_installed():
            raise MissingExtraError("Cypher over a graph in a file", "cypher")
        self._turn = Lock()
        self._answers: SimpleQueue[str] = SimpleQueue()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "kg_builder.stores.cypher.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        self.close = weakref.finalize(self, _stop, self._process)
        """Ends the process; twice is fine."""
        Thread(target=_listen, args=(self._process, self._answers), daemon=True).start()
        self._waited = LOADING_SECONDS
        for batch in graph:
            self._send(batch)

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked: a query that takes too much ends it."""
        return self.close.alive and self._process.poll() is None

    def ask(self, query: str, *, limit: int, seconds: float) -> CypherAnswer:
        """The answer to a query that was checked. Raises InputError for one that can't be answered."""
        with self._turn:
            self._send({"query": query, "limit": limit, "seconds": seconds})
            try:
                line = self._answers.get(timeout=seconds + GRACE_SECONDS + self._waited)
            except Empty:
                self.close()
                raise _too_long(seconds) from None
            self._waited = 0.0
        if not line:
            self.close()
            raise InputError("The query needs more memory than it is given.", hint=_SMALLER)
        return _read(json.loads(line), seconds)

    def _send(self, message: Batch | Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            self.close()
            raise StoreError("The process that answers Cypher has ended.", hint="Ask again.") from error


def _listen(process: subprocess.Popen[str], answers: SimpleQueue[str]) -> None:
    assert process.stdout is not None
    try:
        for line in process.stdout:
            answers.put(line)
    except ValueError:  # closed
        return
    answers.put("")


def _stop(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        try:
            if stream is not None:
                stream.close()
        except OSError:
            continue


def _read(answer: Mapping[str, Any], seconds: float) -> CypherAnswer:
    if answer.get("failed") == "time":
        raise _too_long(seconds)
    if answer.get("failed") == "size":
        raise InputError("The answer is too long.", hint="Return fewer things, and count rather than collect.")
    if "failed" in answer:
        raise InputError(f"The query can't be run: {answer['message']}", hint="Mend it and ask again.")
    return CypherAnswer(tuple(answer["columns"]), answer["rows"], answer["cut"], tuple(answer["warnings"]))


def _too_long(seconds: float) -> InputError:
    return InputError(f"The query was stopped: it took more than {seconds:g} s.", hint=_SMALLER)
