"""The concept that somebody means by an id or a name."""

from __future__ import annotations

from collections.abc import Sequence

from kg_builder.errors import InputError
from kg_builder.graph_store import GraphStore
from kg_builder.retrieve.facts import every_assertion
from kg_builder.stores.search import search_key
from kg_builder.stores.views import ConceptHit, ConceptView, Filter

_ALIKE = 90
"""Likeness, of 100, of a name that is the one meant although its spelling differs: hyper- and hypotension have 87."""
_NEAREST = 5


def concept_named(store: GraphStore, text: str, where: Filter) -> ConceptView:
    """The concept of that id, or the one clearly called so. Raises InputError that tells the nearest names."""
    wanted, condition = text.strip(), every_assertion(where)
    if wanted and (found := store.concept(wanted, where=condition)) is not None:
        return found
    hits = store.search(wanted, limit=_NEAREST, where=condition) if wanted else []
    if not hits:
        raise InputError(f"The graph has no concept called '{_shown(wanted)}'.", hint="Search for another name.")
    if (meant := clearly_meant(wanted, hits)) is not None:
        return meant
    nearest = "; ".join(f"{hit.concept.name} ({hit.concept.id})" for hit in hits)
    raise InputError(
        f"The graph has no concept that is clearly called '{_shown(wanted)}'.", hint=f"Nearest: {nearest}. Give an id."
    )


def clearly_meant(text: str, hits: Sequence[ConceptHit]) -> ConceptView | None:
    """The concept that is called exactly so, or but for a typo and nearer than any other; None: it isn't clear.

    Of several that are called so, the one whose own name it is, then the one in most documents.
    """
    wanted = search_key(text)
    exact = [hit.concept for hit in hits if hit.score == 1]
    if exact:
        return min(exact, key=lambda view: (search_key(view.name) != wanted, -view.documents, view.id))
    from rapidfuzz import fuzz

    likeness = [fuzz.ratio(wanted, search_key(hit.matched)) for hit in hits]
    clear = likeness and likeness[0] >= _ALIKE and likeness[0] > max(likeness[1:], default=0)
    return hits[0].concept if clear else None


def _shown(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}…"
