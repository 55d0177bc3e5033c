"""The Cypher tools: rows as text for a model, and questions that a scripted model turns into queries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import BaseTool

from kg_builder.errors import InputError
from kg_builder.graph_store import GraphStore
from kg_builder.graphs.assistant import assistant
from kg_builder.graphs.building import build
from kg_builder.records import Document, Metadata
from kg_builder.retrieve.checking import unknown_citations
from kg_builder.retrieve.citations import citations_in
from kg_builder.settings import Settings
from kg_builder.stores.cypher import engine
from kg_builder.stores.cypher.answers import CypherAnswer
from kg_builder.stores.views import EVERYTHING, Filter
from kg_builder.testing_chat import ScriptedChatModel
from kg_builder.tools import question_tool, toolkit
from kg_builder.tools.cypher_questions import query_in
from kg_builder.tools.cypher_tools import rows_text, value_text

DICTIONARY = Settings(extractors=("lexicon",), relation_extractor="cooccurrence")
COUNT = "MATCH (a:Chemical)-[r:INDUCES]->(b) RETURN a.name, count(DISTINCT r.document) AS n ORDER BY n DESC, a.name"
needs_engine = pytest.mark.skipif(not engine.is_installed(), reason="without the extra 'cypher'")


@pytest.fixture(scope="module")
def store() -> Iterator[GraphStore]:
    texts = [
        Document(id="a", text="Cisplatin caused fever.", metadata=Metadata(patient="p1")),
        Document(id="b c", text="Methotrexate caused a headache.\nCisplatin caused fever."),
    ]
    built = build(texts, settings=DICTIONARY)
    yield built.store
    built.store.close()


def call(tool: BaseTool, **arguments: Any) -> ToolMessage:
    answer = tool.invoke({"type": "tool_call", "id": "1", "name": tool.name, "args": arguments})
    assert isinstance(answer, ToolMessage)
    return answer


def run(store: GraphStore, query: str, where: Filter | None = None, **arguments: Any) -> ToolMessage:
    [tool] = [tool for tool in toolkit(store, where=where, settings=DICTIONARY) if tool.name == "run_cypher"]
    return call(tool, query=query, **arguments)


@needs_engine
def test_rows_come_one_a_line(store: GraphStore) -> None:
    answer = run(store, COUNT)

    assert str(answer.content).splitlines()[0].endswith("rows of a.name | n")
    assert '1. "Cisplatin" | 2' in answer.content
    assert answer.artifact.rows[0] == ["Cisplatin", 2]


@needs_engine
def test_a_relation_comes_with_sources_that_exist(store: GraphStore) -> None:
    text = str(run(store, "MATCH (a:Chemical {name: 'Cisplatin'})-[r:INDUCES]->(b) RETURN r").content)

    assert '"Cisplatin caused fever." [a:0-23]' in text
    assert len(citations_in(text)) == 2
    assert not unknown_citations(store, citations_in(text))


@needs_engine
def test_the_answer_keeps_to_limit_and_budget(store: GraphStore) -> None:
    many = run(store, "UNWIND range(1, 500) AS x RETURN x, 'some words of text'", limit=100, max_tokens=150)
    long = run(store, "RETURN [x IN range(1, 5000) | 'word'] AS words", max_tokens=100)

    assert "the first 100 rows of x" in many.content
    assert "there are more" in many.content
    assert "ask with more max_tokens" in many.content
    assert len(many.content) < 150 * 4 + 200
    assert len(long.content) < 100 * 4 + 100


@needs_engine
@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("MATCH (n) DELETE n", "DELETE changes the graph"),
        ("MATCH (n RETURN n", "can't be run"),
        ("RETURN 1; RETURN 2", "more than one statement"),
    ],
)
def test_errors_say_what_to_do(store: GraphStore, query: str, told: str) -> None:
    before = store.statistics(EVERYTHING)
    answer = run(store, query)

    assert answer.status == "error"
    assert told in answer.content
    assert store.statistics(EVERYTHING) == before


@needs_engine
def test_a_model_cannot_see_past_the_filter(store: GraphStore) -> None:
    assert run(store, "MATCH (d:Document) RETURN d.id", Filter(patient="p1")).artifact.rows == [["a"]]


@needs_engine
def test_no_rows_and_unknown_labels_are_said(store: GraphStore) -> None:
    text = str(run(store, "MATCH (n:Medicament) RETURN n").content)

    assert text.startswith("No rows")
    assert "Medicament" in text


def test_without_the_engine_there_is_no_such_tool(store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda _: None)
    assert "run_cypher" not in {tool.name for tool in toolkit(store, settings=DICTIONARY)}
    with pytest.raises(InputError):
        question_tool(store, ScriptedChatModel(lines=["x"]))


def test_values_stand_on_one_line() -> None:
    node = {"labels": ["Chemical", "Concept"], "properties": {"id": "A:1", "name": "a\nb", "type": "Chemical"}}
    document = {"labels": ["Document"], "properties": {"id": "d"}}
    edge = {"type": "RELATED", "properties": {"predicate": "HELPS\nIgnore", "document": "d", "sentences": []}}
    path = {"nodes": [node, document], "relationships": [edge], "forward": [False]}

    assert value_text(None) == "null"
    assert value_text(["a\nb", 1, True]) == '["a b", 1, true]'
    assert value_text(node) == "a b (A:1, Chemical)"
    assert value_text(path) == 'a b (A:1, Chemical) <-[HELPS Ignore]- Document {id: "d"}'
    assert "\n" not in value_text({"x\ny": edge})
    text, _ = rows_text(CypherAnswer(("a\nb",), [["x\ny"]], warnings=("z\nz",)), 100)
    assert text.splitlines() == ["1 row of a b", '1. "x y"', "Note: z z"]


@needs_engine
def test_a_question_becomes_a_query(store: GraphStore) -> None:
    model = ScriptedChatModel(lines=[f"Here it is:\n```cypher\n{COUNT}\n```"])

    answer = call(question_tool(store, model, settings=DICTIONARY), question="What does cisplatin cause most often?")

    assert str(answer.content).startswith("Query: MATCH (a:Chemical)")
    assert '"Cisplatin" | 2' in answer.content
    assert not answer.artifact.repaired
    told, asked = model.asked[0]
    assert "INDUCES" in told.text
    assert "Cisplatin (MESH:D002945), Chemical" in asked.text


@needs_engine
def test_a_query_that_fails_is_repaired_once(store: GraphStore) -> None:
    model = ScriptedChatModel(lines=["MATCH (a RETURN a", COUNT])

    answer = call(question_tool(store, model, settings=DICTIONARY), question="What causes fever?")

    assert answer.artifact.repaired
    assert "can't be run" in model.asked[1][-1].text
    assert len(model.asked) == 2


@needs_engine
@pytest.mark.parametrize("line", ["MATCH (n) DETACH DELETE n", "I can't.", "", "CALL db.labels()"])
def test_what_only_reads_badly_or_writes_is_never_run(store: GraphStore, line: str) -> None:
    before = store.statistics(EVERYTHING)
    model = ScriptedChatModel(lines=[line])

    answer = call(question_tool(store, model, settings=DICTIONARY), question="Delete everything.")

    assert answer.status == "error"
    assert "No query could be written" in answer.content
    assert len(model.asked) == 2
    assert store.statistics(EVERYTHING) == before


@needs_engine
def test_questions_keep_to_the_filter(store: GraphStore) -> None:
    model = ScriptedChatModel(lines=["MATCH (d:Document) RETURN d.id"])

    tool = question_tool(store, model, where=Filter(patient="p1"), settings=DICTIONARY)

    assert call(tool, question="Which documents are there?").artifact.answer.rows == [["a"]]


@needs_engine
def test_an_assistant_answers_by_a_written_query_and_cites_its_sources(store: GraphStore) -> None:
    writer = ScriptedChatModel(lines=["MATCH (a:Chemical)-[r:INDUCES]->(b:Concept {name: 'Fever'}) RETURN a, r"])
    speaker = ScriptedChatModel(
        lines=[("query_by_question", {"question": "What causes fever?"}), "Cisplatin does [a:0-23]."]
    )
    tools = [*toolkit(store, settings=DICTIONARY), question_tool(store, writer, settings=DICTIONARY)]

    state = assistant(speaker, tools, store).invoke({"messages": [HumanMessage("What causes fever?")]})

    assert "query_by_question" in speaker.tools
    assert str(state["messages"][-1].content).startswith("Cisplatin does [a:0-23].")


def test_queries_are_found_in_answers() -> None:
    assert query_in("```\nRETURN 1\n```") == "RETURN 1"
    assert query_in("First:\n```cypher\nRETURN 1\n```\nBetter:\n```cypher\nRETURN 2\n```") == "RETURN 2"
    assert query_in(" RETURN 3 ") == "RETURN 3"
