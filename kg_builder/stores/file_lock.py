"""One writing process at a time, kept by the operating system: a killed process leaves nothing locked."""

from __future__ import annotations

from threading import RLock
from types import TracebackType

from filelock import FileLock, Timeout

from kg_builder.errors import StoreLockedError

PATIENCE_SECONDS = 1.0
"""Long enough for another process's single write, too short for its build."""


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
        """Take it, or take it once more. Raises StoreLockedError."""
        with self._guard:
            if self._depth == 0 and self._file is not None:
                try:
                    self._file.acquire(timeout=PATIENCE_SECONDS)
                except Timeout as error:
                    raise StoreLockedError(
                        f"{self._path}: another process is writing to this store.",
                        hint="Wait until it has finished (or stop it), then run this again. Reading works meanwhile.",
                    ) from error
            self._depth += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Give it back once."""
        with self._guard:
            self._depth -= 1
            if self._depth == 0 and self._file is not None:
                self._file.release()
