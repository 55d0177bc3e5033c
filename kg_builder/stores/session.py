"""One process's use of the store's file: who may touch it when, transactions, and wiping what was forgotten."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from kg_builder.errors import StoreError, StoreLockedError
from kg_builder.stores.file_lock import WriteLock
from kg_builder.stores.sqlite_file import MEMORY, open_file, store_error, wipe


class Session:
    """A connection that threads take turns with."""

    def __init__(self, location: str, *, read_only: bool) -> None:
        self.location = location
        self._path = MEMORY if location == MEMORY else os.path.realpath(location)
        self._read_only = read_only
        self._write_lock = WriteLock(None if location == MEMORY else self._path)
        self._turn = RLock()
        self._blocks = 0
        self._forgot = False
        self._connection: sqlite3.Connection | None = open_file(self._path, self._write_lock, read_only=read_only)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """This thread's turn. Raises StoreError when the store is closed or the file fails."""
        with self._turn:
            if self._connection is None:
                raise StoreError(f"{self.location}: the store is closed.")
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise store_error(self.location, error, read_only=self._read_only) from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """This thread's turn to write: all of it or, if anything is raised, nothing."""
        self._check_writable()
        with self._write_lock, self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep other processes from writing. The outermost block ends with wiping what was forgotten in it."""
        self._check_writable()
        with self._write_lock:
            with self._turn:
                self._blocks += 1
            try:
                yield
            finally:
                with self._turn:
                    self._blocks -= 1
                    if self._blocks == 0:
                        self._wipe_if_due()

    def forgetting(self) -> None:
        """Say that this block forgets a document, so that it fails if the bytes can't be wiped."""
        self._forgot = True

    def version(self) -> int:
        """Another number whenever another process has written."""
        with self.reading() as connection:
            return int(connection.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Release the file; closing twice is fine."""
        with self._turn:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def _check_writable(self) -> None:
        if self._read_only:
            raise StoreError(f"{self.location}: was opened for reading only.", hint="Open it without read_only.")

    def _wipe_if_due(self) -> None:
        """The mark outlives this process: what couldn't be wiped now is wiped after the next writing."""
        forgot, self._forgot = self._forgot, False
        with self.reading() as connection:
            if connection.execute("SELECT 1 FROM unwiped").fetchone() is None:
                return
            try:
                wipe(connection, self.location)
            except StoreLockedError:
                if forgot:
                    raise
                return
            connection.execute("DELETE FROM unwiped")
