"""Tools that find and describe concepts."""

from __future__ import annotations

from kg_builder.graph_store import GraphStore
from kg_builder.retrieve.context import concept_name, one_line, within
from kg_builder.retrieve.facts import every_assertion, facts_of
from kg_builder.retrieve.naming import concept_named
from kg_builder.stores.views import ConceptHit, ConceptView, Filter
from kg_builder.text.counted import counted
from kg_builder.tools.answers import Answer, listed

_SHOWN = 12
"""Synonyms and cross-references that are listed."""


def find_concepts(
    store: GraphStore, where: Filter, text: str, *, type: str | None = None, limit: int = 10, max_tokens: int = 800
) -> Answer[list[ConceptHit]]:
    """Concepts by name, synonym or id, best first."""
    hits = list(store.search(text, limit=limit, type=type, where=every_assertion(where)))
    blocks = [[f"{number}. {_found(hit)}"] for number, hit in enumerate(hits, start=1)]
    return listed(blocks, hits, max_tokens, nothing=f"The graph has no concept like '{one_line(text)[:80]}'.")


def describe_concept(store: GraphStore, where: Filter, concept: str, *, max_tokens: int = 800) -> Answer[ConceptView]:
    """A concept with what the documents make of it."""
    view = concept_named(store, concept, where)
    relations = facts_of(store.neighbours(view.id, where=every_assertion(where)))
    lines = [f"{concept_name(view)}, {one_line(view.type)}" + ("" if view.linked else ", in no vocabulary")]
    if view.ancestor_only:
        lines.append("No document mentions it: it stands above narrower concepts that are mentioned.")
    else:
        lines.append(f"{counted(view.mentions, 'mention')} in {counted(view.documents, 'document')}")
    lines += _some("Called", view.synonyms_seen) + _some("Same as", view.xrefs) + _some("Narrower than", view.broader)
    counts: dict[str, int] = {}
    for fact in relations:
        predicate = one_line(fact.predicate)
        way = f"{predicate} others" if fact.subject == view.id else f"others {predicate} it"
        counts[way] = counts.get(way, 0) + 1
    lines += [f"Relations: {', '.join(f'{way}: {count}' for way, count in sorted(counts.items()))}"] if counts else []
    kept, _ = within([[line] for line in lines], max_tokens)
    return "\n".join(kept), view


def _found(hit: ConceptHit) -> str:
    concept = hit.concept
    told = "only narrower ones in the documents" if concept.ancestor_only else counted(concept.documents, "document")
    matched = "" if hit.matched == concept.name else f", as '{one_line(hit.matched)}'"
    return f"{concept_name(concept)}, {one_line(concept.type)}, {told}, likeness {hit.score:.2f}{matched}"


def _some(label: str, values: tuple[str, ...]) -> list[str]:
    if not values:
        return []
    more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return [f"{label}: {'; '.join(map(one_line, values[:_SHOWN]))}{more}"]
