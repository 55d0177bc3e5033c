"""Exports of a graph that was rolled up."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

from kg_builder.records import (
    Concept,
    Document,
    DocumentGraph,
    Mention,
    Selection,
)
from kg_builder.stores.export import export
from kg_builder.stores.jsonld import CONTEXT
from kg_builder.stores.networkx_store import NetworkxStore
from kg_builder.stores.views import Filter

TEXT = "rash after zolpixin."
DRUG = Concept(id="MESH:C999999", name="zolpixin", type="Chemical")
RASH = Concept(id="local:Disease/x1", name="rash", type="Disease", linked=False)
PART = DocumentGraph(
    document=Document(id="1", text=TEXT),
    selection=Selection(schema_name="chemical-disease", extractors=("lexicon",), language="en", reason="asked"),
    settings_hash="h",
    mentions=(
        Mention(start=0, end=4, text="rash", type="Disease", concepts=(RASH.id,)),
        Mention(start=11, end=19, text="zolpixin", type="Chemical", concepts=(DRUG.id,)),
    ),
    concepts=(DRUG, RASH),
)
UPPER = Concept(id="MESH:U", name="upper & broader", type="Chemical", xrefs=("CHEBI:2",))


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_tsv(path: Path) -> list[dict[str, str]]:
    header, *rows = [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.fixture
def rolled() -> Iterator[NetworkxStore]:
    with NetworkxStore(":memory:") as store:
        store.write(PART)
        store.roll_up({DRUG.id: [UPPER.id]}, [UPPER])
        yield store


def test_a_rolled_up_graph_reads_back_from_node_link_and_graphml(rolled: NetworkxStore, tmp_path: Path) -> None:
    [linked] = export(rolled, tmp_path / "graph.json").files
    graph = nx.node_link_graph(json.loads(linked.read_text(encoding="utf-8")), edges="edges")
    assert isinstance(graph, nx.MultiDiGraph)
    assert set(graph.nodes) == set(rolled.graph.nodes)
    assert set(graph.edges(keys=True)) == set(rolled.graph.edges(keys=True))
    [path] = export(rolled, tmp_path / "graph.graphml").files
    for read in (graph, nx.read_graphml(path, force_multigraph=True)):
        assert {node for node, carried in read.nodes(data=True) if carried.get("ancestor_only")} == {"MESH:U"}
        edges = [(one, other) for one, other, carried in read.edges(data=True) if carried["predicate"] == "IS_A"]
        assert edges == [("MESH:C999999", "MESH:U")]


def test_the_other_formats_have_the_hierarchy_and_mark_what_is_there_for_it(
    rolled: NetworkxStore, tmp_path: Path
) -> None:
    [path] = export(rolled, tmp_path / "graph.jsonld").files
    nodes = {item.get("id"): item for item in json.loads(path.read_text(encoding="utf-8"))["@graph"]}
    assert nodes["MESH:C999999"]["broader"] == ["MESH:U"]
    assert nodes["MESH:U"]["ancestor_only"] is True
    assert CONTEXT["broader"]["@id"] == "biolink:subclass_of"

    _, concepts, _, relations = export(rolled, tmp_path / "graph.csv").files
    flags = {row["id:ID(Concept)"]: row["ancestor_only:boolean"] for row in read_csv(concepts)}
    assert (flags["MESH:U"], flags["MESH:C999999"]) == ("true", "")
    isa = [row for row in read_csv(relations) if row[":TYPE"] == "IS_A"]
    assert [(row[":START_ID(Concept)"], row[":END_ID(Concept)"]) for row in isa] == [("MESH:C999999", "MESH:U")]

    kgx_nodes, kgx_edges = export(rolled, tmp_path / "graph.tsv").files
    marks = {row["id"]: (row["linked"], row["ancestor_only"]) for row in read_tsv(kgx_nodes)}
    assert (marks["MESH:U"], marks["MESH:C999999"], marks["local:Disease/x1"]) == (
        ("true", "true"),
        ("true", "false"),
        ("false", "false"),
    )
    [edge] = [row for row in read_tsv(kgx_edges) if row["predicate"] == "biolink:subclass_of"]
    assert (edge["subject"], edge["object"], edge["knowledge_level"]) == (
        "MESH:C999999",
        "MESH:U",
        "knowledge_assertion",
    )


def test_a_filter_takes_the_hierarchy_of_what_passes(rolled: NetworkxStore, tmp_path: Path) -> None:
    [path] = export(rolled, tmp_path / "none.json", where=Filter(documents=frozenset())).files
    read = json.loads(path.read_text(encoding="utf-8"))
    assert (read["nodes"], read["edges"]) == ([], [])
