"""``kg-builder query cypher``."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kg_builder.stores import open_store
from tests.conformance.conftest import sample_part

pytest.importorskip("kglite")

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def graph(tmp_path: Path) -> str:
    with open_store(tmp_path / "g.kg") as store:
        store.write(sample_part("n1", "Gave aspirin; then bleeding.", ("aspirin", "INDUCES", "bleeding")))
        store.write(sample_part("n2", "Gave warfarin; then bleeding.", ("warfarin", "INDUCES", "bleeding")))
    return "g.kg"


def test_rows_as_a_table_and_as_json(graph: str, kg_builder_command: Run) -> None:
    query = "MATCH (a:Chemical)-[r:INDUCES]->(b) RETURN a.name, b ORDER BY a.name"
    table = kg_builder_command("query", "cypher", graph, query)
    told = kg_builder_command("query", "cypher", graph, query, "--json", "--limit", "1")

    assert "Aspirin" in table.stdout
    assert "Hemorrhage (MESH:D006470, Disease)" in table.stdout
    answer = json.loads(told.stdout)
    assert (answer["columns"], answer["rows"][0][0], answer["cut"]) == (["a.name", "b"], "Aspirin", True)


def test_filters_refusals_and_nothing(graph: str, kg_builder_command: Run) -> None:
    ids = ("query", "cypher", graph, "MATCH (d:Document) RETURN d.id")
    assert "n2" not in kg_builder_command(*ids, "--where", "document=n1").stdout
    refused = kg_builder_command("query", "cypher", graph, "MATCH (n) DELETE n", expect=2)
    assert "DELETE changes the graph" in refused.stderr
    kg_builder_command("query", "cypher", graph, "MATCH (n:Document {id: 'x'}) RETURN n", expect=1)
