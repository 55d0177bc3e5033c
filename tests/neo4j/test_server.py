"""The server that these tests start: kept over a restart, behind a password, gone with its parent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.neo4j.fixtures import ask
from tests.neo4j.server import Server


def test_what_was_committed_is_there_after_a_kill(make_neo4j_server: Callable[..., Server]) -> None:
    server = make_neo4j_server()
    ask(server.uri, "UNWIND range(1, 100) AS n CREATE (:Thing {n: n})")
    server.kill()
    server.start()
    assert ask(server.uri, "MATCH (t:Thing) RETURN count(t)") == [[100]]


def test_an_empty_server_is_empty(empty_neo4j: str) -> None:
    ask(empty_neo4j, "CREATE (:Thing)")


def test_a_bare_server_has_no_schema(bare_neo4j: str) -> None:
    assert ask(bare_neo4j, "MATCH (n) RETURN count(n)") == [[0]]
    assert ask(bare_neo4j, "SHOW CONSTRAINTS YIELD name RETURN name") == []


def test_a_password_is_asked_for(neo4j_server_with_password: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    from neo4j.exceptions import AuthError

    uri, password = neo4j_server_with_password
    with pytest.raises(AuthError):
        ask(uri, "RETURN 1")
    monkeypatch.setenv("NEO4J_PASSWORD", password)
    assert ask(uri, "RETURN 1") == [[1]]
