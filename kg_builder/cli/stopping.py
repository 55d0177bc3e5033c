"""Ctrl-C and SIGTERM: the first lets a run finish the documents in progress, the second ends it at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg_builder.graphs.run_control import RunControl

SIGNALS = ("SIGINT", "SIGTERM", "SIGBREAK")
"""By name: SIGBREAK (Ctrl-Break) is there on Windows only, where nobody sends a SIGTERM."""
_STOPPING = b"stopping after the documents in progress; once more stops at once\n"


class Stop:
    """What asked the run to stop."""

    def __init__(self, control: RunControl) -> None:
        self._control = control
        self.exit_code = 130

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        """The handler. It writes past Python's buffers: it may have interrupted something that prints."""
        self.exit_code = 128 + number
        if self._control.ended is not None:
            raise KeyboardInterrupt
        self._control.stop()
        os.write(2, _STOPPING)


@contextmanager
def stopping(control: RunControl) -> Iterator[Stop]:
    """In this block, signals stop the run; only the main thread can be told of them."""
    stop = Stop(control)
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for number in (getattr(signal, name, None) for name in SIGNALS):
            if number is not None:
                before[number] = signal.signal(number, stop)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave(code: int) -> None:
    """End the process now if threads are still at work that nobody waits for any more: Python would wait for them."""
    others = (thread for thread in threading.enumerate() if thread is not threading.main_thread())
    if any(not thread.daemon for thread in others):
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)
