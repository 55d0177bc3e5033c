"""A chat over the graph: the model calls tools, and what it cites is looked up in the graph before you read it.

The model is a scripted one, so that this runs offline; put any tool-calling LangChain chat model in its place.
"""

from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import InMemorySaver

from kg_builder import Document, build
from kg_builder.graphs.assistant import assistant
from kg_builder.testing_chat import ScriptedChatModel
from kg_builder.tools import toolkit

store = build([Document(id="report-1", text="Cisplatin induced acute kidney injury in two patients.")]).store
model = ScriptedChatModel(
    lines=[
        ("what_induces", {"concept": "Acute Kidney Injury"}),
        "Cisplatin does [report-2:0-10].",  # invented: it goes back to the model
        "Cisplatin INDUCES it [report-1:0-54].",
    ]
)
workflow = assistant(model, toolkit(store), store, checkpointer=InMemorySaver())

for update in workflow.stream(
    {"messages": [HumanMessage("What causes acute kidney injury?")]},
    {"configurable": {"thread_id": "1"}},
    stream_mode="updates",
):
    for node, state in update.items():
        for message in state.get("messages", []):
            print(f"{node}: {message.text or message.tool_calls[0]['name']}")
