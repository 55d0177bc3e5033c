"""Reaching a server: what is asked for, what is said when it can't be, and that no password is shown."""

from __future__ import annotations

import logging
import pickle
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from kg_builder.errors import SettingsError, StoreError, StoreVersionError
from kg_builder.settings import Settings, load_settings
from kg_builder.stores import open_store
from kg_builder.stores.neo4j.connection import Neo4jConnection, place_of
from kg_builder.stores.neo4j.server_errors import store_error, too_old
from kg_builder.stores.neo4j.session import Neo4jSession

SECRET = "s3cret-of-the-ward"
PLAIN = Neo4jConnection.model_construct(
    uri=None, username="neo4j", password=None, database=None, ca_file=None, pool_size=5, connect_seconds=5.0,
    retry_seconds=5.0,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Neo4jConnection.model_fields:
        monkeypatch.delenv(f"NEO4J_{name.upper()}", raising=False)


# addresses


@pytest.mark.parametrize(
    ("uri", "location", "encrypted"),
    [
        ("neo4j://localhost:7687", "neo4j://localhost:7687", False),
        ("bolt+s://db.example/research", "bolt+s://db.example/research", True),
        ("NEO4J+SSC://DB.example:7688/", "neo4j+ssc://DB.example:7688", False),
        ("neo4j://db.example?policy=eu", "neo4j://db.example?policy=eu", False),
        ("bolt://[::1]:7687", "bolt://[::1]:7687", False),
    ],
)
def test_what_an_address_says(uri: str, location: str, encrypted: bool) -> None:
    place = place_of(uri, PLAIN)
    assert (place.location, place.encrypted) == (location, encrypted)


def test_the_database_of_the_address_goes_before_the_setting() -> None:
    connection = PLAIN.model_copy(update={"database": "set"})
    assert place_of("bolt://h", connection).database == "set"
    assert place_of("bolt://h/named", connection).database == "named"


def test_an_address_without_a_host_is_that_of_the_settings() -> None:
    assert place_of("neo4j://", PLAIN.model_copy(update={"uri": "bolt+s://db.example"})).uri == "bolt+s://db.example"
    with pytest.raises(SettingsError, match="NEO4J_URI"):
        place_of("neo4j://", PLAIN)


@pytest.mark.parametrize(
    "uri",
    [
        f"neo4j://neo4j:{SECRET}@db.example",
        f"bolt://{SECRET}@db.example",
        f"bolt://db.example:{SECRET}",
        f"bolt://db.example/a/{SECRET}",
        f"bolt://db.example?password={SECRET}",
        f"neo4j://db.example#{SECRET}",
        f"http://neo4j:{SECRET}@db.example",
    ],
)
def test_an_address_with_too_much_in_it_is_refused_without_repeating_it(uri: str) -> None:
    with pytest.raises(SettingsError) as raised:
        place_of(uri, PLAIN)
    assert SECRET not in f"{raised.value} {raised.value.hint}"


# settings


def test_the_environment_sets_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"USERNAME": "reader", "PASSWORD": SECRET, "DATABASE": "ward", "RETRY_SECONDS": "7"}.items():
        monkeypatch.setenv(f"NEO4J_{name}", value)
    connection = load_settings().neo4j
    assert (connection.username, connection.database, connection.retry_seconds) == ("reader", "ward", 7.0)
    assert connection.password is not None
    assert connection.password.get_secret_value() == SECRET


def test_the_password_is_in_nothing_that_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(neo4j=Neo4jConnection(password=SecretStr(SECRET)))
    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()} {settings.described()}"
    assert SECRET not in shown
    assert pickle.loads(pickle.dumps(settings)) == settings
    monkeypatch.setenv("NEO4J_PASSWORD", SECRET)
    read_back = Settings.model_validate_json(settings.model_dump_json())
    assert read_back.neo4j == settings.neo4j


def test_where_the_graph_is_kept_does_not_change_it() -> None:
    elsewhere = Settings(neo4j=Neo4jConnection(database="ward", username="reader", password=SecretStr(SECRET)))
    assert elsewhere.described() == Settings().described()


def test_a_wrong_setting_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_POOL_SIZE", SECRET)
    for read in (lambda: open_store("bolt://localhost"), load_settings):
        with pytest.raises(SettingsError, match=r"(?i)pool_size") as raised:
            read()
        assert SECRET not in str(raised.value)


