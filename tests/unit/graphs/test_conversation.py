"""Questions one after another, with a scripted model and without one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from langchain_core.messages import BaseMessage, HumanMessage

from kg_builder.errors import ModelError, SettingsError
from kg_builder.graph_store import GraphStore
from kg_builder.graphs.assistant import DISCLAIMER
from kg_builder.graphs.assistant_model import assistant_model
from kg_builder.graphs.building import build
from kg_builder.graphs.conversation import Conversation, Enquiry
from kg_builder.records import Document
from kg_builder.retrieve.asked import Named
from kg_builder.settings import Settings, load_settings
from kg_builder.testing_chat import ScriptedChatModel
from kg_builder.tools import toolkit

DICTIONARY = Settings(extractors=("lexicon",), relation_extractor="cooccurrence")
CAUSES = ("what_induces", {"concept": "Fever"})
GOOD = "Cisplatin caused fever [a:0-23]."


@pytest.fixture(scope="module")
def store() -> Iterator[GraphStore]:
    texts = [Document(id="a", text="Cisplatin caused fever."), Document(id="b", text="Methotrexate caused a headache.")]
    built = build(texts, settings=DICTIONARY)
    yield built.store
    built.store.close()


def conversation(store: GraphStore, *lines: Any) -> tuple[Conversation, ScriptedChatModel]:
    model = ScriptedChatModel(lines=list(lines))
    return Conversation(model, toolkit(store, settings=DICTIONARY), store), model


def people_said(messages: Sequence[BaseMessage]) -> list[str]:
    return [message.text for message in messages if isinstance(message, HumanMessage)]


def unreachable(_: Any) -> str:
    raise ConnectionError("secret words of the prompt")


def test_what_was_said_before_is_known(store: GraphStore) -> None:
    talk, model = conversation(store, CAUSES, GOOD, "As I said [a:0-23].")

    assert talk.ask("What causes fever?").text == f"{GOOD}\n\n{DISCLAIMER}"
    reply = talk.ask("Sure?")

    assert reply.citations == ("a:0-23",)
    assert people_said(model.asked[-1]) == ["What causes fever?", "Sure?"]


@pytest.mark.parametrize("before", [[], [CAUSES, GOOD]])
def test_a_turn_that_broke_off_is_not_part_of_the_conversation(store: GraphStore, before: list[Any]) -> None:
    talk, model = conversation(store, *before, CAUSES, unreachable, "Nothing more is known.")
    earlier = ["What causes fever?"] if before else []
    for question in earlier:
        talk.ask(question)

    with pytest.raises(ModelError) as raised:
        talk.ask("And then?")
    talk.ask("What else?")

    assert people_said(model.asked[-1]) == [*earlier, "What else?"]
    assert "secret" not in str(raised.value)


def test_no_trace_leaves(store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    from langsmith.utils import tracing_is_enabled

    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    seen: list[Any] = []

    def look(_: Any) -> str:
        seen.append(tracing_is_enabled())
        return "Nothing is known."

    talk, _ = conversation(store, look)

    talk.ask("What causes fever?")

    assert os.environ["LANGSMITH_TRACING"] == "true"
    assert seen == [False]


def test_without_a_model_the_facts_answer_and_later_questions_may_leave_the_name_out(store: GraphStore) -> None:
    talk = Enquiry(store)

    first, second = talk.ask("What causes a headache?"), talk.ask("And what else is known about it?")
    third = talk.ask("What about fever?")

    assert "Methotrexate" in first.text
    assert first.enrichment is not None
    assert second.citations == first.citations == ("b:0-31",)
    assert third.citations == ("a:0-23",)


def test_an_unknown_name_is_not_taken_for_the_last_one(store: GraphStore) -> None:
    def recognize(question: str) -> Sequence[Named]:
        return [Named("hiccups", ("MESH:D006606",))] if "hiccups" in question else []

    talk = Enquiry(store, recognize=recognize)
    talk.ask("What causes fever?")

    assert talk.ask("What treats hiccups?").citations == ()


@pytest.mark.parametrize("named", [{}, {"models": {"mine": {"source": "hf:some/where"}}}])
def test_what_is_no_chat_model_is_refused(store: GraphStore, named: dict[str, Any]) -> None:
    name = "mine" if named else "hf:some/where"

    with pytest.raises(SettingsError, match="is no chat model"):
        assistant_model(load_settings(None, chat_model=name, **named), store)
