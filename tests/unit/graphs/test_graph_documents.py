"""GraphDocuments of LangChain's own classes: what they say, and how they take an LLMGraphTransformer's place."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.documents import Document as LangChainDocument
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from kg_builder.errors import DocumentError, MissingExtraError
from kg_builder.graph_store import GraphStore
from kg_builder.graphs import graph_documents as interchange
from kg_builder.graphs.graph_documents import GraphTransformer, graph_documents
from kg_builder.records import Assertion
from kg_builder.settings import Settings
from kg_builder.stores import open_store
from kg_builder.stores.views import EVERYTHING, Filter
from tests.conformance.conftest import sample_part

pytest.importorskip("langchain_neo4j", reason="langchain-neo4j isn't installed")
pytestmark = pytest.mark.filterwarnings("default")  # those of the other library are its own

DICTIONARY = Settings(extractors=("lexicon",), relation_extractor="cooccurrence", schema_name="chemical-disease")
Convert = Callable[[GraphTransformer, list[LangChainDocument]], list[Any]]


def at_once(transformer: GraphTransformer, documents: list[LangChainDocument]) -> list[Any]:
    return transformer.convert_to_graph_documents(documents)


def awaited(transformer: GraphTransformer, documents: list[LangChainDocument]) -> list[Any]:
    return asyncio.run(transformer.aconvert_to_graph_documents(documents))


def documents_of(store: GraphStore, **given: Any) -> list[Any]:
    """Untyped: the other library has types only where it is installed."""
    return list(graph_documents(store, **given))


@pytest.fixture
def told() -> GraphStore:
    store = open_store(":memory:")
    given: dict[str, Any] = {"patient": "p1", "date": "2024-01-05", "tags": ("ward",), "extra": {"beds": 3}}
    stated = ("aspirin", "INDUCES", "bleeding")
    store.write(sample_part("n1", "Gave aspirin; then bleeding.", stated, confidence=0.9, **given))
    store.write(
        sample_part("n2", "No stroke under warfarin.", ("warfarin", "INDUCES", "stroke"), assertion=Assertion.NEGATED)
    )
    return store


def test_nodes_are_concepts_and_relationships_have_evidence_with_offsets(told: GraphStore) -> None:
    first, second = documents_of(told)

    assert {(node.id, node.type, node.properties["name"]) for node in first.nodes} == {
        ("MESH:D001241", "Chemical", "Aspirin"),
        ("MESH:D006470", "Disease", "Hemorrhage"),
    }
    [aspirin] = [node for node in first.nodes if node.type == "Chemical"]
    assert aspirin.properties["xrefs"] == ["CHEBI:15365"]
    [relation] = first.relationships
    assert (relation.source.id, relation.type, relation.target.id) == ("MESH:D001241", "INDUCES", "MESH:D006470")
    about, text = relation.properties, first.source.page_content
    assert (about["document"], about["assertion"], about["confidence"]) == ("n1", "present", 0.9)
    assert about["sentences"] == [text[about["sentence_starts"][0] : about["sentence_ends"][0]]]
    assert text[about["subject_starts"][0] : about["subject_ends"][0]] == "aspirin"
    assert text[aspirin.properties["mention_starts"][0] : aspirin.properties["mention_ends"][0]] == "aspirin"
    assert first.source.metadata == {
        "beds": 3, "patient": "p1", "date": "2024-01-05", "tags": ["ward"], "id": "n1",
    }  # fmt: skip
    assert (second.nodes, second.relationships) == ([], [])


def test_what_is_denied_is_there_only_when_asked_for(told: GraphStore) -> None:
    _, second = documents_of(told, where=EVERYTHING)

    assert [one.properties["assertion"] for one in second.relationships] == ["negated"]
    assert {node.properties["mention_assertions"][0] for node in second.nodes} == {"negated"}
    assert [one.source.metadata["id"] for one in documents_of(told, where=Filter(patient="p1"))] == ["n1"]


def test_properties_are_what_property_graphs_hold_and_survive_langchains_serialization(told: GraphStore) -> None:
    from langchain_neo4j.graphs.graph_document import GraphDocument

    for one in documents_of(told, where=EVERYTHING):
        for carrier in (*one.nodes, *one.relationships):
            for value in carrier.properties.values():
                items = value if isinstance(value, list) else [value]
                assert all(isinstance(item, str | int | float | bool) for item in items)
                assert len({type(item) for item in items}) <= 1
        again = GraphDocument.model_validate(json.loads(one.model_dump_json()))
        assert again == one


@pytest.mark.parametrize("convert", [at_once, awaited])
def test_it_takes_the_place_of_an_llm_graph_transformer(convert: Convert) -> None:
    documents = [
        LangChainDocument(page_content="Aspirin caused nausea.", metadata={"source": "b.txt"}),
        LangChainDocument(page_content="Cisplatin caused deafness.", metadata={"source": "a.txt"}),
    ]
    found = convert(GraphTransformer(settings=DICTIONARY), documents)

    assert [one.source for one in found] == documents
    assert all(one.source is given for one, given in zip(found, documents, strict=True))
    assert [[r.type for r in one.relationships] for one in found] == [["INDUCES"], ["INDUCES"]]


def test_one_document() -> None:
    document = LangChainDocument(page_content="Aspirin caused nausea.")
    transformer = GraphTransformer(settings=DICTIONARY)

    found = transformer.process_response(document)
    assert found == asyncio.run(transformer.aprocess_response(document))
    assert {node.properties["name"] for node in found.nodes} == {"Aspirin", "Nausea"}


def test_a_document_that_fails_does_not_fail_the_others_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    transformer = GraphTransformer(settings=DICTIONARY)
    good = LangChainDocument(page_content="Aspirin caused nausea.", id="good")
    empty = LangChainDocument(page_content=" ", id="empty")

    with caplog.at_level(logging.WARNING):
        found = transformer.convert_to_graph_documents([empty, good, good])

    assert [one.source for one in found] == [good]
    assert [failure.document_id for failure in transformer.failures] == ["empty", "good"]  # the second of that id
    assert "document empty could not be read: empty-text" in caplog.text
    with pytest.raises(DocumentError):
        transformer.convert_to_graph_documents([empty])
    assert transformer.convert_to_graph_documents([]) == []


def test_a_chat_model_extracts_where_it_may() -> None:
    answers = [
        [{"entity": "Cisplatin", "type": "Chemical"}, {"entity": "nausea", "type": "Disease"}],
        [{"subject": "Cisplatin", "predicate": "INDUCES", "object": "nausea"}],
    ]
    document = LangChainDocument(page_content="Cisplatin caused nausea.")

    def model() -> GenericFakeChatModel:
        return GenericFakeChatModel(messages=iter([AIMessage(json.dumps(answer)) for answer in answers]))

    with pytest.raises(DocumentError, match="elsewhere"):
        GraphTransformer(model(), settings=DICTIONARY).convert_to_graph_documents([document])
    [found] = GraphTransformer(model(), settings=DICTIONARY, allow_remote=True).convert_to_graph_documents([document])
    assert [(one.type, one.properties["model"]) for one in found.relationships] == [
        ("INDUCES", "chat:GenericFakeChatModel")
    ]


def test_without_the_other_library_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interchange, "_CLASSES", ("no_such_module_at_all",))
    with pytest.raises(MissingExtraError, match="neo4j-interop"):
        GraphTransformer(settings=DICTIONARY).convert_to_graph_documents([LangChainDocument(page_content="x")])
