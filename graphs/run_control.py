"""What a run and those around it tell each other while it goes: to stop, what is in progress, how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from kg_builder.graphs.circuit_breaker import Breakers
from kg_builder.stores.views import Ended

PAUSE_AFTER = 8
"""Documents in a row that only lacked a backend, after which the run waits for it."""
END_AFTER = 64
"""Such documents in a row after which, once patience is over, nothing else seems to be left to do."""
_NAP = 0.1
"""Seconds between two looks at whether a pausing run was asked to stop."""


@dataclass(slots=True)
class RunControl:
    """Given to a run by whoever may want to end it early."""

    retry_failed: bool = False
    """Try documents again that failed too often."""
    ended: Ended | None = None
    unreachable: str = ""
    """Models whose backends are down, where the run ended for that."""
    in_progress: tuple[str, ...] = ()
    """See `RunRecord.in_progress`."""
    note: Callable[[], None] = field(default=lambda: None)
    """Called when `in_progress` has changed."""
    _begun: tuple[str, ...] = field(default=(), init=False)
    _unavailable: int = field(default=0, init=False)

    def stop(self) -> None:
        """Finish the documents in progress and begin no other. For any thread, and for signal handlers."""
        self.ended = self.ended or "stopped"

    def begin(self, states: tuple[str, ...]) -> None:
        """Documents of these states are about to be read; some of those before may still be in progress."""
        self.in_progress = (*self._begun, *states)
        self._begun = states
        self.note()

    def saw(self, *, unavailable: bool, written: bool) -> None:
        """What became of a document: it lacked a backend, or was written."""
        if unavailable:
            self._unavailable += 1
        elif written:
            self._unavailable = 0

    def goes_on(self, breakers: Breakers, patience: float) -> bool:
        """Whether another document is to be begun; waits for a backend where nothing else can be done.

        `patience`: seconds that a backend may be down before the run ends.
        """
        if self._unavailable >= PAUSE_AFTER:
            while self.ended is None and not breakers.ready() and breakers.down_for() < patience:
                time.sleep(_NAP)
            if self._unavailable >= END_AFTER and breakers.down_for() >= patience:
                self.ended = self.ended or "backend-unavailable"
                self.unreachable = ", ".join(breakers.open_ones())
        return self.ended is None
