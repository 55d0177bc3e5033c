"""Queries of others on a real server: what the server itself is asked to prevent, and what is kept from sight."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kg_builder.errors import InputError
from kg_builder.graph_store import GraphStore
from kg_builder.stores.neo4j import cypher
from kg_builder.stores.neo4j.store import Neo4jStore
from kg_builder.stores.views import EVERYTHING
from tests.conformance.conftest import sample_part

TEXT = "Gave aspirin; then bleeding. A sentence about nobody's business."


@pytest.fixture
def store(empty_neo4j: str) -> Iterator[Neo4jStore]:
    with Neo4jStore(empty_neo4j) as opened:
        opened.write(sample_part("n1", TEXT, ("aspirin", "INDUCES", "bleeding")))
        yield opened


@pytest.mark.parametrize(
    "query",
    [
        "CREATE (n:X) RETURN n",
        "MATCH (n) SET n.name = 'x' RETURN n",
        "MATCH (n) DETACH DELETE n",
        "LOAD CSV FROM 'file:///x.csv' AS line RETURN line",
        "CALL db.labels() YIELD label RETURN label",
        "SHOW DATABASES",
        "CREATE INDEX x FOR (n:X) ON (n.y)",
    ],
)
def test_the_server_is_asked_what_a_query_would_do(
    store: Neo4jStore, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cypher, "checked", lambda text: text)
    before = store.statistics(EVERYTHING)
    with pytest.raises(InputError):
        store.cypher(query)
    assert store.statistics(EVERYTHING) == before


def test_even_without_both_checks_nothing_is_written(store: Neo4jStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cypher, "checked", lambda text: text)
    monkeypatch.setattr(cypher, "_must_only_read", lambda _: None)
    with pytest.raises(InputError, match="can't be run"):
        store.cypher("MATCH (n) DETACH DELETE n")
    assert store.statistics(EVERYTHING).documents == 1


PATTERNS = [
    "(n)",
    "(n:!Document)",
    "(n WHERE n.body IS NOT NULL)",
    "(d:Document), (n)",
    "(d:Document) OPTIONAL MATCH (n {document: d.id})",
    "(d:Document) MATCH (n) WHERE id(n) = id(d) + 1",
    "(d:Document) MATCH (n) WHERE elementId(n) <> elementId(d)",
    "(n) OPTIONAL MATCH (n)-[r:MENTIONS]->(c)",
    "(n) WITH n, n.body AS b MATCH (n)-[r:MENTIONS]->(c)",
    "(n)-[r*0..1]->(m)",
    "(d:Document), (n) MATCH (d)-[r:MENTIONS]->(c)",
    "(d:Document) CALL { WITH d MATCH (n) MATCH (d)-[r:MENTIONS]->(c) RETURN n }",
    "(n) WHERE NOT EXISTS { (n)-[:MENTIONS]->() }",
    "(n) WHERE EXISTS { (m)-[:MENTIONS]->() }",
]
SHOWN = ["properties(n)", "[x IN n.body | x]", "n.body[0]", "n {.*}", "[k IN keys(n) | n[k]]"]


def test_nobody_comes_upon_the_stored_documents(store: Neo4jStore) -> None:
    for query in [f"MATCH {pattern} RETURN n" for pattern in PATTERNS] + [f"MATCH (n) RETURN {x} AS x" for x in SHOWN]:
        try:
            rows = store.cypher(query).rows
        except InputError:
            continue
        pytest.fail(f"{query}: {rows}")


def test_what_came_through_would_not_be_shown(store: Neo4jStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cypher, "_must_only_read", lambda _: None)
    rows = store.cypher("MATCH (n) RETURN n, properties(n)").rows

    assert ["(not shown)", "(not shown)"] in [[row[0], row[1].get("body")] for row in rows]


USUAL = [
    "MATCH (c:Concept) RETURN c",
    "MATCH (a)-[r:INDUCES]->(b) RETURN a, r, b",
    "MATCH (d:Document)-[m:MENTIONS]->(n) RETURN n",
    "MATCH (a)-[r:INDUCES|TREATS]->(b) WHERE r.assertion = 'present' RETURN a, b",
    "MATCH (a)-[r]->(b) RETURN a LIMIT 3",
    "MATCH (a {name: 'Aspirin'})-[*1..2]-(b) RETURN b",
    "MATCH (a)-[:INDUCES]->(x) WHERE x.name = 'Hemorrhage' RETURN a",
    "MATCH (c:Chemical|Disease) WHERE EXISTS { (c)-[:INDUCES]->() } RETURN c",
    "MATCH p = shortestPath((a:Chemical)-[*..4]-(b:Disease)) RETURN p",
    "MATCH (c:Concept) OPTIONAL MATCH (c)-[:IS_A]->(u) RETURN u",
]


def test_usual_patterns_pass(store: Neo4jStore) -> None:
    for query in USUAL:
        assert store.cypher(query).rows, query


def test_errors_of_the_run_do_not_quote_the_graph(store: GraphStore) -> None:
    assert isinstance(store, Neo4jStore)
    with pytest.raises(InputError) as failed:
        store.cypher("MATCH (c:Concept) WHERE c.name = 'Aspirin' RETURN c.name + date(c.name)")
    assert "Aspirin" not in failed.value.message
