"""A workflow that waits for people before it writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.types import Command

from kg_builder.errors import InputError
from kg_builder.graph_store import GraphStore
from kg_builder.graphs.components import Components, Context
from kg_builder.graphs.document import Workflow, document_workflow, run_document
from kg_builder.graphs.reviewing import Waiting, read_for_review, resume_review
from kg_builder.graphs.state import CHECKPOINT_TYPES, Output
from kg_builder.records import Concept, Document, ReviewStatus
from kg_builder.review import Decision, Item, Verdict, decision_on
from kg_builder.schemas import builtin_schema
from kg_builder.settings import Settings
from kg_builder.stores import open_store
from kg_builder.testing import ScriptedExtractor, ScriptedRelations, TableNormalizer

DOCUMENT = Document(id="d1", text="Aspirin caused gastritis in one patient.", language="en")
CONCEPTS = {
    "aspirin": Concept(id="MESH:D001241", name="Aspirin", type="Chemical"),
    "gastritis": Concept(id="MESH:D005756", name="Gastritis", type="Disease"),
}
ULCER = Concept(id="MESH:D014456", name="Ulcer", type="Disease")


@pytest.fixture(params=["memory", "sqlite"])
def workflow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workflow]:
    serializer = JsonPlusSerializer(allowed_msgpack_modules=CHECKPOINT_TYPES)
    if request.param == "memory":
        yield document_workflow(InMemorySaver(serde=serializer), review=0.6)
        return
    with closing(sqlite3.connect(tmp_path / "checkpoints.db", check_same_thread=False)) as connection:
        saver: BaseCheckpointSaver[Any] = SqliteSaver(connection, serde=serializer)
        yield document_workflow(saver, review=0.6)


def components(store: GraphStore | None, *, confidence: float = 0.4, **settings: Any) -> Components:
    answer = [("Aspirin", "Chemical"), ("gastritis", "Disease")]
    return Components(
        settings=Settings(schema_name="chemical-disease", extractors=("e",), **settings),
        extractors={"e": ScriptedExtractor([answer], name="e", confidence=confidence)},
        normalizer=TableNormalizer(CONCEPTS),
        schemas={"chemical-disease": builtin_schema("chemical-disease")},
        relation_extractor=ScriptedRelations([[("Aspirin", "INDUCES", "gastritis")]]),
        store=store,
    )


@pytest.fixture
def store() -> Iterator[GraphStore]:
    opened = open_store(":memory:")
    yield opened
    opened.close()


def decide(items: tuple[Item, ...]) -> list[Decision]:
    """Accept the chemical, link the disease otherwise."""
    by_text = {getattr(item.reading, "text", ""): item for item in items}
    return [
        decision_on(by_text["Aspirin"], Verdict.ACCEPTED, by="mai"),
        decision_on(by_text["gastritis"], Verdict.RELINKED, by="mai", concepts=[ULCER], note="seen by endoscopy"),
    ]


def waits(answer: Output | Waiting) -> Waiting:
    assert isinstance(answer, Waiting)
    return answer


def test_nothing_is_written_until_people_decided(workflow: Workflow, store: GraphStore) -> None:
    parts = components(store)
    waiting = waits(read_for_review(workflow, DOCUMENT, parts, thread_id="t"))
    assert waiting.document_id == "d1"
    assert [(item.type, item.sentence_text) for item in waiting.items] == [
        ("Chemical", DOCUMENT.text),
        ("Disease", DOCUMENT.text),
    ]
    assert list(store.documents()) == []
    output = resume_review(workflow, decide(waiting.items), parts, thread_id="t")
    assert not isinstance(output, Waiting)
    assert output["result"].written
    shown = {(view.text, view.concept, view.review.value) for view in store.mentions()}
    assert shown == {("Aspirin", "MESH:D001241", "accepted"), ("gastritis", ULCER.id, "accepted")}
    assert store.relation("MESH:D001241", "INDUCES", ULCER.id) is not None
    assert {mention.review for mention in output["graph"].mentions} == {ReviewStatus.ACCEPTED}
    assert [decision.note for decision in store.decisions()] == ["", "seen by endoscopy"]


def test_a_later_run_asks_only_what_nobody_decided_about(workflow: Workflow, store: GraphStore) -> None:
    waiting = waits(read_for_review(workflow, DOCUMENT, components(store), thread_id="t"))
    resume_review(workflow, decide(waiting.items)[1:], components(store), thread_id="t")
    again = components(store, attempts=2)
    asked = waits(read_for_review(workflow, DOCUMENT, again, thread_id="u"))
    assert [item.type for item in asked.items] == ["Chemical"]
    resume_review(workflow, [decision_on(asked.items[0], Verdict.REJECTED, by="nam")], again, thread_id="u")
    assert run_document(document_workflow(), DOCUMENT, again)["result"].written is False
    assert {(view.text, view.review.value) for view in store.mentions()} == {
        ("Aspirin", "rejected"),
        ("gastritis", "accepted"),
    }
    assert store.neighbours(ULCER.id) == []


def test_what_was_read_with_confidence_goes_through(workflow: Workflow, store: GraphStore) -> None:
    output = read_for_review(workflow, DOCUMENT, components(store, confidence=0.9), thread_id="t")
    assert not isinstance(output, Waiting)
    assert output["result"].written


def test_without_a_store_the_graph_comes_back_as_decided(workflow: Workflow) -> None:
    waiting = waits(read_for_review(workflow, DOCUMENT, components(None), thread_id="t"))
    output = resume_review(workflow, decide(waiting.items), components(None), thread_id="t")
    assert not isinstance(output, Waiting)
    assert ULCER in output["graph"].concepts


def test_resuming_with_anything_else_is_refused_and_can_be_done_again(workflow: Workflow, store: GraphStore) -> None:
    parts = components(store)
    waiting = waits(read_for_review(workflow, DOCUMENT, parts, thread_id="t"))
    other = decide(waiting.items)[0].model_copy(update={"document": "d2"})
    with pytest.raises(InputError, match="about the document that waits: d1"):
        resume_review(workflow, [other], parts, thread_id="t")
    assert list(store.decisions()) == []
    output = resume_review(workflow, decide(waiting.items), parts, thread_id="t")
    assert not isinstance(output, Waiting)
    assert output["result"].written


def test_plain_langgraph_does_too_with_json(workflow: Workflow, store: GraphStore) -> None:
    config: Any = {"configurable": {"thread_id": "t"}}
    context = Context(components=components(store))
    stopped: Any = workflow.invoke({"document": DOCUMENT}, config, context=context)
    [asked] = stopped["__interrupt__"]
    assert asked.value["threshold"] == 0.6
    items = tuple(Item.model_validate(item) for item in asked.value["items"])
    answers = [decision.model_dump(mode="json") for decision in decide(items)]
    workflow.invoke(Command(resume=answers), config, context=context)
    assert len(list(store.decisions("d1"))) == 2
    workflow.invoke({"document": DOCUMENT.model_copy(update={"id": "d3"})}, config, context=context)
    again: Any = workflow.invoke(Command(resume=["accept"]), config, context=context)
    assert "list of decisions" in again["__interrupt__"][0].value["problem"]
