"""Questions to a graph one after another, each answered in view of those before: by a chat model, or without one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from itertools import count
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool
from langgraph.checkpoint.memory import InMemorySaver
from langsmith import tracing_context

from kg_builder.backends.chat_errors import as_model_error
from kg_builder.errors import KgBuilderError
from kg_builder.graph_store import GraphStore
from kg_builder.graphs.assistant import Assistant, assistant
from kg_builder.records import Record
from kg_builder.retrieve.asked import Recognize
from kg_builder.retrieve.citations import citations_in
from kg_builder.retrieve.enriching import MAX_TOKENS, Enrichment, enrich
from kg_builder.stores.views import ConceptView, Filter


class Reply(Record):
    """What a graph answers to a question."""

    question: str
    text: str
    citations: tuple[str, ...]
    """Keys of the sentences that it names."""
    enrichment: Enrichment | None = None
    """What was answered without a model."""


class Enquiry:
    """Answers by enrichment: the facts that bear on a question; one that names nothing is about what was named last."""

    def __init__(
        self,
        store: GraphStore,
        *,
        recognize: Recognize | None = None,
        where: Filter | None = None,
        max_tokens: int = MAX_TOKENS,
    ) -> None:
        self._store = store
        self._recognize = recognize
        self._where = where
        self._max_tokens = max_tokens
        self._named: Sequence[ConceptView] = ()

    def ask(self, question: str) -> Reply:
        """The context that a model would get."""
        found = enrich(
            self._store,
            question,
            recognize=self._recognize,
            where=self._where,
            max_tokens=self._max_tokens,
            about=self._named,
        )
        self._named = found.understood.concepts or self._named
        return Reply(question=question, text=found.context, citations=citations_in(found.context), enrichment=found)


class Conversation:
    """Answers by a chat model that asks the graph's tools; what it cites is looked up."""

    def __init__(
        self,
        model: BaseChatModel,
        tools: Sequence[BaseTool],
        store: GraphStore,
        *,
        where: Filter | None = None,
        tracing: bool = False,
    ) -> None:
        """`tools`: the toolkit of the same store and filter. `tracing`: let LangSmith see it, as it is set up to."""
        self._model = model
        self._tracing = tracing
        self._workflow: Assistant = assistant(model, tools, store, where=where, checkpointer=InMemorySaver())
        self._threads = count()
        self._at: RunnableConfig | None = None
        """Where the conversation stands: what broke off after that isn't part of it."""

    def ask(self, question: str) -> Reply:
        """The checked answer. Raises ModelError; the conversation is then as it was before the question."""
        at = self._at or {"configurable": {"thread_id": str(next(self._threads))}}
        asked: Any = {"messages": [HumanMessage(question)]}
        try:
            with nullcontext() if self._tracing else tracing_context(enabled=False):
                answer = self._workflow.invoke(asked, at)["messages"][-1].text
        except KgBuilderError:
            raise
        except Exception as error:  # noqa: BLE001 - every integration has errors of its own
            raise as_model_error(error, _name(self._model)) from None
        thread = {"configurable": {"thread_id": at["configurable"]["thread_id"]}}
        self._at = self._workflow.get_state(thread).config  # type: ignore[arg-type]
        return Reply(question=question, text=answer, citations=citations_in(answer))


def _name(model: BaseChatModel) -> str:
    return str(getattr(model, "model_name", None) or getattr(model, "model", None) or type(model).__name__)
