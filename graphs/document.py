"""The document workflow: clean → select → extract → relate → normalize → validate → write, with a way back.

``graph`` is the compiled workflow as LangGraph's server and Studio load it.
"""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import nullcontext
from typing import cast

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Checkpointer, RetryPolicy

from kg_builder.errors import TransientModelError
from kg_builder.graphs import nodes
from kg_builder.graphs.components import Components, Context
from kg_builder.graphs.review_node import ReviewNode
from kg_builder.graphs.state import (
    ExtractInput,
    Input,
    NormalizeInput,
    Output,
    SelectInput,
    State,
    Turn,
    ValidateInput,
    WriteInput,
)
from kg_builder.records import Confidence, Document, DocumentGraph

Workflow = CompiledStateGraph[State, Context, Input, Output]

TRANSIENT = RetryPolicy(initial_interval=0.5, max_attempts=4, retry_on=TransientModelError)
"""Rate limits and dropped connections; a bad answer is the validate step's business."""


def document_workflow(checkpointer: Checkpointer = None, *, review: Confidence | None = None) -> Workflow:
    """Compile the workflow.

    With `review`, it stops before it writes (LangGraph's ``interrupt``, which needs a checkpointer) where something was
    read with less confidence than this and nobody has decided about it yet: see `review_node.ReviewNode`, and
    `reviewing` for an easy way to run it.
    """
    builder = StateGraph(State, context_schema=Context, input_schema=Input, output_schema=Output)
    builder.add_node("clean", nodes.clean, input_schema=Input, retry_policy=TRANSIENT)
    builder.add_node("select", nodes.select, input_schema=SelectInput)
    builder.add_node("extract", nodes.extract, input_schema=ExtractInput, retry_policy=TRANSIENT)
    builder.add_node("relate", nodes.relate, input_schema=ExtractInput, retry_policy=TRANSIENT)
    builder.add_node("normalize", nodes.normalize, input_schema=NormalizeInput)
    builder.add_node("validate", nodes.validate, input_schema=ValidateInput)
    builder.add_node("write", nodes.write, input_schema=WriteInput)
    builder.add_edge(START, "clean")
    builder.add_edge("clean", "select")
    builder.add_edge("select", "extract")
    builder.add_edge("extract", "relate")
    builder.add_edge("relate", "normalize")
    builder.add_edge("normalize", "validate")
    turns: dict[Hashable, str] = {"extract": "extract", "relate": "relate", "write": "write"}
    if review is not None:
        builder.add_node("review", ReviewNode(review), input_schema=WriteInput)
        builder.add_edge("review", "write")
        turns["write"] = "review"
    builder.add_conditional_edges("validate", _after_validation, turns)
    builder.add_edge("write", END)
    return builder.compile(checkpointer=checkpointer, name="document")


def read_document(document: Document, components: Components) -> DocumentGraph:
    """One document's part of the graph; written if `components` have a store. Raises KgBuilderError."""
    return run_document(graph, document, components)["graph"]


def run_document(workflow: Workflow, document: Document, components: Components) -> Output:
    """Run the workflow on one document. LangSmith sees nothing unless the settings let it; the components' callbacks
    get LangGraph's events.
    """
    from langsmith import tracing_context

    context = Context(settings=components.settings, components=components)
    with nullcontext() if components.settings.tracing else tracing_context(enabled=False):
        return cast(
            "Output", workflow.invoke({"document": document}, {"callbacks": [*components.callbacks]}, context=context)
        )


def _after_validation(state: Turn) -> str:
    return state["next"]


graph = document_workflow()
