"""Many writers at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kg_builder.stores import open_store
from kg_builder.stores.neo4j import statements
from kg_builder.stores.neo4j.schema_setup import STATEMENTS
from kg_builder.stores.views import EVERYTHING
from tests.neo4j.fixtures import ask
from tests.neo4j.integrity import contradictions
from tests.neo4j.many_writes import DOCUMENTS_EACH

pytestmark = pytest.mark.neo4j

ROOT = Path(__file__).parents[2]
WRITERS = 8


def test_eight_processes_write_over_the_same_concepts(bare_neo4j: str) -> None:
    command = [sys.executable, "-m", "tests.neo4j.many_writes", bare_neo4j]
    writers = [
        subprocess.Popen([*command, str(number)], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for number in range(WRITERS)
    ]
    assert [writer.communicate()[1] for writer in writers] == [""] * WRITERS
    assert [writer.returncode for writer in writers] == [0] * WRITERS
    left = {f"{writer}-{number}" for writer in range(WRITERS) for number in range(DOCUMENTS_EACH) if number % 4}
    assert {name for (name,) in ask(bare_neo4j, "MATCH (d:Document) RETURN d.id")} == left | {"shared"}
    assert contradictions(bare_neo4j) == []
    indexes = {name for (name,) in ask(bare_neo4j, "SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name")}
    assert indexes == set(STATEMENTS)
    with open_store(bare_neo4j) as store, open_store(":memory:") as alone:
        for written in store.parts():
            alone.write(written)
        assert list(store.concepts()) == list(alone.concepts())
        assert store.statistics(EVERYTHING) == alone.statistics(EVERYTHING)


def test_writers_of_different_concepts_do_not_wait_for_each_other(empty_neo4j: str) -> None:
    from neo4j import GraphDatabase

    open_store(empty_neo4j).close()
    with (
        GraphDatabase.driver(empty_neo4j) as driver,
        driver.session() as one,
        driver.session() as other,
        one.begin_transaction() as first,
        other.begin_transaction(timeout=20) as second,
    ):
        first.run(statements.LOOK, documents=[{"id": "a", "fingerprint": ""}]).consume()
        second.run(statements.LOOK, documents=[{"id": "b", "fingerprint": ""}]).consume()
