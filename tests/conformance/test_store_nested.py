"""Mentions within and across one another: every store and export keeps each of them, as it was written."""

from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import pytest

from kg_builder.graph_store import GraphStore
from kg_builder.records import Concept, Document, DocumentGraph, Evidence, Mention, Relation, Selection
from kg_builder.stores.export import export

TEXT = "Tổn thương gan do thuốc lao sau hai tuần uống thuốc lao."
CONCEPTS = (
    Concept(id="MESH:D056486", name="Chemical and Drug Induced Liver Injury", type="Disease"),
    Concept(id="MESH:D008099", name="Liver", type="Anatomy"),
    Concept(id="MESH:D000995", name="Antitubercular Agents", type="Chemical"),
    Concept(id="local:thuoc-lao-sau", name="lao sau", type="Disease", linked=False),
)
INJURY, LIVER, DRUG, ODD = (concept.id for concept in CONCEPTS)


def mention(text: str, type: str, *concepts: str, nth: int = 0) -> Mention:
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(text, start + 1)
    return Mention(start=start, end=start + len(text), text=text, type=type, concepts=concepts)


MENTIONS = (
    mention("Tổn thương gan do thuốc lao", "DISEASE", INJURY),
    mention("Tổn thương gan", "DISEASE", INJURY),
    mention("gan", "ANATOMY", LIVER),
    mention("thuốc lao", "DRUG", DRUG),
    mention("thuốc lao", "TREATMENT", DRUG),
    mention("lao sau", "DISEASE", ODD),
    mention("thuốc lao", "DRUG", DRUG, nth=1),
)
"""Within, at one end, at both ends of, across another; one stretch under two types of one concept; and a repetition."""


@pytest.fixture
def part() -> DocumentGraph:
    ordered = tuple(sorted(MENTIONS, key=lambda one: one.key))
    inside = Evidence(sentence=(0, len(TEXT)), subject=(18, 27), object=(0, 27))
    return DocumentGraph(
        document=Document(id="d1", text=TEXT),
        selection=Selection(schema_name="vietnamese-medical", extractors=("diffusion",), language="vi", reason="asked"),
        settings_hash="s",
        mentions=ordered,
        concepts=CONCEPTS,
        relations=(Relation(subject=DRUG, predicate="INDUCES", object=INJURY, evidence=(inside,)),),
    )


def test_a_part_comes_back_with_all_of_them(store: GraphStore, part: DocumentGraph) -> None:
    assert TEXT[18:27] == "thuốc lao"
    store.write(part)
    assert not store.write(part).written
    assert list(store.parts()) == [part]
    seen = [(view.start, view.end, view.type, view.concept) for view in store.mentions()]
    assert sorted(seen) == sorted((one.start, one.end, one.type, one.concepts[0]) for one in MENTIONS)
    assert store.statistics().mentions == len(MENTIONS)
    found = store.concept(DRUG)
    assert found is not None
    assert found.mentions == 3
    edge = store.relation(DRUG, "INDUCES", INJURY)
    assert edge is not None
    assert edge.evidence[0].subject == (18, 27)
    assert edge.evidence[0].object == (0, 27)


def test_less_nesting_in_a_later_version_takes_away_just_that(store: GraphStore, part: DocumentGraph) -> None:
    store.write(part)
    outer = tuple(
        one
        for one in part.mentions
        if not any(
            other.key != one.key and other.start <= one.start and one.end <= other.end for other in part.mentions
        )
    )
    assert 0 < len(outer) < len(part.mentions)
    store.write(part.model_copy(update={"mentions": outer, "settings_hash": "s2"}))
    assert store.statistics().mentions == len(outer)
    store.forget("d1")
    assert list(store.mentions()) == []


def test_exports_hold_an_edge_for_each(store: GraphStore, part: DocumentGraph, tmp_path: Path) -> None:
    store.write(part)
    keys = {(one.start, one.end, one.type) for one in MENTIONS}
    [graphml] = export(store, tmp_path / "g.graphml").files
    read = nx.read_graphml(graphml, force_multigraph=True)
    edges = [data for _, _, data in read.edges(data=True) if data["predicate"] == "MENTIONS"]
    assert {(edge["start"], edge["end"], edge["type"]) for edge in edges} == keys
    [node_link] = export(store, tmp_path / "g.json").files
    content = json.loads(node_link.read_text(encoding="utf-8"))
    links = [edge for edge in content.get("links", content.get("edges")) if edge["predicate"] == "MENTIONS"]
    assert {(edge["start"], edge["end"], edge["type"]) for edge in links} == keys
    assert len({edge["key"] for edge in links}) == len(links) == len(keys)
    mentions = next(path for path in export(store, tmp_path / "g.csv").files if path.name.endswith("_mentions.csv"))
    lines = mentions.read_text(encoding="utf-8").splitlines()
    assert len(set(lines)) == len(lines) == len(keys) + 1
    for suffix in (".tsv", ".jsonld"):
        assert all(path.stat().st_size for path in export(store, tmp_path / f"g{suffix}").files)
