"""Cypher over any store: the same rows, nothing changed, errors that can be acted on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg_builder.errors import InputError, StoreError
from kg_builder.graph_store import GraphStore
from kg_builder.records import Concept, DocumentGraph
from kg_builder.stores.cypher.answers import CypherAnswer, CypherStore
from kg_builder.stores.views import EVERYTHING, Filter

MakePart = Callable[..., DocumentGraph]
ASPIRIN, BLEEDING = "MESH:D001241", "MESH:D006470"


@pytest.fixture(autouse=True)
def engine(store_kind: str) -> None:
    if store_kind.startswith("networkx"):
        pytest.importorskip("kglite")


def ask(store: GraphStore, query: str, limit: int = 100, where: Filter | None = None) -> CypherAnswer:
    assert isinstance(store, CypherStore)
    assert store.asks_in_cypher()
    return store.cypher(query, limit=limit, where=where)


QUESTIONS = {
    "MATCH (c:Concept) RETURN count(c) AS n": [[4]],
    "MATCH (a:Chemical)-[r:INDUCES]->(b:Disease) RETURN a.name, b.id, count(DISTINCT r.document) AS n "
    "ORDER BY n DESC, a.name, b.id": [
        ["Aspirin", BLEEDING, 2],
        ["Warfarin", BLEEDING, 1],
        ["Warfarin", "MESH:D020521", 1],
    ],
    "MATCH (a)-[r:INDUCES|TREATS]->(b) WHERE r.assertion = 'negated' RETURN type(r), b.name": [["INDUCES", "Stroke"]],
    "MATCH (d:Document)-[m:MENTIONS]->(c:Chemical) WITH d, m.text AS text ORDER BY d.id, text "
    "RETURN d.id, collect(text) AS texts": [
        ["n1", ["aspirin"]],
        ["n2", ["aspirin", "warfarin"]],
        ["n3", ["warfarin"]],
        ["n4", ["warfarin"]],
    ],
    "MATCH (d:Document) WHERE d.date >= date('2024-02-01') RETURN d.id, d.date.year": [["n2", 2024]],
    "MATCH (d:Document {patient: 'p1'}) RETURN d.kind, size(d.tags), 'ward' IN d.tags": [["note", 2, True]],
    "MATCH (c:Disease) WHERE NOT EXISTS { MATCH (c)<-[:TREATS]-() } RETURN c.name": [["Hemorrhage"]],
    "MATCH (c:Chemical) OPTIONAL MATCH (c)-[:TREATS]->(d) RETURN c.name, d.name ORDER BY c.name": [
        ["Aspirin", None],
        ["Warfarin", "Stroke"],
    ],
    "MATCH (c:Concept) WHERE toLower(c.name) STARTS WITH 'asp' RETURN c.xrefs, c.synonyms_seen, c.linked": [
        [["CHEBI:15365"], ["aspirin"], True]
    ],
    "MATCH ()-[r:INDUCES]->() WHERE r.document = 'n1' RETURN r.sentences[0], r.confidence, r.review": [
        ["Gave aspirin; then bleeding.", 0.9, "unreviewed"]
    ],
    "MATCH (n:Nothing) RETURN n": [],
}


@pytest.mark.parametrize(("query", "rows"), QUESTIONS.items())
def test_rows_are_the_same_from_every_store(filled: GraphStore, query: str, rows: list[list[object]]) -> None:
    assert ask(filled, query).rows == rows


def test_nodes_relations_and_paths_are_values(filled: GraphStore) -> None:
    [[a, r, p]] = ask(
        filled,
        f"MATCH p = (a:Concept {{id: '{ASPIRIN}'}})-[:INDUCES]->(b)<-[r:INDUCES]-(c:Chemical) "
        "WHERE c.name = 'Warfarin' RETURN a, r, p LIMIT 1",
    ).rows

    assert a["labels"] == ["Chemical", "Concept"]
    assert (a["properties"]["id"], a["properties"]["type"]) == (ASPIRIN, "Chemical")
    assert (r["type"], r["properties"]["document"]) == ("INDUCES", "n2")
    assert r["properties"]["evidence"] == "[[0,42,29,37,19,27,null]]"
    assert [node["properties"]["name"] for node in p["nodes"]] == ["Aspirin", "Hemorrhage", "Warfarin"]
    assert p["forward"] == [True, False]


def test_values_of_documents_are_without_the_stores_own(filled: GraphStore) -> None:
    [[node, list_, map_]] = ask(filled, "MATCH (d:Document {id: 'n1'}) RETURN d, [d.id, 1], {a: d.kind}").rows

    assert sorted(node["properties"]) == ["date", "id", "kind", "language", "patient", "schema", "tags"]
    assert node["properties"]["date"] == "2024-01-05"
    assert (list_, map_) == (["n1", 1], {"a": "note"})


def test_rows_are_limited_and_said_to_be(filled: GraphStore) -> None:
    cut = ask(filled, "MATCH (c:Concept) RETURN c.id ORDER BY c.id", limit=3)
    whole = ask(filled, "MATCH (c:Concept) RETURN c.id ORDER BY c.id", limit=4)

    assert (len(cut.rows), cut.cut) == (3, True)
    assert (len(whole.rows), whole.cut) == (4, False)
    assert whole.columns == ("c.id",)


def test_what_is_written_is_seen(filled: GraphStore, make_part: MakePart) -> None:
    count = "MATCH (:Concept)-[r:INDUCES]->() RETURN count(r)"
    assert ask(filled, count).rows == [[4]]

    filled.write(make_part("n5", "aspirin gave bleeding", ("aspirin", "INDUCES", "bleeding")))
    assert ask(filled, count).rows == [[5]]
    filled.forget("n5")
    filled.forget("n1")
    assert ask(filled, count).rows == [[3]]


def test_the_hierarchy_is_there(filled: GraphStore) -> None:
    vascular = Concept(id="MESH:D014652", name="Vascular Diseases", type="Disease")
    filled.roll_up({"MESH:D020521": [vascular.id]}, [vascular])

    found = ask(filled, f"MATCH (c:Concept)-[:IS_A*1..3]->(u {{id: '{vascular.id}'}}) RETURN c.name, u.ancestor_only")

    assert found.rows == [["Stroke", True]]


def test_a_predicate_of_no_schema_is_data(store: GraphStore, make_part: MakePart) -> None:
    odd = "X`]->() DETACH DELETE n //"
    store.write(make_part("n1", "aspirin and bleeding", ("aspirin", odd, "bleeding")))

    assert ask(store, "MATCH ()-[r:RELATED]->() RETURN r.predicate").rows == [[odd]]


@pytest.mark.parametrize(
    "query",
    [
        "MATCH (n) SET n.name = 'x' RETURN n",
        "MATCH (n) RETURN n; MATCH (m) DETACH DELETE m",
        "LOAD CSV FROM 'file:///etc/hostname' AS line RETURN line",
        "CALL db.labels() YIELD label RETURN label",
        "MATCH (n:KgBuilderPart) RETURN n.body",
    ],
)
def test_nothing_but_reading_is_run(filled: GraphStore, query: str) -> None:
    before = filled.statistics(EVERYTHING)
    with pytest.raises(InputError, match="isn't run"):
        ask(filled, query)
    assert filled.statistics(EVERYTHING) == before


@pytest.mark.parametrize(
    "query", ["MATCH (n RETURN n", "MATCH (n:Concept) RETURN m.name", "RETURN nothing_like_this(1)", "RETURN 1 / 0"]
)
def test_what_is_wrong_is_told(filled: GraphStore, query: str) -> None:
    with pytest.raises(InputError, match="can't be run") as failed:
        ask(filled, query)
    assert failed.value.hint


def test_a_query_that_takes_too_long_is_stopped(filled: GraphStore) -> None:
    assert isinstance(filled, CypherStore)
    endless = "UNWIND range(1, 1000000) AS x UNWIND range(1, 1000000) AS y WITH x WHERE x < 0 RETURN count(x)"
    with pytest.raises(InputError, match=r"more than 0\.5 s"):
        filled.cypher(endless, seconds=0.5)
    assert filled.cypher("RETURN 1").rows == [[1]]


def test_a_filter_is_kept_to_or_refused(filled: GraphStore, store_kind: str) -> None:
    assert isinstance(filled, CypherStore)
    where = Filter(patient="p1", assertions=None)
    if store_kind.startswith("networkx"):
        assert ask(filled, "MATCH (d:Document) RETURN d.id", where=where).rows == [["n1"]]
        assert ask(filled, "MATCH (c:Concept) RETURN c.id ORDER BY c.id", where=where).rows == [[ASPIRIN], [BLEEDING]]
        return
    assert not filled.asks_in_cypher(where)
    with pytest.raises(StoreError, match="whole database"):
        filled.cypher("MATCH (d:Document) RETURN d.id", where=where)
