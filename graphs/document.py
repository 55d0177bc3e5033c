"""The document workflow: clean → select → extract → relate → normalize → validate → write, with a way back.

``graph`` is the compiled workflow as LangGraph's server and Studio load it.
"""

from __future__ import annotations

from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Checkpointer, RetryPolicy

from kg_builder.errors import TransientModelError
from kg_builder.graphs import nodes
from kg_builder.graphs.components import Components, Context
from kg_builder.graphs.state import Input, Output, State
from kg_builder.records import Document, DocumentGraph

Workflow = CompiledStateGraph[State, Context, Input, Output]

TRANSIENT = RetryPolicy(initial_interval=0.5, max_attempts=4, retry_on=TransientModelError)
"""Rate limits and dropped connections; a bad answer is the validate step's business."""


def document_workflow(checkpointer: Checkpointer = None) -> Workflow:
    """Compile the workflow."""
    builder = StateGraph(State, context_schema=Context, input_schema=Input, output_schema=Output)
    builder.add_node("clean", nodes.clean)
    builder.add_node("select", nodes.select)
    builder.add_node("extract", nodes.extract, retry_policy=TRANSIENT)
    builder.add_node("relate", nodes.relate, retry_policy=TRANSIENT)
    builder.add_node("normalize", nodes.normalize)
    builder.add_node("validate", nodes.validate)
    builder.add_node("write", nodes.write)
    builder.add_edge(START, "clean")
    builder.add_edge("clean", "select")
    builder.add_edge("select", "extract")
    builder.add_edge("extract", "relate")
    builder.add_edge("relate", "normalize")
    builder.add_edge("normalize", "validate")
    builder.add_conditional_edges("validate", _after_validation, ["extract", "relate", "write"])
    builder.add_edge("write", END)
    return builder.compile(checkpointer=checkpointer, name="document")


def read_document(document: Document, components: Components) -> DocumentGraph:
    """One document's part of the graph; written if `components` have a store. Raises KgBuilderError."""
    return run_document(graph, document, components)["graph"]


def run_document(workflow: Workflow, document: Document, components: Components) -> Output:
    """Run the workflow on one document. LangSmith sees nothing unless the settings let it."""
    from langsmith import tracing_context

    given: Input = {"document": document}
    context = Context(settings=components.settings, components=components)
    if components.settings.tracing:
        return _output(workflow.invoke(given, context=context))
    with tracing_context(enabled=False):
        return _output(workflow.invoke(given, context=context))


def _output(answer: dict[str, Any] | Any) -> Output:
    return Output(**answer)


def _after_validation(state: State) -> str:
    return state["next"]


graph = document_workflow()
