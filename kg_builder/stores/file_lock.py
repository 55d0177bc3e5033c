"""One writing process at a time, kept by the operating system: a killed process leaves nothing locked."""

from __future__ import annotations

import os
from threading import RLock
from types import TracebackType

from filelock import FileLock, Timeout

from kg_builder.errors import StoreError, StoreLockedError

PATIENCE_SECONDS = 1.0
"""Long enough for another process's single write, too short for its build."""


def not_writable(path: str | None, reason: str) -> StoreError:
    """The error for a place that the system doesn't let us write to."""
    return StoreError(
        f"{path}: can't be written here ({reason}).",
        hint="The store's file and its folder must both be writable; nobody else is in the way.",
    )


class WriteLock:
    """Held as often as entered, by any thread of the one store that owns it. No path: nothing to lock."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._file = None if path is None else FileLock(f"{path}.lock", thread_local=False)
        self._guard = RLock()
        self._depth = 0

    @property
    def depth(self) -> int:
        """How often it is held now."""
        return self._depth

    def __enter__(self) -> None:
        """Take it, or take it once more. Raises StoreLockedError, or StoreError where nothing can be written."""
        with self._guard:
            if self._depth == 0 and self._file is not None:
                try:
                    _check_place(self._file.lock_file)
                    self._file.acquire(timeout=PATIENCE_SECONDS)
                except Timeout as error:
                    raise StoreLockedError(
                        f"{self._path}: another process is writing to this store.",
                        hint="Wait until it has finished (or stop it), then run this again. Reading works meanwhile.",
                    ) from error
                except OSError as error:
                    raise not_writable(self._path, error.strerror or "I/O error") from error
            self._depth += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Give it back once."""
        with self._guard:
            self._depth -= 1
            if self._depth == 0 and self._file is not None:
                self._file.release()


def _check_place(lock_file: str) -> None:
    """Raise OSError where no lock file can be: waiting for it would look as if another process had it."""
    os.close(os.open(lock_file, os.O_RDWR | os.O_CREAT, 0o644))
