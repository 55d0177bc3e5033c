from __future__ import annotations

import datetime as dt
import pickle
from pathlib import Path
from typing import Any

import networkx
import pytest

from kg_builder.graphs.building import Build
from kg_builder.html.documents import MOST_TEXT, short
from kg_builder.html.graphs import MOST_DRAWN, statements
from kg_builder.records import (
    Assertion,
    Concept,
    Document,
    DocumentGraph,
    Evidence,
    Issue,
    Mention,
    Reject,
    Relation,
    Selection,
)
from kg_builder.stores import open_store
from kg_builder.stores.knowledge_graph import KnowledgeGraph
from kg_builder.stores.views import RunRecord
from tests.unit.html.reading import HOSTILE, Reading

SELECTION = Selection(schema_name="chemical-disease", extractors=("lexicon",), language="en", reason="asked for")


def part(number: int = 0, name: str = "Haemorrhage", assertion: Assertion = Assertion.PRESENT) -> DocumentGraph:
    name = name.encode("utf-8", "replace").decode()  # records and stores take no lone surrogates
    text = f"Warfarin caused bleeding.\nNo rash ({name})."
    warfarin = Mention(start=0, end=8, text="Warfarin", type="Chemical", concepts=("MESH:D014859",))
    bleeding = Mention(
        start=16,
        end=24,
        text="bleeding",
        type="Disease",
        concepts=(f"L:{number}",),
        assertion=assertion,
        confidence=0.9,
    )
    evidence = Evidence(sentence=(0, 25), subject=(0, 8), object=(16, 24))
    issue = Issue(code="not-in-text", message=f"no {name}")
    return DocumentGraph(
        document=Document(id=f"note {number} {name}".replace("\x00", "")[:500], text=text),
        selection=SELECTION,
        settings_hash="s",
        mentions=(warfarin, bleeding),
        concepts=(
            Concept(id="MESH:D014859", name="Warfarin", type="Chemical"),
            Concept(id=f"L:{number}", name=name, type="Disease", linked=False),
        ),
        relations=(
            Relation(
                subject="MESH:D014859",
                predicate="INDUCES",
                object=f"L:{number}",
                evidence=(evidence,),
                confidence=0.8,
                assertion=assertion,
            ),
        ),
        rejects=(Reject(kind="mention", type="Disease", text=name, issues=(issue,)),),
    )


def shown(value: Any) -> Reading:
    """As IPython gets it: `_repr_html_` is looked up on the class of what a cell ends with."""
    reading = Reading(type(value)._repr_html_(value))
    reading.check_harmless()
    return reading


@pytest.fixture(scope="module")
def hostile_store() -> Any:
    with open_store(":memory:") as store:
        for number, name in enumerate(HOSTILE):
            store.write(part(number, name))
        yield store


def test_a_document_shows_its_text_mentions_relations_and_rejects() -> None:
    reading = shown(part())
    assert "Warfarin caused bleeding.\nNo rash" in reading.said
    assert "INDUCES" in reading.text
    assert "not-in-text: no Haemorrhage" in reading.text
    assert ("title", "Warfarin (MESH:D014859) · present") in reading.attributes
    assert reading.tags.count("mark") == 2


def test_a_long_document_is_cut_and_says_so() -> None:
    long = part().model_copy(update={"document": Document(id="long", text="Warfarin caused bleeding. " * 5000)})
    reading = shown(long)
    assert f"{5000 * 26 - MOST_TEXT:,} more characters" in reading.text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_document_is_shown_as_text(hostile: str) -> None:
    shown(part(0, hostile))


def test_a_subgraph_of_a_store_shows_table_and_drawing(tmp_path: Path) -> None:
    with open_store(str(tmp_path / "a.kg")) as store:
        for number in range(3):
            store.write(part(number, ("Haemorrhage", "Rash", "Gout")[number]))
        reading = shown(store.subgraph(["MESH:D014859"]))
    assert "4 concepts, 3 relations" in reading.text
    assert {"svg", "table"} <= set(reading.tags)
    assert reading.tags.count("polygon") > 3


def test_a_drawing_is_the_same_each_time() -> None:
    with open_store(":memory:") as store:
        for number in range(12):
            store.write(part(number, f"disease {number}"))
        graph: Any = store.subgraph(["MESH:D014859"])
        assert graph._repr_html_() == graph._repr_html_()


def test_a_large_graph_is_a_table_alone(hostile_store: Any) -> None:
    graph = hostile_store.graph
    assert len(statements(graph)) > MOST_DRAWN
    reading = shown(graph)
    assert "table" in reading.tags
    assert "line" not in reading.tags


def test_hostile_names_in_a_drawing_are_shown_as_text(hostile_store: Any) -> None:
    ids = [f"L:{number}" for number in range(len(HOSTILE))]
    for at in range(0, len(ids), 30):
        reading = shown(hostile_store.subgraph(ids[at : at + 30], hops=0))
        assert "svg" in reading.tags or not reading.tags.count("table")
        shown(hostile_store.subgraph([ids[at]], hops=1))


def test_support_and_confidence_are_over_all_documents() -> None:
    with open_store(":memory:") as store:
        store.write(part(0))
        graph: Any = store.subgraph(["MESH:D014859"])
    graph.add_edge("MESH:D014859", "L:0", "k", predicate="INDUCES", document="b", assertion="negated", confidence=0.95)
    (one,) = statements(graph)
    assert (len(one.documents), one.assertions, one.confidence) == (2, ("negated", "present"), 0.95)


@pytest.mark.parametrize("graph", [KnowledgeGraph(), networkx.MultiDiGraph([("a", "b")])])
def test_any_graph_can_be_shown(graph: Any) -> None:
    shown(KnowledgeGraph(graph))


def test_a_graph_stays_one_that_networkx_knows() -> None:
    with open_store(":memory:") as store:
        store.write(part(0))
        graph: Any = store.subgraph(["MESH:D014859"])
    assert isinstance(graph, networkx.MultiDiGraph)
    assert isinstance(graph.subgraph(["L:0"]), KnowledgeGraph)
    for copied in (graph.copy(), pickle.loads(pickle.dumps(graph)), graph.reverse().reverse()):
        assert isinstance(copied, KnowledgeGraph)
        assert networkx.utils.graphs_equal(copied, graph)
    plain: Any = networkx.MultiDiGraph(graph)
    assert networkx.node_link_data(graph, edges="edges") == networkx.node_link_data(plain, edges="edges")


def test_a_build_shows_its_accounting_and_graph() -> None:
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    run = RunRecord(id="r", started=now, finished=now, ended="finished", settings_hash="s", read=3, written=2, failed=1)
    with open_store(":memory:") as store:
        store.write(part(0))
        reading = shown(Build(store, run))
    assert "3 documents read = 2 written + 0 unchanged + 1 failed" in reading.text
    assert "2 concepts, 1 relation" in reading.text


@pytest.mark.parametrize(
    ("name", "label"),
    [("Chemical", "Chemical"), ("SYMPTOM_AND_DISEASE", "SYMPTOM…"), ("AnatomicalStructure", "Anatomical…")],
)
def test_long_types_are_short_among_words(name: str, label: str) -> None:
    assert short(name) == label
