"""One process's use of a Neo4j database: connections, transactions, and patience with a server that goes away."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import uniform
from threading import Lock
from types import TracebackType
from typing import Any, Self, TypeVar

import neo4j
from neo4j.exceptions import DriverError, Neo4jError

from kg_builder.errors import StoreError
from kg_builder.stores.neo4j.connection import Neo4jConnection, Place, connection_of_environment, place_of
from kg_builder.stores.neo4j.server_errors import OLDEST_SERVER, is_away, may_succeed_later, store_error, too_old

T = TypeVar("T")
Work = Callable[[neo4j.ManagedTransaction], T]
"""What is done within one transaction. It may be called again, from the start, when the server couldn't finish it."""

FIRST_DELAY_SECONDS = 0.02
"""About what a transaction takes that others were in the way of."""
LONGEST_DELAY_SECONDS = 3.0

logger = logging.getLogger(__name__)


class Neo4jSession:
    """A pool of connections to one database. Any thread may use it.

    A transaction that the server couldn't finish is tried again for `Neo4jConnection.retry_seconds`.
    """

    def __init__(self, uri: str, connection: Neo4jConnection | None = None, *, read_only: bool = False) -> None:
        """Connect. Raises StoreError at once where that can't be, SettingsError for a URI that is none."""
        self._connection = connection_of_environment() if connection is None else connection
        self._place = place_of(uri, self._connection)
        self.location = self._place.location
        self.read_only = read_only
        self._guard = Lock()
        self._bookmarks = neo4j.GraphDatabase.bookmark_manager()
        with self._mapped():
            self._driver: neo4j.Driver | None = _driver(self._place, self._connection)
        try:
            self.server_version = self._greet()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        """The session itself; leaving the block closes it."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Close it."""
        self.close()

    def read(self, work: Work[T]) -> T:
        """Do this in a transaction that only reads. Raises StoreError."""
        return self._insistently(lambda session: session.execute_read(work))

    def write(self, work: Work[T]) -> T:
        """Do this in a transaction: all of it or, if anything is raised, nothing. Raises StoreError.

        When the connection broke off while committing, the work is done again though it may have been done.
        """
        if self.read_only:
            raise StoreError(f"{self.location}: was opened for reading only.", hint="Open it without read_only.")
        return self._insistently(lambda session: session.execute_write(work))

    def close(self) -> None:
        """Close the connections; closing twice is fine."""
        with self._guard:
            driver, self._driver = self._driver, None
        if driver is not None:
            driver.close()

    def _insistently(self, run: Callable[[neo4j.Session], T]) -> T:
        """Run a transaction, again and again where that may help, for the time that the settings give it."""
        patience = _Patience(self.location, self._connection.retry_seconds)
        with self._mapped():
            while True:
                try:
                    with self._session() as session:
                        return run(session)
                except (DriverError, Neo4jError) as error:
                    if not patience.is_left(error):
                        raise
                patience.wait()

    def _greet(self) -> tuple[int, int]:
        """Version of the server. Raises StoreError unless there is one that is new enough and lets us in."""
        driver = self._opened()
        with self._mapped():
            agent = driver.get_server_info().agent
        found = re.search(r"(\d+)\.(\d+)", agent)
        version = OLDEST_SERVER if found is None else (int(found[1]), int(found[2]))
        if version < OLDEST_SERVER:
            raise too_old(self.location, agent)
        return version

    def _opened(self) -> neo4j.Driver:
        driver = self._driver
        if driver is None:
            raise StoreError(f"{self.location}: the store is closed.")
        return driver

    def _session(self) -> neo4j.Session:
        database = self._place.database
        return self._opened().session(
            database=database, bookmark_manager=self._bookmarks, notifications_min_severity="OFF"
        )

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        """Driver errors as StoreErrors. They aren't chained: the server may quote text of a document."""
        try:
            yield
        except (DriverError, Neo4jError) as error:
            mapped = store_error(self.location, error)
        else:
            return
        raise mapped from None


class _Patience:
    """How long to go on trying one transaction, and how long to wait between two tries."""

    def __init__(self, location: str, seconds: float) -> None:
        self._location = location
        self._seconds = seconds
        self._until: float | None = None
        self._delay = FIRST_DELAY_SECONDS
        self._warned = False

    def is_left(self, error: DriverError | Neo4jError) -> bool:
        """Whether to try again after this error."""
        if not may_succeed_later(error):
            return False
        now = time.monotonic()
        if self._until is None:
            self._until = now + self._seconds
        if is_away(error) and not self._warned:
            self._warned = True
            logger.warning("%s: not reachable now; trying again for %g seconds", self._location, self._seconds)
        return now < self._until

    def wait(self) -> None:
        """Sleep, longer each time."""
        time.sleep(self._delay * uniform(0.5, 1.5))
        self._delay = min(2 * self._delay, LONGEST_DELAY_SECONDS)


def _driver(place: Place, connection: Neo4jConnection) -> neo4j.Driver:
    password = connection.password
    options: dict[str, Any] = {
        "auth": None if password is None else (connection.username, password.get_secret_value()),
        "user_agent": "kg-builder",
        "max_connection_pool_size": connection.pool_size,
        "connection_timeout": connection.connect_seconds,
        "connection_acquisition_timeout": max(60.0, 2 * connection.connect_seconds),
        "max_transaction_retry_time": 0,  # `_Patience` tries again, and says less about it
        "keep_alive": True,
        "telemetry_disabled": True,
    }
    uri = place.uri
    if place.encrypted and connection.ca_file is not None:
        uri = uri.replace("+s://", "://", 1)
        options |= {"encrypted": True, "trusted_certificates": neo4j.TrustCustomCAs(str(connection.ca_file))}
    return neo4j.GraphDatabase.driver(uri, **options)
