"""Strings that try to be more than data, as questions, arguments, names, ids and text, over any store."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import BaseTool

from kg_builder.graph_store import GraphStore
from kg_builder.graphs.assistant import DISCLAIMER, assistant
from kg_builder.records import Concept, DocumentGraph
from kg_builder.retrieve.checking import unknown_citations
from kg_builder.retrieve.citations import citations_in
from kg_builder.retrieve.enriching import enrich
from kg_builder.settings import Settings
from kg_builder.stores.views import EVERYTHING, Filter
from kg_builder.testing_chat import ScriptedChatModel
from kg_builder.text.printable import printable
from kg_builder.tools import toolkit
from tests.conformance.injections import INJECTIONS

MakePart = Callable[..., DocumentGraph]
DICTIONARY = Settings(extractors=("lexicon",), relation_extractor="cooccurrence")
HIDDEN = "Xyzzyx"
"""Stands in a sentence that is nobody's evidence."""
OTHERS = "Plugh"
"""Stands in a document of another patient."""


def arguments(text: str) -> dict[str, dict[str, Any]]:
    """Every tool called with a string wherever it takes one."""
    short = text[:200]
    return {
        "find_concepts": {"text": text, "type": short},
        "describe_concept": {"concept": text},
        "neighbours": {"concept": "aspirin", "predicate": short, "type": short},
        "what_induces": {"concept": text},
        "what_treats": {"concept": f"aspirin {text}"[:512]},
        "evidence": {"subject": "aspirin", "predicate": short, "object": "Hemorrhage"},
        "paths": {"source": text, "target": "aspirin"},
        "common_neighbours": {"concepts": ["aspirin", text], "predicate": short},
        "graph_overview": {},
        "facts_about": {"question": f"Does aspirin help? {text}"},
        "search_evidence": {"text": text},
        "extract_from_text": {"text": f"Aspirin after {text}"},
        "run_cypher": {"query": text},
    }


def call(tool: BaseTool, given: dict[str, Any]) -> str:
    answer = tool.invoke({"type": "tool_call", "id": "1", "name": tool.name, "args": given})
    assert isinstance(answer, ToolMessage)
    return answer.text


def state_of(store: GraphStore) -> object:
    """What any write would change."""
    documents = {view.id: view.fingerprint for view in store.documents()}
    names = {view.id: (view.name, view.synonyms_seen) for view in store.concepts(EVERYTHING)}
    return store.statistics(EVERYTHING), documents, names, list(store.runs())


@pytest.fixture
def guarded(store: GraphStore, make_part: MakePart) -> GraphStore:
    """Two patients' documents; in one, words outside any evidence."""
    part = make_part("n1", "Gave aspirin; then bleeding.", ("aspirin", "INDUCES", "bleeding"), patient="p1")
    document = part.document.model_copy(update={"text": f"{part.document.text} Password {HIDDEN}."})
    store.write(part.model_copy(update={"document": document}))
    store.write(make_part("n2", f"{OTHERS}: warfarin for stroke.", ("warfarin", "TREATS", "stroke"), patient="p2"))
    return store


def test_nothing_asked_writes_leaks_or_steers(guarded: GraphStore) -> None:
    before = state_of(guarded)
    every, one_patients = (toolkit(guarded, settings=DICTIONARY, where=where) for where in (None, Filter(patient="p1")))

    for text in INJECTIONS:
        calls = arguments(text)
        answers = {tool.name: call(tool, calls[tool.name]) for tool in every if tool.name in calls}
        own = {tool.name: call(tool, calls[tool.name]) for tool in one_patients if tool.name in calls}
        for shown in (*answers.values(), *own.values()):
            assert shown == printable(shown), text
            assert HIDDEN not in shown, text
        assert not [name for name, shown in own.items() if OTHERS in shown or "n2" in shown], text

    assert state_of(guarded) == before


def test_no_question_writes_leaks_or_steers(guarded: GraphStore) -> None:
    before = state_of(guarded)

    for text in INJECTIONS:
        for question in (text, f"Does aspirin cause bleeding? {text}"):
            context = enrich(guarded, question, where=Filter(patient="p1")).context
            assert context == printable(context)
            assert not {HIDDEN, OTHERS} & set(context.replace(":", " ").split())

    assert state_of(guarded) == before


