"""How long the document in progress may still take, known to whatever works on it.

A thread can't be stopped from outside. So work in this process asks `check` where it may well end, and what waits for
an answer from elsewhere does it under `wait_for`, which gives the wait up.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from kg_builder.errors import TimedOutError

Answer = TypeVar("Answer")


@dataclass(slots=True)
class _Pauses:
    """Time that doesn't count, over all threads that work on a document."""

    running: int = 0
    since: float = 0.0
    seconds: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> None:
        with self.lock:
            self.since = self.since if self.running else time.monotonic()
            self.running += 1

    def end(self) -> None:
        with self.lock:
            self.running -= 1
            if not self.running:
                self.seconds += time.monotonic() - self.since

    def until(self, now: float) -> float:
        """Seconds altogether."""
        with self.lock:
            return self.seconds + (now - self.since if self.running else 0.0)


@dataclass(frozen=True, slots=True)
class _Deadline:
    at: float
    """Of `time.monotonic`, without the pauses."""
    seconds: float
    pauses: _Pauses
    watched: bool = False
    """Somebody waits for this work who will give it up: it needn't be waited for once more."""


_deadline: ContextVar[_Deadline | None] = ContextVar("deadline", default=None)
_given_up: set[Future[Any]] = set()


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """What is done in this block, in this thread and those it starts with its context, may take so long."""
    if seconds is None:
        yield
        return
    token = _deadline.set(_Deadline(time.monotonic() + seconds, seconds, _Pauses()))
    try:
        yield
    finally:
        _deadline.reset(token)


def remaining() -> float | None:
    """Seconds left, 0 when they are over; None where there is no limit."""
    if (deadline := _deadline.get()) is None:
        return None
    now = time.monotonic()
    return max(0.0, deadline.at + deadline.pauses.until(now) - now)


@contextmanager
def uncounted() -> Iterator[None]:
    """The time of this block doesn't count: the user wants the wait, as at a limit of requests a minute."""
    deadline = _deadline.get()
    if deadline is None:
        yield
        return
    deadline.pauses.begin()
    try:
        yield
    finally:
        deadline.pauses.end()


def check() -> None:
    """Raise TimedOutError if the time is over."""
    deadline = _deadline.get()
    if deadline is not None and not remaining():
        raise TimedOutError(deadline.seconds)


def wait_for(question: Callable[[], Answer]) -> Answer:
    """The answer of what waits for somebody else. Raises TimedOutError the moment the time is over.

    The question then goes on in its thread, unheard, until its own time-out or its next `check`.
    """
    deadline = _deadline.get()
    if deadline is None or deadline.watched:
        return question()
    check()
    answer: Future[Answer] = Future()

    def ask() -> None:
        _deadline.set(replace(deadline, watched=True))
        try:
            answer.set_result(question())
        except BaseException as error:  # noqa: BLE001 - it goes to whoever waits
            answer.set_exception(error)

    # a daemon: a call that nobody waits for any more mustn't keep the process
    threading.Thread(target=copy_context().run, args=(ask,), name="awaited", daemon=True).start()
    while not answer.done() and (left := remaining()):
        wait((answer,), timeout=left)
    if answer.done():
        return answer.result()
    _given_up.add(answer)
    answer.add_done_callback(_given_up.discard)
    raise TimedOutError(deadline.seconds, waiting=True)


def given_up() -> int:
    """Questions that nobody waits for any more and that go on nevertheless."""
    return len(_given_up)
