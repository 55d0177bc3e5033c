"""Enrichment as a runnable, a retriever and a node of a workflow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from kg_builder.graph_store import GraphStore
from kg_builder.graphs.building import build
from kg_builder.graphs.enrichment import GraphRetriever, enrichment, enrichment_node
from kg_builder.records import Document
from kg_builder.settings import Settings
from kg_builder.stores.views import Filter


@pytest.fixture(scope="module")
def store() -> Iterator[GraphStore]:
    texts = [
        Document(id="a", text="Cisplatin caused fever. Later cisplatin caused fever again."),
        Document(id="b", text="Cisplatin caused a headache."),
    ]
    built = build(texts, settings=Settings(extractors=("lexicon",), relation_extractor="cooccurrence"))
    yield built.store
    built.store.close()


def test_a_runnable_goes_into_a_chain(store: GraphStore) -> None:
    chain = enrichment(store) | (lambda found: found.context.splitlines()[1])

    assert chain.invoke("What does cisplatin cause?") == "Asked about: Cisplatin (MESH:D002945)"
    assert len(chain.batch(["cisplatin", "fever"])) == 2


def test_a_retriever_gives_sentences_with_their_places(store: GraphStore) -> None:
    found = GraphRetriever(store=store, k=3).invoke("cisplatin")

    assert [(document.metadata["source"], document.page_content) for document in found] == [
        ("a", "Cisplatin caused fever."),
        ("b", "Cisplatin caused a headache."),
        ("a", "Later cisplatin caused fever again."),
    ]
    first = found[0].metadata
    assert (first["subject_name"], first["predicate"], first["object_name"]) == ("Cisplatin", "INDUCES", "Fever")
    assert first["citation"] == "a:0-23"
    assert len(GraphRetriever(store=store, k=1).invoke("cisplatin")) == 1
    only_b = GraphRetriever(store=store, where=Filter(documents=frozenset({"b"}))).invoke("cisplatin")
    assert {document.metadata["source"] for document in only_b} == {"b"}


class Asked(TypedDict, total=False):
    question: str
    messages: list[Any]
    context: str


@pytest.mark.parametrize(
    "state", [{"question": "fever?"}, {"messages": [HumanMessage("hello"), HumanMessage("and fever?")]}]
)
def test_a_node_puts_the_context_into_the_state(store: GraphStore, state: Any) -> None:
    builder = StateGraph(Asked)
    builder.add_node("enrich", enrichment_node(store))
    builder.add_edge(START, "enrich")
    builder.add_edge("enrich", END)

    assert "INDUCES Fever" in builder.compile().invoke(state)["context"]
