"""Enrichment where LangChain and LangGraph expect it: as a runnable, as a retriever, and as a node of a workflow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda
from pydantic import ConfigDict, SkipValidation

from kg_builder.graph_store import GraphStore
from kg_builder.retrieve.asked import Recognize
from kg_builder.retrieve.citations import citation
from kg_builder.retrieve.enriching import MAX_TOKENS, Enrichment, enrich, find_facts
from kg_builder.retrieve.facts import Fact, fact_of
from kg_builder.retrieve.sentences import find_sentences, telling_words
from kg_builder.stores.views import EvidenceView, Filter

_FACTS_LOOKED_AT = 50


def enrichment(
    store: GraphStore,
    *,
    recognize: Recognize | None = None,
    where: Filter | None = None,
    max_tokens: int = MAX_TOKENS,
) -> Runnable[str, Enrichment]:
    """A runnable from a question to its `Enrichment`, whose `context` goes into a prompt."""

    def run(question: str) -> Enrichment:
        return enrich(store, question, recognize=recognize, where=where, max_tokens=max_tokens)

    return RunnableLambda(run, name="enrichment")


class Enriched(TypedDict):
    """What `enrichment_node` adds to a workflow's state."""

    context: str


def enrichment_node(
    store: GraphStore,
    *,
    question: str = "question",
    recognize: Recognize | None = None,
    where: Filter | None = None,
    max_tokens: int = MAX_TOKENS,
) -> Runnable[Any, Enriched]:
    """A LangGraph node that reads the key `question` of the state, or its last message, and writes ``context``."""
    runnable = enrichment(store, recognize=recognize, where=where, max_tokens=max_tokens)

    def node(state: Any) -> Enriched:
        asked = state.get(question) or (state["messages"][-1].text if state.get("messages") else "")
        return {"context": runnable.invoke(str(asked)).context}

    return RunnableLambda(node, name="enrichment")


class GraphRetriever(BaseRetriever):
    """Evidence sentences about what a question names, best facts first, each sentence once.

    Where the graph doesn't have what the question names, or not all of it, sentences that have its words follow.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    store: SkipValidation[Any]
    """A `GraphStore`."""
    recognize: SkipValidation[Any] = None
    """`Recognize`, or None for the names of the graph alone."""
    where: Filter = Filter()
    k: int = 8
    """Sentences."""
    embeddings: SkipValidation[Any] = None
    """LangChain's `Embeddings`: sentences found by words are ranked by meaning too."""

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - its base class gives it
    ) -> list[LangChainDocument]:
        found = find_facts(self.store, query, recognize=self.recognize, where=self.where, max_facts=_FACTS_LOOKED_AT)
        sentences: dict[str, LangChainDocument] = {}
        for fact, item in _in_turn(list(found.facts)):
            sentences.setdefault(citation(item), _sentence(fact, item))
            if len(sentences) == self.k:
                break
        understood = found.understood
        if len(sentences) < self.k and (understood.unknown or not understood.concepts):
            for fact, item in self._by_words(query):
                sentences.setdefault(citation(item), _sentence(fact, item))
        return list(sentences.values())[: self.k]

    def _by_words(self, query: str) -> list[tuple[Fact, EvidenceView]]:
        hits = find_sentences(
            self.store, telling_words(query), limit=self.k, where=self.where, embeddings=self.embeddings
        )
        return [(fact_of(hit.relations[0]), hit.relations[0].evidence[0]) for hit in hits]


def _in_turn(facts: Sequence[Fact]) -> list[tuple[Fact, EvidenceView]]:
    """The first sentence of each fact, then the second of each."""
    longest = max((len(fact.evidence) for fact in facts), default=0)
    return [(fact, fact.evidence[turn]) for turn in range(longest) for fact in facts if turn < len(fact.evidence)]


def _sentence(fact: Fact, item: EvidenceView) -> LangChainDocument:
    start, end = item.sentence
    return LangChainDocument(
        page_content=item.sentence_text,
        metadata={
            "source": item.document,
            "start": start,
            "end": end,
            "citation": citation(item),
            "subject": fact.subject,
            "subject_name": fact.subject_name,
            "predicate": fact.predicate,
            "object": fact.object,
            "object_name": fact.object_name,
            "assertion": item.assertion.value,
            "confidence": item.confidence,
            "review": item.review.value,
        },
    )
