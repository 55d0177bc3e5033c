"""The store's SQLite file: opened, checked, made, wiped."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from kg_builder.errors import StoreError, StoreLockedError, StoreVersionError
from kg_builder.stores import sql
from kg_builder.stores.file_lock import WriteLock, not_writable
from kg_builder.stores.sqlite_schema import APPLICATION_ID, SCHEMA_VERSION, TABLES

MEMORY = ":memory:"
BUSY_SECONDS = 5.0
"""How long SQLite waits for another process's moment before it gives up."""


CACHE_KIBIBYTES = 16_384
MAGIC = b"SQLite format 3\0"
"""What a database begins with."""
PRIMARY_CODE = 0xFF
"""Mask of an SQLite error code without its details."""
LOG_PAGES = 4_000
"""Some 16 MB of log before it is moved into the file: a page that many documents touch is moved once."""


def open_file(path: str, lock: WriteLock, *, read_only: bool) -> sqlite3.Connection:
    """A connection to the store's file, which is made when missing. Raises StoreError, StoreVersionError."""
    try:
        if path != MEMORY:
            if _is_missing(path, read_only=read_only):
                with lock:
                    if _is_missing(path, read_only=read_only):
                        _create(path)
            _check(path)
        return _opened(path, read_only=read_only)
    except sqlite3.Error as error:
        raise store_error(path, error, read_only=read_only) from error
    except OSError as error:
        raise StoreError(f"{path}: cannot be opened ({error.strerror or 'I/O error'})") from error


def store_error(path: str, error: sqlite3.Error, *, read_only: bool) -> StoreError:
    """What a person is told when the file fails."""
    if not read_only and _code(error) in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}:
        return not_writable(path, str(error))
    return StoreError(f"{path}: {error}")


def is_sqlite(path: Path) -> bool:
    """Whether a file that is there holds a database, broken ones and those that can't be read included.

    Read as in `_check`, and for the same reason.
    """
    if path.stat().st_size < len(MAGIC):
        return False
    try:
        _header(_uri(str(path), "ro&immutable=1"))
    except sqlite3.Error as error:
        if _code(error) != sqlite3.SQLITE_NOTADB:
            return True
        with path.open("rb") as file:  # no connection can be open to what SQLite refuses
            return file.read(len(MAGIC)) == MAGIC
    return True


def _code(error: sqlite3.Error) -> int:
    """SQLite's own code without its details; errors of the Python module have none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & PRIMARY_CODE


def _opened(path: str, *, read_only: bool) -> sqlite3.Connection:
    if path == MEMORY:
        connection = _connect(MEMORY)
        connection.executescript(_creation())
    else:
        connection = _connect_read_only(path) if read_only else _connect(_uri(path, "rw"))
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def wipe(connection: sqlite3.Connection, path: str) -> None:
    """Rewrite the file and empty its log, so that nothing deleted is left in any byte of them."""
    connection.execute(sql.FORGET_WORDS)
    connection.execute("VACUUM")
    if not empty_log(connection):
        raise StoreLockedError(
            f"{path}: another process is reading, so the bytes of what was forgotten can't be overwritten yet.",
            hint="Close the other process and run forget again: it finishes the job even though the document is gone.",
        )


def empty_log(connection: sqlite3.Connection) -> bool:
    """Move the write-ahead log into the file; False if a reader prevents it."""
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _connect(database: str) -> sqlite3.Connection:
    return sqlite3.connect(
        database, uri=database != MEMORY, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )


def _connect_read_only(path: str) -> sqlite3.Connection:
    connection = _connect(_uri(path, "ro"))
    try:
        connection.execute("SELECT 1 FROM documents").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        if Path(f"{path}-wal").exists():
            raise
        # A log can't be made beside a file on read-only media; without one, the file is all there is.
        return _connect(_uri(path, "ro&immutable=1"))
    return connection


def _uri(path: str, mode: str) -> str:
    return f"file:{quote(path)}?mode={mode}"


def _creation() -> str:
    return (
        f"BEGIN; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION};\n{TABLES}\nCOMMIT;"
    )


def _is_missing(path: str, *, read_only: bool) -> bool:
    place = Path(path)
    if place.is_dir():
        raise StoreError(f"{path}: is a folder; a store is a file.", hint=f"For example {place / 'graph.kg'}.")
    missing = not place.exists() or place.stat().st_size == 0
    if missing and read_only:
        state = "is empty" if place.exists() else "there is no such file"
        raise StoreError(f"{path}: {state}.", hint="Build a graph first: kg-builder build TEXTS --store FILE")
    if missing and not place.parent.is_dir():
        raise StoreError(f"{path}: there is no folder {place.parent}.", hint="Make the folder first.")
    return missing


def _create(path: str) -> None:
    """Made complete under another name, then renamed: a file of that name is never half a store."""
    draft = Path(path).with_name(f".{Path(path).name}.new")
    leftovers = [draft.with_name(draft.name + suffix) for suffix in ("", "-journal", "-wal", "-shm")]
    for leftover in leftovers:
        leftover.unlink(missing_ok=True)
    connection = _connect(_uri(str(draft), "rwc"))
    try:
        connection.executescript(_creation())
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
    draft.replace(path)


def _check(path: str) -> None:
    """Raise StoreVersionError unless the header says that it is ours.

    Read through SQLite in immutable mode: this writes nothing, and closing a plain file handle would
    drop the locks that other connections of this process hold (POSIX).
    """
    try:
        application, version = _header(_uri(path, "ro&immutable=1"))
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
            raise StoreVersionError(f"{path}: is not a store of this package (not an SQLite file).") from error
        if error.sqlite_errorcode != sqlite3.SQLITE_CORRUPT:
            raise
        # Cut off while the log was being moved into the file: whole again once opened together with its log.
        application, version = _header(_uri(path, "rw"))
    if application != APPLICATION_ID:
        raise StoreVersionError(f"{path}: is an SQLite file of another application, not a store of this package.")
    if version != SCHEMA_VERSION:
        raise StoreVersionError(
            f"{path}: is a store of version {version}; this kg-builder reads and writes version {SCHEMA_VERSION}.",
            hint="Build the graph again from its documents, or use the kg-builder that made the file.",
        )


def _header(uri: str) -> tuple[int, int]:
    connection = _connect(uri)
    try:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        return int(application), int(connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        connection.close()
