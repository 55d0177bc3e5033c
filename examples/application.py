"""A LangGraph application: a letter is read into the graph by the document workflow, then a question is answered.

The document workflow is a node like any other. The model is a scripted one, so that this runs offline; put any
LangChain chat model in its place.
"""

from typing import TypedDict

from langgraph.graph import END, START, StateGraph

from kg_builder import Document
from kg_builder.graphs.components import Context, make_components
from kg_builder.graphs.document import document_workflow
from kg_builder.graphs.enrichment import enrichment_node
from kg_builder.records import DocumentGraph
from kg_builder.settings import Settings
from kg_builder.stores import open_store
from kg_builder.testing_chat import ScriptedChatModel


class State(TypedDict, total=False):
    """What the application's steps share; the document workflow takes `document` and gives `graph`."""

    document: Document
    graph: DocumentGraph
    question: str
    context: str
    answer: str


store = open_store(":memory:")
model = ScriptedChatModel(lines=["It INDUCES acute kidney injury [letter-1:0-54]."])


def answer(state: State) -> State:
    """Answer from the facts that the graph has."""
    return {"answer": model.invoke(f"{state['context']}\n\nAnswer with sources: {state['question']}").text}


builder = StateGraph(State, context_schema=Context)
builder.add_node("read", document_workflow())
builder.add_node("look_up", enrichment_node(store))
builder.add_node("answer", answer)
builder.add_edge(START, "read")
builder.add_edge("read", "look_up")
builder.add_edge("look_up", "answer")
builder.add_edge("answer", END)
application = builder.compile()

letter = Document(id="letter-1", text="Cisplatin induced acute kidney injury in two patients.")
asked: State = {"document": letter, "question": "What does cisplatin cause?"}
context = Context(components=make_components(Settings(), store=store))
for update in application.stream(asked, context=context, stream_mode="updates"):
    for node, state in update.items():
        print(f"{node}: {state.get('context') or state.get('answer') or 'done'}")
