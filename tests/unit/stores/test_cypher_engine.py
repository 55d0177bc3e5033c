"""The process that answers Cypher: what a query can't do to it, even one that nobody checked."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from kg_builder.errors import InputError, MissingExtraError, StoreError
from kg_builder.graph_store import Failure
from kg_builder.stores.cypher import engine as module
from kg_builder.stores.cypher.engine import CypherEngine, is_installed
from kg_builder.stores.cypher.natural_graph import Batch
from kg_builder.stores.networkx_store import NetworkxStore

GRAPH = [
    Batch(kind="nodes", names=["Document"], rows=[{"id": "d1", "date": "2024-01-05"}]),
    Batch(kind="nodes", names=["Concept", "Chemical"], rows=[{"id": "A:1", "name": "Đường", "type": "Chemical"}]),
    Batch(
        kind="relationships",
        names=["Document", "MENTIONS"],
        rows=[{"subject": "d1", "object": "A:1", "properties": {"text": "x\n\"'`", "start": 3}}],
    ),
]


@pytest.fixture
def engine() -> Iterator[CypherEngine]:
    pytest.importorskip("kglite")
    made = CypherEngine(GRAPH)
    yield made
    made.close()


def ask(engine: CypherEngine, query: str, seconds: float = 5.0) -> list[list[object]]:
    return engine.ask(query, limit=10, seconds=seconds).rows


def test_the_graph_is_there(engine: CypherEngine) -> None:
    rows = ask(engine, "MATCH (d:Document)-[m:MENTIONS]->(c:Chemical) RETURN d.date, m.text, c.name, m")

    properties = {"start": 3, "text": "x\n\"'`"}
    assert rows == [["2024-01-05", "x\n\"'`", "Đường", {"type": "MENTIONS", "properties": properties}]]


@pytest.mark.parametrize(
    "query", ["CREATE (x:Y) RETURN x", "MATCH (n) SET n.name = 'x' RETURN n", "MATCH (n) DETACH DELETE n"]
)
def test_nothing_is_changed(engine: CypherEngine, query: str) -> None:
    with pytest.raises(InputError, match="can't be run"):
        ask(engine, query)
    assert ask(engine, "MATCH (n) RETURN count(n)") == [[2]]


@pytest.mark.skipif(sys.platform == "win32", reason="no such limits")
def test_no_file_is_read(engine: CypherEngine) -> None:
    with pytest.raises(InputError):
        ask(engine, f"LOAD CSV FROM 'file://{__file__}' AS line RETURN line")


def test_a_long_query_is_stopped_and_the_next_one_answered(engine: CypherEngine) -> None:
    with pytest.raises(InputError, match=r"more than 0\.3 s"):
        ask(engine, "UNWIND range(1, 1000000) AS x UNWIND range(1, 1000000) AS y RETURN sum(x * y)", seconds=0.3)
    assert ask(engine, "RETURN 1") == [[1]]


def test_what_crashes_the_process_is_the_querys_failure(engine: CypherEngine) -> None:
    with pytest.raises(InputError, match="memory"):
        ask(engine, "MATCH (a) RETURN a" + " UNION ALL MATCH (a) RETURN a" * 5000)
    assert not engine.is_alive
    with pytest.raises(StoreError, match="has ended"):
        ask(engine, "RETURN 1")


@pytest.mark.skipif(sys.platform != "linux", reason="no such limit")
def test_memory_is_bounded(engine: CypherEngine) -> None:
    with pytest.raises(InputError):
        ask(engine, "UNWIND range(1, 100) AS i WITH collect(range(1, 5000000)) AS all RETURN size(all)", seconds=20)


def test_a_long_answer_is_refused(engine: CypherEngine) -> None:
    with pytest.raises(InputError, match="too long"):
        ask(engine, "RETURN range(1, 1000000) AS xs")


def test_closing_twice_is_fine(engine: CypherEngine) -> None:
    engine.close()
    engine.close()
    assert not engine.is_alive


def test_a_store_starts_another_process_after_a_crash_and_ends_it_when_it_closes() -> None:
    pytest.importorskip("kglite")
    with NetworkxStore(":memory:") as store:
        assert store.cypher("RETURN 1").rows == [[1]]
        first = store._queries._kept
        assert first is not None
        first[1].close()
        assert store.cypher("RETURN 2").rows == [[2]]
        second = store._queries._kept
        assert second is not None
        assert second[1] is not first[1]
    assert not second[1].is_alive


def test_threads_are_answered_while_the_graph_changes() -> None:
    pytest.importorskip("kglite")

    def ask_it(number: int) -> object:
        if number % 7 == 3:
            store.fail(Failure(f"d{number}", "unreadable"))
        return store.cypher(f"RETURN {number}").rows

    with NetworkxStore(":memory:") as store, ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(ask_it, range(24)))
    assert answers == [[[number]] for number in range(24)]


def test_without_the_engine_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    assert not is_installed()
    with NetworkxStore(":memory:") as store:
        assert not store.asks_in_cypher()
        with pytest.raises(MissingExtraError) as missing:
            store.cypher("RETURN 1")
    assert missing.value.extra == "cypher"
