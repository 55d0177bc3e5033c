"""Reading a document with people in the loop: the workflow stops before it writes, and goes on with their decisions."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command

from kg_builder.errors import InputError
from kg_builder.graphs.components import Components, Context
from kg_builder.graphs.document import Workflow
from kg_builder.graphs.state import Output
from kg_builder.records import Document
from kg_builder.review import Decision, Item


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document that isn't written yet: people are to decide about these."""

    document_id: str
    items: tuple[Item, ...]


def read_for_review(
    workflow: Workflow, document: Document, components: Components, *, thread_id: str
) -> Output | Waiting:
    """Read a document up to what people must decide; all of it where there is nothing.

    `workflow`: ``document_workflow(checkpointer, review=threshold)``. `thread_id` names the document's place in the
    checkpointer, at which `resume_review` goes on, in this process or in a later one. Raises KgBuilderError.
    """
    return _run(workflow, {"document": document}, components, thread_id)


def resume_review(
    workflow: Workflow, decisions: Iterable[Decision], components: Components, *, thread_id: str
) -> Output | Waiting:
    """Go on with the decisions, one or none an item: they are kept in the store, and the part is written as they
    leave it. Raises InputError for decisions about another document; it can then be resumed again.
    """
    return _run(workflow, Command(resume=list(decisions)), components, thread_id)


def _run(workflow: Workflow, given: Any, components: Components, thread_id: str) -> Output | Waiting:
    """LangSmith sees nothing unless the settings let it."""
    from langsmith import tracing_context

    config: RunnableConfig = {"callbacks": [*components.callbacks], "configurable": {"thread_id": thread_id}}
    context = Context(settings=components.settings, components=components)
    with nullcontext() if components.settings.tracing else tracing_context(enabled=False):
        output: Any = workflow.invoke(given, config, context=context)
    for waiting in output.get("__interrupt__", ()):
        asked = waiting.value
        if "problem" in asked:
            raise InputError(asked["problem"])
        return Waiting(asked["document"], tuple(Item.model_validate(item) for item in asked["items"]))
    return output  # type: ignore[no-any-return]