# servers that can't be used


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_an_unreachable_server_is_said_at_once() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        uri = f"bolt://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(StoreError, match="can't be reached") as raised:
            Neo4jSession(uri, PLAIN)
    assert raised.value.hint is not None
    assert "7687" in raised.value.hint


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """A server of something else, which gives everyone this answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client:
                    client.recv(1024)
                    client.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"bolt://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0\0\0\0", b""])
def test_a_server_of_something_else_is_no_store(answer: bytes) -> None:
    with answering(answer) as uri, pytest.raises(StoreError) as raised:
        Neo4jSession(uri, PLAIN)
    assert raised.value.hint is not None


def test_an_old_server_is_named_with_the_version_that_is_needed() -> None:
    error = too_old("bolt://h", "Neo4j/4.4.38")
    assert isinstance(error, StoreVersionError)
    assert "Neo4j/4.4.38" in str(error)
    assert "5." in str(error)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("Neo.ClientError.Security.Forbidden", "isn't allowed"),
        ("Neo.ClientError.Statement.AccessMode", "only be read"),
        ("Neo.TransientError.General.DatabaseUnavailable", "disk space"),
        ("Neo.TransientError.General.MemoryPoolOutOfMemoryError", "memory"),
        ("Neo.DatabaseError.Transaction.TransactionCommitFailed", "full disk"),
        ("Neo.ClientError.Statement.TypeError", "TypeError"),
    ],
)
def test_what_a_server_says_is_told_without_its_words(code: str, said: str) -> None:
    from neo4j.exceptions import Neo4jError

    error = Neo4jError._hydrate_neo4j(code=code, message=f"Expected a Long but was String({SECRET!r})")
    told = store_error("bolt://h", error)
    assert said in f"{told} {told.hint}"
    assert SECRET not in f"{told} {told.hint}"


@pytest.mark.neo4j
def test_a_missing_database_is_named(neo4j_uri: str) -> None:
    with pytest.raises(StoreError, match="no database of this name") as raised:
        open_store(f"{neo4j_uri}/nowhere")
    assert "nowhere" in str(raised.value)


@pytest.mark.neo4j
def test_encryption_that_the_server_has_not_is_said(neo4j_uri: str) -> None:
    with pytest.raises(StoreError, match="encrypted") as raised:
        open_store(neo4j_uri.replace("bolt://", "bolt+ssc://"))
    assert "NEO4J_CA_FILE" in str(raised.value.hint)


@pytest.mark.neo4j
def test_the_right_password_opens_and_a_wrong_one_is_said(
    neo4j_server_with_password: tuple[str, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    uri, password = neo4j_server_with_password
    caplog.set_level(logging.INFO)
    with pytest.raises(StoreError, match="user name and password") as missing:
        open_store(uri)
    assert "NEO4J_PASSWORD" in str(missing.value.hint)
    monkeypatch.setenv("NEO4J_PASSWORD", SECRET)
    with pytest.raises(StoreError, match="user name and password") as wrong:
        open_store(uri)
    given = Neo4jConnection(password=SecretStr(password))
    open_store(uri, neo4j=given).close()
    monkeypatch.setenv("NEO4J_PASSWORD", password)
    with Neo4jSession(uri) as session:
        assert session.location == uri
    shown = caplog.text + f"{missing.value}{wrong.value}{wrong.value.hint}{given!r}"
    assert SECRET not in shown
    assert password not in shown


@pytest.mark.neo4j
def test_a_database_of_another_application_is_left_alone(empty_neo4j: str) -> None:
    with Neo4jSession(empty_neo4j) as session:
        session.write(lambda tx: tx.run("CREATE (:Concept {name: 'theirs'})").consume())
    with pytest.raises(StoreVersionError, match="kg-builder didn't write"):
        open_store(empty_neo4j)
    with Neo4jSession(empty_neo4j) as session:
        session.write(lambda tx: tx.run("MATCH (c:Concept) DELETE c").consume())
    open_store(empty_neo4j).close()


@pytest.mark.neo4j
def test_a_store_of_another_version_is_refused(empty_neo4j: str) -> None:
    open_store(empty_neo4j).close()
    with Neo4jSession(empty_neo4j) as session:
        session.write(lambda tx: tx.run("MATCH (s:KgBuilderState {name: 'store'}) SET s.version = 99").consume())
    with pytest.raises(StoreVersionError, match="99"):
        open_store(empty_neo4j)


@pytest.mark.neo4j
def test_reading_makes_no_store(empty_neo4j: str) -> None:
    with pytest.raises(StoreError, match="no graph of kg-builder") as raised:
        open_store(empty_neo4j, read_only=True)
    assert raised.value.hint is not None
    open_store(empty_neo4j).close()
    with Neo4jSession(empty_neo4j, read_only=True) as session, pytest.raises(StoreError, match="reading only"):
        session.write(lambda tx: tx.run("CREATE (:Concept)").consume())


@pytest.mark.neo4j
def test_a_read_can_change_nothing(empty_neo4j: str) -> None:
    with Neo4jSession(empty_neo4j) as session, pytest.raises(StoreError, match="only be read"):
        session.read(lambda tx: tx.run("CREATE (:Concept)").consume())


def test_importing_loads_no_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import subprocess
    import sys

    script = "import sys, kg_builder, kg_builder.settings; kg_builder.settings.Settings(); kg_builder.open_store; "
    script += "assert 'neo4j' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path)
