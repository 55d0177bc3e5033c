"""The toolkit over any store: what a model reads, the records behind it, and what it can't do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.messages import ToolMessage
from langchain_core.tools import BaseTool

from kg_builder.graph_store import GraphStore
from kg_builder.records import Concept, DocumentGraph
from kg_builder.retrieve.citations import citations_in
from kg_builder.settings import Settings
from kg_builder.stores.views import EVERYTHING, Filter
from kg_builder.tools import toolkit

MakePart = Callable[..., DocumentGraph]
DICTIONARY = Settings(extractors=("lexicon",), relation_extractor="cooccurrence")


def ask(store: GraphStore, name: str, **arguments: Any) -> ToolMessage:
    """One call, as an agent makes it."""
    return call(toolkit(store, settings=DICTIONARY), name, **arguments)


def call(tools: list[BaseTool], name: str, **arguments: Any) -> ToolMessage:
    [tool] = [tool for tool in tools if tool.name == name]
    answer = tool.invoke({"type": "tool_call", "id": "1", "name": name, "args": arguments})
    assert isinstance(answer, ToolMessage)
    return answer


def test_concepts_are_found_with_a_typo(filled: GraphStore) -> None:
    answer = ask(filled, "find_concepts", text="aspirinn")

    assert str(answer.content).startswith("1. Aspirin (MESH:D001241), Chemical, 2 documents")
    assert answer.artifact[0].concept.id == "MESH:D001241"


def test_a_concept_is_described(filled: GraphStore) -> None:
    answer = ask(filled, "describe_concept", concept="Aspirin")

    assert answer.content == (
        "Aspirin (MESH:D001241), Chemical\n2 mentions in 2 documents\nCalled: aspirin\nSame as: CHEBI:15365\n"
        "Relations: INDUCES others: 1"
    )


def test_neighbours_come_with_sentences_for_and_against(filled: GraphStore) -> None:
    answer = ask(filled, "neighbours", concept="warfarin", predicate="induces")

    assert [(fact.object_name, fact.support, fact.denial) for fact in answer.artifact] == [
        ("Hemorrhage", 1, 0),
        ("Stroke", 0, 1),
    ]
    assert 'DENIED: "No stroke under warfarin." [n3:0-25]' in answer.content


def test_neighbours_of_one_type(filled: GraphStore) -> None:
    assert [fact.subject_name for fact in ask(filled, "neighbours", concept="Stroke", type="chemical").artifact]
    assert not ask(filled, "neighbours", concept="Stroke", type="disease").artifact


def test_causes_and_treatments(filled: GraphStore) -> None:
    induced = ask(filled, "what_induces", concept="MESH:D006470").artifact
    treated = ask(filled, "what_treats", concept="stroke").artifact

    assert [(fact.subject_name, fact.support) for fact in induced] == [("Aspirin", 2), ("Warfarin", 1)]
    assert [fact.subject_name for fact in treated] == ["Warfarin"]


def test_causes_of_anything_narrower(filled: GraphStore) -> None:
    vascular = Concept(id="MESH:D014652", name="Vascular Diseases", type="Disease")
    filled.roll_up({"MESH:D020521": [vascular.id]}, [vascular])

    answer = ask(filled, "what_treats", concept="Vascular Diseases", with_narrower=True)

    assert [fact.object_name for fact in answer.artifact] == ["Stroke"]
    assert "found under" not in answer.content
    assert not ask(filled, "what_treats", concept="Vascular Diseases").artifact


def test_evidence_is_told_apart_by_what_it_says(filled: GraphStore, make_part: MakePart) -> None:
    filled.write(make_part("n5", "No bleeding from aspirin.", ("aspirin", "INDUCES", "bleeding"), assertion="negated"))

    answer = ask(filled, "evidence", subject="aspirin", predicate="INDUCES", object="Hemorrhage")

    stated, denied = str(answer.content).split("DENIED:")
    assert citations_in(stated) == ("n1:0-28", "n2:0-42")
    assert citations_in(denied) == ("n5:0-25",)
    assert ask(filled, "evidence", subject="stroke", predicate="INDUCES", object="Aspirin").artifact is None


def test_paths_and_common_neighbours(filled: GraphStore) -> None:
    path = ask(filled, "paths", source="aspirin", target="stroke").content
    shared = ask(filled, "common_neighbours", concepts=["stroke", "Hemorrhage"], direction="in")

    assert path == "1. Aspirin -[INDUCES]-> Hemorrhage <-[INDUCES]- Warfarin -[TREATS]-> Stroke"
    assert [one.name for one in shared.artifact] == ["Warfarin"]
    assert not ask(filled, "common_neighbours", concepts=["aspirin", "stroke"], direction="in").artifact


def test_the_graph_as_a_whole(filled: GraphStore) -> None:
    answer = ask(filled, "graph_overview")

    assert str(answer.content).startswith("4 documents, 4 concepts (0 in no vocabulary)")
    assert "INDUCES" in answer.content


def test_a_question_is_answered_with_facts(filled: GraphStore) -> None:
    answer = ask(filled, "facts_about", question="Does aspirin cause bleeding?")

    assert answer.artifact.facts[0].support == 2


def test_a_text_is_read_without_being_written(filled: GraphStore) -> None:
    before = filled.statistics(EVERYTHING)

    answer = ask(filled, "extract_from_text", text="Aspirin caused fever. No cough.")

    assert "Aspirin (MESH:D001241)" in answer.content
    assert "'cough' at 25-30, Disease, negated" in answer.content
    assert filled.statistics(EVERYTHING) == before


def test_only_a_writable_toolkit_can_add_a_text(filled: GraphStore) -> None:
    assert "add_text" not in {tool.name for tool in toolkit(filled)}
    tools = toolkit(filled, settings=DICTIONARY, writable=True)

    answer = call(tools, "add_text", text="Aspirin caused fever.", document_id="new")
    again = call(tools, "add_text", text="Aspirin caused fever.", document_id="new")

    assert str(answer.content).startswith("Document new was written: ")
    assert "unchanged" in again.content
    assert filled.document_text("new") == "Aspirin caused fever."


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("neighbours", {"concept": "hiccups"}, "no concept called 'hiccups'"),
        ("neighbours", {"concept": "Hemorrhagia"}, "Nearest: Hemorrhage (MESH:D006470)"),
        ("neighbours", {"concept": "aspirin", "direction": "sideways"}, "direction: Input should be 'out', 'in'"),
        ("neighbours", {"concept": "aspirin", "with_narrower": True}, "no hierarchy"),
        ("neighbours", {"concept": "aspirin", "limit": 0}, "limit: Input should be greater"),
        ("common_neighbours", {"concepts": ["aspirin", "MESH:D001241"]}, "are one concept"),
        ("find_concepts", {}, "text: Field required"),
    ],
)
def test_errors_say_what_to_do(filled: GraphStore, name: str, arguments: dict[str, Any], told: str) -> None:
    answer = ask(filled, name, **arguments)

    assert answer.status == "error"
    assert told in answer.content


def test_a_model_cannot_see_past_the_filter(filled: GraphStore) -> None:
    tools = toolkit(filled, where=Filter(patient="p1"), settings=DICTIONARY)

    assert "n2" not in call(tools, "neighbours", concept="aspirin").content
    assert call(tools, "neighbours", concept="warfarin").status == "error"
    assert str(call(tools, "graph_overview").content).startswith("1 document")


def test_answers_keep_to_the_budget(store: GraphStore, make_part: MakePart) -> None:
    for number in range(40):
        store.write(make_part(f"d{number}", "aspirin gave bleeding. " * 5, ("aspirin", "INDUCES", "bleeding")))
    store.write(make_part("e", "aspirin for stroke. " * 20, ("aspirin", "TREATS", "stroke")))

    answer = ask(store, "neighbours", concept="aspirin", max_tokens=150)

    assert len(answer.content) < 150 * 4 + 100
    assert "and 1 more: ask with more max_tokens" in answer.content
    assert len(ask(store, "evidence", subject="aspirin", predicate="INDUCES", object="bleeding").content) < 2100 * 4


def test_every_tool_is_described_for_a_model(filled: GraphStore) -> None:
    for tool in toolkit(filled, writable=True):
        schema = tool.tool_call_schema.model_json_schema()  # type: ignore[union-attr]
        assert len(tool.description) > 40
        assert all("description" in field for field in schema.get("properties", {}).values()), tool.name
