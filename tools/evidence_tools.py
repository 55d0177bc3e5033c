"""The tool that finds evidence sentences by their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg_builder.graph_store import GraphStore
from kg_builder.records import Assertion
from kg_builder.retrieve.context import one_line, quotation
from kg_builder.retrieve.sentences import find_sentences
from kg_builder.stores.views import Filter, RelationView, SentenceHit
from kg_builder.tools.answers import Answer, listed

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings


def search_evidence(
    store: GraphStore,
    where: Filter,
    text: str,
    *,
    embeddings: Embeddings | None = None,
    limit: int = 10,
    max_tokens: int = 1500,
) -> Answer[list[SentenceHit]]:
    """Sentences that have words of the text, best first, each with what it states."""
    hits = list(find_sentences(store, text, limit=limit, where=where, embeddings=embeddings))
    blocks = [
        [f"{number}. {_quoted(hit)}", *(f"   - {_stated(one)}" for one in hit.relations)]
        for number, hit in enumerate(hits, start=1)
    ]
    return listed(blocks, hits, max_tokens, nothing="No sentence behind a relation of the graph has these words.")


def _quoted(hit: SentenceHit) -> str:
    """The sentence alone: each of its relations says what it asserts."""
    return quotation(hit.relations[0].evidence[0].model_copy(update={"assertion": Assertion.PRESENT}))


def _stated(relation: RelationView) -> str:
    said = ", ".join(assertion.value for assertion in relation.assertions)
    subject, object_ = f"{relation.subject_name} ({relation.subject})", f"{relation.object_name} ({relation.object})"
    return one_line(f"{subject} {relation.predicate} {object_}: {said}")
