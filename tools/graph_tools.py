"""Tools about the graph as a whole, and about plain questions."""

from __future__ import annotations

from collections.abc import Mapping

from kg_builder.graph_store import GraphStore
from kg_builder.retrieve.asked import Recognize
from kg_builder.retrieve.context import one_line
from kg_builder.retrieve.enriching import Enrichment, enrich
from kg_builder.stores.views import Filter, Statistics
from kg_builder.text.counted import counted
from kg_builder.tools.answers import Answer

_LISTED = 40
"""Types and predicates."""


def graph_overview(store: GraphStore, where: Filter) -> Answer[Statistics]:
    """Counts, with the types of concepts and the relations there are."""
    counts = store.statistics(where)
    lines = [
        f"{counted(counts.documents, 'document')}, {counted(counts.concepts, 'concept')} "
        f"({counts.concepts_unlinked} in no vocabulary), {counted(counts.mentions, 'mention')}, "
        f"{counted(counts.relations, 'relation')} (one a document and assertion)",
        f"Types of concepts: {_counted(counts.concepts_by_type)}",
        f"Relations: {_counted(counts.relations_by_predicate)}",
        f"Assertions of relations: {_counted(counts.relations_by_assertion)}",
    ]
    if store.rolled_up():
        lines.append(f"Hierarchy: {counts.broader} IS_A edges up to {counts.ancestors} broader concepts")
    return "\n".join(lines), counts


def facts_about(
    store: GraphStore, where: Filter, question: str, *, recognize: Recognize | None = None, max_tokens: int = 1500
) -> Answer[Enrichment]:
    """The facts that bear on a question, numbered, with their sources."""
    found = enrich(store, question, recognize=recognize, where=where, max_tokens=max_tokens)
    left = f"\n… and {found.left_out} more: ask with more max_tokens." if found.left_out else ""
    return found.context + left, found


def _counted(counts: Mapping[str, int]) -> str:
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    more = f" and {len(most) - _LISTED} more" if len(most) > _LISTED else ""
    return ", ".join(f"{one_line(name)} {count}" for name, count in most[:_LISTED]) + more or "none"