def test_the_assistant_is_not_talked_into_anything(guarded: GraphStore) -> None:
    before = state_of(guarded)
    tools = toolkit(guarded, settings=DICTIONARY)
    assert "add_text" not in {tool.name for tool in tools}

    for text in INJECTIONS:
        model = ScriptedChatModel(lines=[("add_text", {"text": text}), ("what_induces", {"concept": text}), text])
        answer = assistant(model, tools, guarded).invoke({"messages": [HumanMessage(text)]})["messages"][-1].text
        assert answer.endswith(DISCLAIMER)
        assert unknown_citations(guarded, citations_in(answer)) == ()
        assert HIDDEN not in answer

    assert state_of(guarded) == before


def stored(make_part: MakePart, number: int, text: str) -> DocumentGraph:
    """A string as text, name of a concept, predicate, document id and metadata at once."""
    named = Concept(id=f"local:injection-{number}", name=text.strip() or "x", type="Disease", linked=False)
    concepts = {"aspirin": Concept(id="MESH:D001241", name="Aspirin", type="Chemical"), "swelling": named}
    document_id = f"{number} {text}".replace("\x00", "").encode(errors="replace").decode()[:512]
    sentence = f"aspirin gave {text} and swelling"
    return make_part(document_id, sentence, ("aspirin", text, "swelling"), concepts=concepts, source=text, tags=(text,))


@pytest.fixture
def poisoned(store: GraphStore, make_part: MakePart) -> GraphStore:
    """Every string in everything that a document can bring along."""
    for number, text in enumerate(INJECTIONS):
        store.write(stored(make_part, number, text))
    store.write(make_part("last", "The aspirin caused bleeding.", ("aspirin", "INDUCES", "bleeding")))
    return store


def later_lines(texts: Iterable[str]) -> set[str]:
    """What would begin a line if line breaks of the strings were kept."""
    return {line.strip() for text in texts for line in printable(text).splitlines()[1:] if line.strip()}


def test_what_is_stored_stays_data(poisoned: GraphStore) -> None:
    """All of it comes back as it was written, and no string became a concept, a type or a document of its own."""
    counts = poisoned.statistics(EVERYTHING)

    assert counts.documents == len(INJECTIONS) + 1
    assert counts.concepts == len(INJECTIONS) + 2
    assert counts.concepts_by_type == {"Chemical": 1, "Disease": len(INJECTIONS) + 1}
    assert counts.relations_by_predicate == dict.fromkeys(sorted({*INJECTIONS, "INDUCES"}), 1)
    for number, text in enumerate(INJECTIONS):
        view = poisoned.relation("MESH:D001241", text, f"local:injection-{number}", where=EVERYTHING)
        assert view is not None, text
        assert view.evidence[0].sentence_text == f"aspirin gave {text} and swelling"


def test_what_is_stored_steers_nothing_that_shows_it(poisoned: GraphStore) -> None:
    before, forged = state_of(poisoned), later_lines(INJECTIONS)
    tools = {tool.name: tool for tool in toolkit(poisoned, settings=DICTIONARY)}
    room = {"max_tokens": 20_000}
    shown = [
        call(tools["neighbours"], {"concept": "MESH:D001241", "limit": 100, **room}),
        call(tools["graph_overview"], {}),
        enrich(poisoned, "What does aspirin do?", max_tokens=20_000).context,
    ]
    for number in range(len(INJECTIONS)):
        concept = f"local:injection-{number}"
        shown.append(call(tools["describe_concept"], {"concept": concept, **room}))
        shown.append(call(tools["paths"], {"source": concept, "target": "MESH:D006470"}))
        shown.append(call(tools["common_neighbours"], {"concepts": [concept, "MESH:D006470"]}))

    for answer in shown:
        assert answer == printable(answer)
        assert not forged & {line.strip() for line in answer.split("\n")}
    assert state_of(poisoned) == before
