"""Other libraries read what we write: LangChain's graph and neo4j-graphrag's retrievers, without APOC."""

from __future__ import annotations

import pytest

from kg_builder.stores import open_store
from tests.neo4j.fixtures import ask
from tests.neo4j.test_survival import overlapping_part


@pytest.fixture
def filled_neo4j(empty_neo4j: str) -> str:
    """Twelve documents with relations among twelve concepts."""
    store = open_store(empty_neo4j)
    for number in range(12):
        store.write(overlapping_part(number))
    store.close()
    return empty_neo4j


CAUSES = "MATCH (a:Concept)-[r:INDUCES]->(b:Concept) RETURN a.name AS a, b.name AS b, r.document AS d ORDER BY a, b, d"


@pytest.mark.filterwarnings("default")  # those of the other libraries are theirs
def test_langchain_asks_the_graph(filled_neo4j: str) -> None:
    langchain_neo4j = pytest.importorskip("langchain_neo4j", reason="langchain-neo4j isn't installed")
    graph = langchain_neo4j.Neo4jGraph(filled_neo4j, username="", password="", database="neo4j", refresh_schema=False)
    try:
        found = graph.query(CAUSES)
        (mention,) = graph.query(
            "MATCH (:Document {id: 'n3'})-[m:MENTIONS]->(:Concept {id: 'MESH:D000003'}) RETURN properties(m) AS m"
        )
    finally:
        graph.close()
    store = open_store(filled_neo4j, read_only=True)
    names = [(view.subject_name, view.object_name, view.documents[0]) for view in store.relations()]
    store.close()
    assert [(row["a"], row["b"], row["d"]) for row in found] == sorted(names)
    assert (mention["m"]["text"], mention["m"]["assertion"]) == ("finding 3", "present")


@pytest.mark.filterwarnings("default")
def test_graphrag_retrieves_by_text_and_vector(filled_neo4j: str) -> None:
    retrievers = pytest.importorskip("neo4j_graphrag.retrievers", reason="neo4j-graphrag isn't installed")
    from neo4j import GraphDatabase

    ask(filled_neo4j, "MATCH (c:Concept) SET c.embedding = [1.0, toFloat(size(c.name)), toFloat(right(c.id, 2))]")
    options = "{indexConfig: {`vector.dimensions`: 3, `vector.similarity_function`: 'euclidean'}}"
    ask(
        filled_neo4j,
        f"CREATE VECTOR INDEX concept_vectors IF NOT EXISTS FOR (c:Concept) ON c.embedding OPTIONS {options}",
    )
    ask(filled_neo4j, "CALL db.awaitIndexes(60)")
    with GraphDatabase.driver(filled_neo4j) as driver:
        by_vector = retrievers.VectorRetriever(driver, "concept_vectors", return_properties=["id", "name"])
        (nearest,) = by_vector.search(query_vector=[1.0, 9.0, 7.0], top_k=1).items
        assert "finding 7" in nearest.content
        around = retrievers.HybridCypherRetriever(
            driver,
            "concept_vectors",
            "concept_names",
            "MATCH (node)-[:INDUCES]->(other:Concept) RETURN node.name + ' causes ' + other.name AS said",
        )
        found = around.search(query_text="finding 7", query_vector=[1.0, 9.0, 7.0], top_k=2).items
        assert any("finding 7 causes" in item.content for item in found)
    ask(filled_neo4j, "DROP INDEX concept_vectors IF EXISTS")
