"""Decisions in a database: beside those who write, and as Cypher sees them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from kg_builder.records import DocumentGraph
from kg_builder.review import Decision, Verdict, decision_on, items_of
from kg_builder.stores import open_store
from tests.conformance.conftest import sample_part
from tests.neo4j.fixtures import ask
from tests.neo4j.integrity import contradictions

pytestmark = pytest.mark.neo4j

DOCUMENTS = 30


def part(number: int) -> DocumentGraph:
    return sample_part(f"d{number}", "Gave aspirin; then bleeding.", ("aspirin", "INDUCES", "bleeding"))


def rejected(number: int) -> list[Decision]:
    """Of the drug, and so of what it does."""
    item = next(item for item in items_of(part(number), []) if item.type == "CHEMICAL")
    return [decision_on(item, Verdict.REJECTED, by="mai")]


def test_a_decision_counts_whoever_comes_first(empty_neo4j: str) -> None:
    with open_store(empty_neo4j) as writer, open_store(empty_neo4j) as reviewer, ThreadPoolExecutor(2) as pool:
        decisions = [decision for number in range(DOCUMENTS) for decision in rejected(number)]
        writing = pool.submit(lambda: [writer.write(part(number)) for number in range(DOCUMENTS)])
        deciding = pool.submit(reviewer.decide, decisions)
        assert all(result.written for result in writing.result())
        deciding.result()
        [view] = list(writer.statistics().mentions_by_assertion.items())
        assert view == ("present", DOCUMENTS), "one of two mentions of each document stands"
        assert writer.statistics().relations == 0
    assert contradictions(empty_neo4j) == []
    counts = ask(empty_neo4j, "MATCH (:Document)-[m:MENTIONS]->() RETURN m.review, count(*) ORDER BY m.review")
    assert [tuple(row) for row in counts] == [("rejected", DOCUMENTS), ("unreviewed", DOCUMENTS)]
    [[related]] = ask(empty_neo4j, "MATCH ()-[r:INDUCES]->() WHERE r.review = 'rejected' RETURN count(r)")
    assert related == DOCUMENTS


def test_forgetting_takes_the_decisions_along_and_a_decision_alone_leaves_no_document(empty_neo4j: str) -> None:
    with open_store(empty_neo4j) as store:
        store.decide(rejected(0))
        assert ask(empty_neo4j, "MATCH (d:Document) RETURN d.id") == []
        store.write(part(0))
        store.forget("d0")
    assert ask(empty_neo4j, "MATCH (n) WHERE NOT n:KgBuilderState RETURN labels(n)") == []
