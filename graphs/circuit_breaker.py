"""A backend that is down isn't asked by every document: after some failures in a row only a probe goes through now and
then, with longer and longer pauses, until one is answered.

(M. Nygard, *Release It!*, 2007: closed, open, half-open.)
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from kg_builder.errors import BackendUnavailableError, ModelError, TimedOutError, TransientModelError
from kg_builder.protocols import Cleaner, Extractor, RelationExtractor

FIRST_PAUSE = 1.0
"""Seconds from opening to the first probe."""
LONGEST_PAUSE = 60.0
"""Seconds; a pause is twice the one before, up to this."""

Answer = TypeVar("Answer")
Part = Cleaner | Extractor | RelationExtractor


@dataclass(slots=True)
class CircuitBreaker:
    """The state machine: pure, told the time (seconds, never going back). Not safe for several threads by itself."""

    failures: int
    """In a row, to open."""
    _in_a_row: int = field(default=0, init=False)
    _opened: float | None = field(default=None, init=False)
    _probe_at: float = field(default=0.0, init=False)
    _pause: float = field(default=FIRST_PAUSE, init=False)
    _probing: bool = field(default=False, init=False)

    @property
    def quiet(self) -> bool:
        """Nothing has failed since the last answer."""
        return not self._in_a_row

    @property
    def opened(self) -> float | None:
        """Since when it is open; None: closed."""
        return self._opened

    def ready(self, now: float) -> bool:
        """Whether a question would be let through."""
        return self._opened is None or (not self._probing and now >= self._probe_at)

    def admits(self, now: float) -> bool:
        """Let a question through, or not. An open one takes it for its probe, and admits no other meanwhile."""
        ready = self.ready(now)
        self._probing = self._probing or (ready and self._opened is not None)
        return ready

    def answered(self) -> None:
        """A question was answered, be it one from before it opened."""
        self._in_a_row, self._opened, self._probing, self._pause = 0, None, False, FIRST_PAUSE

    def failed(self, now: float) -> None:
        """A question was not answered. Late failures of questions from before it opened change nothing."""
        self._in_a_row += 1
        if self._opened is None:
            if self._in_a_row < self.failures:
                return
            self._opened = now
        elif self._probing:
            self._probing = False
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
        else:
            return
        self._probe_at = now + self._pause

    def let_go(self) -> None:
        """A question ended without telling anything of the backend; if it was the probe, another may be one."""
        self._probing = False


class Breakers:
    """One circuit breaker for each model, for all threads of a run. `failures` 0: none ever opens."""

    def __init__(self, failures: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._failures = failures
        self._clock = clock
        self._breakers: dict[str, CircuitBreaker] = {}
        self._lock = threading.Lock()

    def ask(self, part: Part, question: Callable[[], Answer]) -> Answer:
        """The answer, unless the part's backend is down. Raises BackendUnavailableError, and what the question does.

        Errors that aren't of the moment are an answer: the backend is there.
        """
        if not self._failures:
            return question()
        name = part.model or part.name
        breaker = self._admitted(name)
        try:
            answer = question()
        except TransientModelError as error:
            if self._failed(breaker):
                raise _unavailable(name) from error
            raise
        except TimedOutError as error:
            self._failed(breaker) if error.waiting else self._let_go(breaker)
            raise
        except ModelError:
            self._answered(breaker)
            raise
        except BaseException:
            self._let_go(breaker)
            raise
        self._answered(breaker)
        return answer

    def down_for(self) -> float:
        """Seconds since the first of the open ones opened; 0: none is open."""
        with self._lock:
            opened = [item.opened for item in self._breakers.values() if item.opened is not None]
        return self._clock() - min(opened) if opened else 0.0

    def ready(self) -> bool:
        """Whether none is open, or one of the open ones would let a probe through now."""
        now = self._clock()
        with self._lock:
            opened = [item for item in self._breakers.values() if item.opened is not None]
            return not opened or any(item.ready(now) for item in opened)

    def open_ones(self) -> list[str]:
        """Names of the models whose backends are down, sorted."""
        with self._lock:
            return sorted(name for name, item in self._breakers.items() if item.opened is not None)

    def _admitted(self, name: str) -> CircuitBreaker:
        breaker = self._breakers.get(name)
        if breaker is not None and breaker.quiet:
            return breaker
        with self._lock:
            breaker = self._breakers.setdefault(name, CircuitBreaker(self._failures))
            if not breaker.admits(self._clock()):
                raise _unavailable(name)
        return breaker

    def _answered(self, breaker: CircuitBreaker) -> None:
        if not breaker.quiet:
            with self._lock:
                breaker.answered()

    def _failed(self, breaker: CircuitBreaker) -> bool:
        """Note it; answers whether it is open."""
        with self._lock:
            breaker.failed(self._clock())
            return breaker.opened is not None

    def _let_go(self, breaker: CircuitBreaker) -> None:
        with self._lock:
            breaker.let_go()


def _unavailable(name: str) -> BackendUnavailableError:
    return BackendUnavailableError(
        f"{name} didn't answer several times in a row, so it isn't asked any more, but for a probe now and then.",
        hint="See that it runs and can be reached; the same command then goes on with what is missing.",
    )
