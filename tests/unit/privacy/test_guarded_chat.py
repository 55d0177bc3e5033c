"""A conversation with a model elsewhere: what it gets under each policy, and what comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool

from kg_builder.errors import InputError
from kg_builder.graph_store import GraphStore
from kg_builder.graphs.assistant import INSTRUCTIONS, assistant
from kg_builder.graphs.assistant_model import guarded
from kg_builder.graphs.building import build
from kg_builder.graphs.components import make_detector
from kg_builder.graphs.conversation import Conversation
from kg_builder.records import Document, Metadata
from kg_builder.settings import Settings, load_settings
from kg_builder.testing_chat import ScriptedChatModel
from kg_builder.tools import question_tool, toolkit

DICTIONARY: dict[str, Any] = {"extractors": ("lexicon",), "relation_extractor": "cooccurrence"}
SETTINGS = Settings(**DICTIONARY)
SECRETS = ("Quartermaine", "Ottoline", "03/14/2019", "quartermaine_zeb", "P-447198", "Larkspur", "visit-2019-03")
NAMED = "quartermaine_zeb 2019.txt"
CITED = "quartermaine_zeb%202019.txt:0-86"
CAUSES = ("what_induces", {"concept": "Fever"})
HEADACHES = ("what_induces", {"concept": "Headache"})


@pytest.fixture(scope="module")
def store() -> Iterator[GraphStore]:
    about = Metadata(patient="P-447198", encounter="visit-2019-03", source="Larkspur letters")
    texts = [
        Document(
            id=NAMED,
            text="Cisplatin caused fever in Mr. Quartermaine, whose daughter Ottoline called 03/14/2019.",
            metadata=about,
        ),
        Document(id="plain-note", text="Methotrexate caused a headache. The headache went."),
    ]
    built = build(texts, settings=SETTINGS)
    yield built.store
    built.store.close()


def conversation(
    store: GraphStore, privacy: str, *lines: Any, more: Any = ()
) -> tuple[Conversation, ScriptedChatModel]:
    inner = ScriptedChatModel(lines=list(lines))
    model = guarded(inner, store, load_settings(None, privacy=privacy, **DICTIONARY), name="maker:one")
    return Conversation(model, [*toolkit(store, settings=SETTINGS), *more], store), inner


def sent(model: ScriptedChatModel) -> str:
    """All of what the model got, whatever an integration would make of it."""
    return "\n".join(message.model_dump_json() for call in model.asked for message in call)


def leaked(model: ScriptedChatModel) -> list[str]:
    return [secret for secret in SECRETS if secret.lower() in sent(model).lower()]


def cite(messages: list[BaseMessage]) -> str:
    """An answer that cites the source of the last result as it was given, and names the first name."""
    source = messages[-1].text.rpartition("[SOURCE-")[2].partition("]")[0]
    return f"It was cisplatin in [NAME-1] [SOURCE-{source}]."


def test_a_model_elsewhere_gets_placeholders_and_people_get_the_words(store: GraphStore) -> None:
    asked = ("evidence", {"subject": "Cisplatin", "object": "Fever", "predicate": "INDUCES"})
    talk, model = conversation(store, "mask", CAUSES, asked, cite)

    reply = talk.ask("What gave Mr. Quartermaine his fever?")

    assert leaked(model) == []
    assert "What gave Mr. [NAME-1] his fever?" in sent(model)
    assert "Cisplatin caused fever in Mr. [NAME-1], whose daughter [NAME-2] called [DATE-1]." in sent(model)
    assert reply.text.startswith(f"It was cisplatin in Quartermaine [{CITED}].")
    assert reply.citations == (CITED,)


def test_what_came_back_is_hidden_again_when_it_goes_out_again(store: GraphStore) -> None:
    talk, model = conversation(store, "mask", CAUSES, cite, lambda _: "[NAME-1], as I said, and [NAME-2].", "Yes.")
    talk.ask("What gave Mr. Quartermaine his fever?")

    assert talk.ask("Whom? Quartermaine?").text.startswith("Quartermaine, as I said, and Ottoline.")
    talk.ask("Ottoline is her name?")

    assert leaked(model) == []
    assert "Whom? [NAME-1]?" in model.asked[-1][-3].text
    assert model.asked[-1][-2].text.startswith("[NAME-1], as I said, and [NAME-2].")
    assert model.asked[-1][-1].text == "[NAME-2] is her name?"


def test_arguments_of_tools_have_the_words_that_placeholders_stand_for(store: GraphStore) -> None:
    talk, model = conversation(store, "mask", ("search_evidence", {"text": "[NAME-1] fever"}), cite)

    reply = talk.ask("Is there something about Mr. Quartermaine?")

    assert "Cisplatin caused fever in Mr. [NAME-1]" in model.asked[1][-1].text
    assert model.asked[1][-2].tool_calls[0]["args"] == {"text": "[NAME-1] fever"}  # type: ignore[attr-defined]
    assert reply.citations == (CITED,)
    assert leaked(model) == []


def test_a_question_with_identifiers_is_not_sent_by_default(store: GraphStore) -> None:
    talk, model = conversation(store, "block", "Never said.")

    with pytest.raises(InputError, match=r"The question isn't sent to 'maker:one'.*\(1 NAME\)") as refused:
        talk.ask("What gave Mr. Quartermaine his fever?")

    assert model.asked == []
    assert "mask" in str(refused.value.hint)
    assert "Quartermaine" not in f"{refused.value.message} {refused.value.hint}"


def test_a_result_with_identifiers_is_not_sent_by_default_and_the_conversation_goes_on(store: GraphStore) -> None:
    talk, model = conversation(store, "block", CAUSES, HEADACHES, "Methotrexate does [SOURCE-1:0-31].")

    with pytest.raises(InputError, match="What the tool 'what_induces' found isn't sent"):
        talk.ask("What causes fever?")
    reply = talk.ask("What causes headache?")

    assert leaked(model) == []
    assert len(model.asked) == 3
    assert reply.citations == ("plain-note:0-31",)


@pytest.mark.parametrize("privacy", ["block", "mask"])
def test_names_of_documents_stay_here(store: GraphStore, privacy: str) -> None:
    talk, model = conversation(store, privacy, HEADACHES, cite)

    reply = talk.ask(f"What does plain-note say of headache, and is {NAMED} about it?")

    assert model.asked[0][-1].text == "What does SOURCE-1 say of headache, and is SOURCE-2 about it?"
    assert "plain-note" not in sent(model)
    assert leaked(model) == []
    assert reply.citations == ("plain-note:0-31",)


def test_patients_and_encounters_are_known_whatever_they_look_like(store: GraphStore) -> None:
    @tool
    def run_query() -> str:
        """Rows of a query."""
        return f'1. "p-447198" | "visit-2019-03" | "Larkspur letters" | "{NAMED}"'

    talk, model = conversation(store, "mask", ("run_query", {}), "Patient [RECORD-1].", more=[run_query])

    assert talk.ask("Who?").text.startswith("Patient p-447198.")
    assert model.asked[1][-1].text == '1. "[RECORD-1]" | "[RECORD-2]" | "SOURCE-1" | "SOURCE-2"'
    blocked, model = conversation(store, "block", ("run_query", {}), "Never said.", more=[run_query])
    with pytest.raises(InputError, match="2 RECORD"):
        blocked.ask("Who?")
    assert leaked(model) == []


def test_allowed_text_goes_as_it_is(store: GraphStore) -> None:
    talk, model = conversation(store, "allow", CAUSES, f"Cisplatin [{CITED}].")
    talk.ask("What gave Mr. Quartermaine his fever?")
    assert leaked(model) == ["Quartermaine", "Ottoline", "03/14/2019", "quartermaine_zeb"]


def test_a_written_query_is_asked_for_in_masked_words_too(store: GraphStore) -> None:
    inner = ScriptedChatModel(lines=["MATCH (c:Concept) RETURN c.name LIMIT 1"])
    settings = load_settings(None, privacy="mask", **DICTIONARY)
    ask = question_tool(store, guarded(inner, store, settings), settings=SETTINGS)

    ask.invoke({"question": "How many fevers had Mr. Quartermaine?"})

    assert "had Mr. [NAME-1]?" in sent(inner)
    assert leaked(inner) == []


def test_nothing_of_ours_is_taken_for_an_identifier(store: GraphStore) -> None:
    detector = make_detector(load_settings(None))
    tools = toolkit(store, settings=SETTINGS)
    for text in (INSTRUCTIONS, *(one.description for one in tools)):
        assert detector.find(text) == []


def test_placeholders_that_a_document_has_itself_are_not_mixed_up_with_ours(store: GraphStore) -> None:
    inner = ScriptedChatModel(lines=["Of [NAME-1] and [NAME-2].", lambda said: f"Of {said[-1].text}"])
    model = guarded(inner, store, load_settings(None, privacy="mask", **DICTIONARY))
    first = [HumanMessage("[NAME-1] knows Mr. Vandermolen.")]

    answer = model.invoke(first)
    again = model.invoke([*first, answer, HumanMessage("[NAME-2], literally")])

    assert inner.asked[0][-1].text == "[NAME-1] knows Mr. [NAME-2]."
    assert answer.text == "Of [NAME-1] and Vandermolen."
    assert inner.asked[1][1].text == "Of [NAME-1] and [NAME-2]."
    assert inner.asked[1][2].text == "[NAME-3], literally"
    assert again.text == "Of [NAME-2], literally"


def test_what_is_no_text_is_not_sent(store: GraphStore) -> None:
    inner = ScriptedChatModel(lines=["Nothing."])
    model = guarded(inner, store, load_settings(None, privacy="mask", **DICTIONARY))
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    with pytest.raises(InputError, match="image_url"):
        model.invoke([HumanMessage([{"type": "text", "text": "Who?"}, picture])])
    assert inner.asked == []


def test_what_messages_carry_besides_their_words_is_left_out(store: GraphStore) -> None:
    inner = ScriptedChatModel(lines=["Fine."])
    model = guarded(inner, store, load_settings(None, privacy="mask", **DICTIONARY))
    calls = [{"name": "evidence", "args": {"about": ["Mr. Quartermaine"]}, "id": "call-1"}]
    model.invoke(
        [
            HumanMessage("Who?", name="Quartermaine", additional_kwargs={"of": "Ottoline"}),
            AIMessage(
                [{"type": "text", "text": "I look for Mr. Quartermaine."}],
                tool_calls=calls,
                additional_kwargs={"function_call": {"arguments": json.dumps(calls[0]["args"])}},
                response_metadata={"of": "Ottoline"},
            ),
            ToolMessage("Nothing.", tool_call_id="call-1", name="evidence", artifact={"of": "Mr. Quartermaine"}),
        ]
    )
    assert leaked(inner) == []
    assert inner.asked[0][1].tool_calls[0]["args"] == {"about": ["Mr. [NAME-1]"]}  # type: ignore[attr-defined]


def test_listeners_hear_the_words_and_not_the_placeholders(store: GraphStore) -> None:
    inner = ScriptedChatModel(lines=[CAUSES, cite])
    model = guarded(inner, store, load_settings(None, privacy="mask", **DICTIONARY))
    workflow = assistant(model, toolkit(store, settings=SETTINGS), store)
    asked: Any = {"messages": [HumanMessage("What gave Mr. Quartermaine his fever?")]}

    pieces: Any = workflow.stream(asked, stream_mode="messages")
    heard = "".join(message.text for message, _ in pieces)

    assert "Quartermaine" in heard
    assert "[NAME-1]" not in heard
