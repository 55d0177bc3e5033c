"""Who relinks: one process at a time, and nobody writes meanwhile.

The row is always there, since a writer that looked for it in vain would keep all others from looking for it.
The database keeps no lock for longer than a transaction, so a relinking holds a lease: a row that says who has it and
when that was last confirmed. A killed process's lease runs out, at once where it can be seen that the process is gone.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import uuid4

import neo4j

from kg_builder.errors import StoreError, StoreLockedError
from kg_builder.stores.neo4j.session import Neo4jSession

LEASE_MILLISECONDS = 600_000
"""Far longer than relinking one document takes, which confirms the lease."""

_TAKE = """
MERGE (lock:KgBuilderState {name: 'relinking lock'})
SET lock.name = 'relinking lock'
RETURN lock {.token, .host, .process, age: timestamp() - lock.renewed} AS lock
"""
_SIGN = """
MATCH (lock:KgBuilderState {name: 'relinking lock'})
SET lock.token = $token, lock.host = $host, lock.process = $process, lock.renewed = timestamp()
"""
_RENEW = """
MATCH (lock:KgBuilderState {name: 'relinking lock', token: $token})
SET lock.renewed = timestamp()
RETURN lock.token
"""
_READ = """
OPTIONAL MATCH (lock:KgBuilderState {name: 'relinking lock'})
RETURN lock {.token, .host, .process, age: timestamp() - lock.renewed} AS lock
"""
_RELEASE = "MATCH (lock:KgBuilderState {name: 'relinking lock', token: $token}) SET lock.token = null"


class RelinkingLock:
    """The lease, as one open store sees it."""

    def __init__(self, session: Neo4jSession) -> None:
        self._session = session
        self._token = uuid4().hex
        self._host, self._process = socket.gethostname(), os.getpid()

    def acquire(self) -> None:
        """Take the lease. Raises StoreLockedError, which says who has it."""

        def take(tx: neo4j.ManagedTransaction) -> None:
            self.check(tx.run(_TAKE).single(strict=True)["lock"])
            tx.run(_SIGN, token=self._token, host=self._host, process=self._process).consume()

        self._session.write(take)

    def release(self) -> None:
        """Give it back. Where the server can't be reached, it runs out."""
        with suppress(StoreError):
            self._session.write(lambda tx: tx.run(_RELEASE, token=self._token).consume())

    def renew(self, tx: neo4j.ManagedTransaction) -> None:
        """Confirm it, with a change that depends on it. Raises StoreLockedError if it ran out and others came."""
        if tx.run(_RENEW, token=self._token).single() is None:
            raise StoreLockedError(
                f"{self._session.location}: this relinking stood still for so long that others may have written.",
                hint="Run it again: it goes on where it was.",
            )

    def look(self) -> None:
        """Raise StoreLockedError if another has it."""
        self.check(self._session.read(lambda tx: tx.run(_READ).single(strict=True)["lock"]))

    def check(self, lock: Mapping[str, Any] | None) -> None:
        """Raise StoreLockedError if this, which was read of it just now, says that another has it."""
        if lock is None or lock["token"] in {None, self._token} or lock["age"] > LEASE_MILLISECONDS:
            return
        if lock["host"] == self._host and _is_gone(lock["process"]):
            return
        raise StoreLockedError(
            f"{self._session.location}: process {lock['process']} on {lock['host']} is relinking this graph.",
            hint="Wait until it has finished, then run this again. If it was killed, its lock is void after "
            f"{LEASE_MILLISECONDS // 60_000} minutes.",
        )


def _is_gone(process: int) -> bool:
    """Whether no process of this machine has the number. Not known on Windows, where asking would end it."""
    if os.name == "nt":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
