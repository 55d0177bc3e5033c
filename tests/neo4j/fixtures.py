"""Fixtures of a real Neo4j server, for every test that wants one.

``NEO4J_URI`` in the environment (with ``NEO4J_USERNAME`` and ``NEO4J_PASSWORD``) names a server to use instead of one
started here; a second one after a blank lets the tests run that compare two stores. Tests delete all they hold: one
that isn't empty is refused unless ``KG_BUILDER_TEST_NEO4J_WIPE=1``. Without Java, Maven or such a server these tests
are skipped; with ``CI`` set they fail.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pytest

from tests.neo4j.server import NEWEST, OLDEST, PASSWORD, NoServerError, Release, Server

LOOPBACK = ["127.0.0.1", "::1", "localhost"]
DATABASES = 2
"""How many stores a test may have at once: Community keeps one database a server."""
RELEASES = {"neo4j": OLDEST, "neo4j-newest": NEWEST}
MakeServer = Callable[..., Server]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of a server may connect to this machine, or to the server given, and to nothing else.

    With ``--dist loadgroup`` those that share a server stay together.
    """
    for item in items:
        if "neo4j_servers" in getattr(item, "fixturenames", ()) or item.get_closest_marker("neo4j"):
            item.add_marker(pytest.mark.neo4j)
            item.add_marker(pytest.mark.xdist_group(_group(item)))
            given = os.environ.get("NEO4J_URI")
            item.add_marker(pytest.mark.enable_socket if given else pytest.mark.allow_hosts(LOOPBACK))


def _group(item: pytest.Item) -> str:
    """The release that a test of every store runs on, else its file."""
    values = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return next((value for value in values if isinstance(value, str) and value in RELEASES), item.path.stem)


class Servers:
    """At most one shared server at a time, of the release asked for last."""

    def __init__(self) -> None:
        self.given = os.environ.get("NEO4J_URI", "").split()
        self._server: Server | None = None
        self._wiping_given = os.environ.get("KG_BUILDER_TEST_NEO4J_WIPE") == "1"

    def uris(self, release: Release = OLDEST) -> list[str]:
        """A URI a database. Skips the test where there is no server, or fails it."""
        if self.given:
            if release is not OLDEST:
                pytest.skip("NEO4J_URI names the only server")
            if "PYTEST_XDIST_WORKER" in os.environ:
                pytest.fail("NEO4J_URI names a server, which several processes can't share: leave out -n")
            self._may_be_wiped()
            return self.given
        if self._server is not None and self._server.release != release:
            self.stop()
        if self._server is None:
            self._server = started(Server(release, databases=DATABASES))
        return self._server.uris

    def stop(self) -> None:
        """Stop the one that runs."""
        if self._server is not None:
            self._server.remove()
            self._server = None

    def _may_be_wiped(self) -> None:
        for uri in [] if self._wiping_given else self.given:
            if ask(uri, "MATCH (n) RETURN count(n)") != [[0]]:
                pytest.fail(f"{uri} isn't empty, and these tests empty it: KG_BUILDER_TEST_NEO4J_WIPE=1 lets them")
        self._wiping_given = True


def started(server: Server, *, prepare: Callable[[Server], None] = lambda _: None) -> Server:
    """The same, started; where that can't be, the test is skipped, or fails if it has to run."""
    try:
        prepare(server)
        server.start()
    except NoServerError as error:
        server.remove()
        no_server(error, optional=server.release is not OLDEST)
    return server


def no_server(error: NoServerError, *, optional: bool) -> NoReturn:
    """Skip, or fail where ``CI`` is set; the newest release may be missing even there: it needs a newer Java."""
    message = f"no Neo4j server: {error}"
    if os.environ.get("CI") and not optional:
        pytest.fail(message)
    pytest.skip(message)


def ask(uri: str, query: str, **values: Any) -> list[list[Any]]:
    """The rows of a query's answer."""
    from neo4j import GraphDatabase

    user, password = os.environ.get("NEO4J_USERNAME", "neo4j"), os.environ.get("NEO4J_PASSWORD")
    with GraphDatabase.driver(uri, auth=None if password is None else (user, password)) as driver:
        records, _, _ = driver.execute_query(query, values, database_=os.environ.get("NEO4J_DATABASE"))
    return [record.values() for record in records]


def wipe(uri: str) -> None:
    """Delete all nodes and edges; constraints and indexes stay."""
    ask(uri, "MATCH (n) DETACH DELETE n")


def wipe_schema(uri: str) -> None:
    """Drop all constraints and indexes."""
    for kind in ("CONSTRAINTS", "INDEXES"):
        for (name,) in ask(uri, f"SHOW {kind} YIELD name, type WHERE type <> 'LOOKUP' RETURN name"):
            ask(uri, f"DROP {kind[:-1].replace('INDEXE', 'INDEX')} `{name}` IF EXISTS")


@pytest.fixture(scope="session")
def neo4j_servers() -> Iterator[Servers]:
    """The shared server; one that is started here doesn't ask who comes, whatever the environment says."""
    servers = Servers()
    with pytest.MonkeyPatch.context() as patch:
        for name in [] if servers.given else [name for name in os.environ if name.startswith("NEO4J_")]:
            patch.delenv(name)
        yield servers
        servers.stop()


@pytest.fixture
def neo4j_uri(neo4j_servers: Servers) -> str:
    """URI of a server without authentication; what earlier tests wrote may be there."""
    return neo4j_servers.uris()[0]


@pytest.fixture
def empty_neo4j(neo4j_uri: str) -> str:
    """URI of the same server, with nothing in it; constraints and indexes of earlier tests may be there."""
    wipe(neo4j_uri)
    return neo4j_uri


@pytest.fixture
def bare_neo4j(empty_neo4j: str) -> str:
    """URI of the same server, without constraints and indexes too."""
    wipe_schema(empty_neo4j)
    return empty_neo4j


@pytest.fixture(scope="session")
def neo4j_server_with_password(neo4j_servers: Servers) -> Iterator[tuple[str, str]]:
    """(URI, password of the user neo4j) of a server that asks for it."""
    server = started(Server(password=PASSWORD))
    yield server.uri, PASSWORD
    server.remove()


@pytest.fixture
def make_neo4j_server(neo4j_servers: Servers) -> Iterator[MakeServer]:
    """Starts servers of a test's own, which it may kill and start again, after what is to be done before."""
    made: list[Server] = []

    def make(prepare: Callable[[Server], None] = lambda _: None) -> Server:
        made.append(Server())
        return started(made[-1], prepare=prepare)

    yield make
    for server in made:
        server.remove()
