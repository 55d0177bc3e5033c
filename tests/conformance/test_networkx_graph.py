"""The graph in memory keeps step with the file, whatever is written and in whatever order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg_builder.records import DocumentGraph
from kg_builder.stores.graph import document_node
from kg_builder.stores.networkx_store import NetworkxStore
from kg_builder.stores.views import EVERYTHING

MakePart = Callable[..., DocumentGraph]
PartStrategy = Callable[..., st.SearchStrategy[DocumentGraph]]


def contents(store: NetworkxStore) -> tuple[Any, Any]:
    """Nodes and edges with all they carry."""
    edges = {(start, end, key): carried for start, end, key, carried in store.graph.edges(keys=True, data=True)}
    return {node: store.graph.nodes[node] for node in store.graph}, edges


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_graph_kept_in_step_equals_one_loaded_afresh(data: st.DataObject, part_strategy: PartStrategy) -> None:
    with NetworkxStore(":memory:") as store, NetworkxStore(":memory:") as afresh:
        kept = store.graph
        for part in data.draw(st.lists(part_strategy(st.sampled_from(["a", "b", "c"])), max_size=5)):
            store.write(part)
            if data.draw(st.booleans()):
                store.forget(part.document.id)
        assert store.graph is kept
        for part in store.parts():
            afresh.write(part)
        assert contents(store) == contents(afresh)
        assert len(contents(store)[1]) == sum(len(list(items)) for items in (store.mentions(), store.relations()))
        assert store.graph.number_of_nodes() == len(list(store.concepts())) + len(list(store.documents()))
        seen = {concept.id: concept.synonyms_seen for concept in store.concepts()}
        assert {node: store.graph.nodes[node]["synonyms_seen"] for node in seen} == seen


def test_what_nodes_and_edges_carry(make_part: MakePart) -> None:
    with NetworkxStore(":memory:") as store:
        store.write(
            make_part(
                "n1",
                "Gave aspirin; then bleeding.",
                ("aspirin", "INDUCES", "bleeding"),
                confidence=0.5,
                patient="p1",
                kind="note",
                tags=("ward",),
                extra={"kind": 3},
            )
        )
        graph, node = store.graph, document_node("n1")
        assert graph.nodes[node] == {
            "kind": "document",
            "id": "n1",
            "sha256": next(store.documents()).sha256,
            "language": "en",
            "patient": "p1",
            "document_kind": "note",
            "tags": ("ward",),
            "extra.kind": 3,
        }
        assert graph.nodes["MESH:D006470"] == {
            "kind": "concept",
            "id": "MESH:D006470",
            "name": "Hemorrhage",
            "type": "Disease",
            "linked": True,
            "synonyms_seen": ("bleeding",),
            "xrefs": (),
        }
        source = {"assertion": "present", "confidence": 0.5, "extractor": "lexicon", "model": "sample 1"}
        assert graph.edges[node, "MESH:D006470", "19-27 DISEASE"] == source | {
            "predicate": "MENTIONS",
            "start": 19,
            "end": 27,
            "text": "bleeding",
            "type": "DISEASE",
        }
        assert graph.edges["MESH:D001241", "MESH:D006470", "INDUCES|present|n1"] == source | {
            "predicate": "INDUCES",
            "document": "n1",
            "evidence": "[[0,28,5,12,19,27,null]]",
        }


def test_a_document_named_like_a_concept_is_another_node(make_part: MakePart) -> None:
    with NetworkxStore(":memory:") as store:
        store.write(make_part("MESH:D001241", "aspirin"))
        assert store.graph.number_of_nodes() == 2


def test_the_same_relation_listed_twice_is_one_edge_with_all_the_evidence(make_part: MakePart) -> None:
    part = make_part("n1", "aspirin, bleeding", ("aspirin", "INDUCES", "bleeding"), ("aspirin", "INDUCES", "bleeding"))
    with NetworkxStore(":memory:") as store:
        store.write(part)
        assert store.statistics(EVERYTHING).relations == 1
        (view,) = store.relations()
        assert len(view.evidence) == 2
        assert store.graph.number_of_edges("MESH:D001241", "MESH:D006470") == 1
