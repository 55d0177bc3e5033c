"""IS_A edges for a graph: from its concepts up to everything broader, as a terminology has it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from kg_builder.graph_store import GraphStore
from kg_builder.records import Concept
from kg_builder.settings import Settings
from kg_builder.stores.views import EVERYTHING


class Hierarchy(Protocol):
    """What is asked of a terminology, or of a stack of several."""

    def broader(self, identifier: str) -> Sequence[str]:
        """Ids of the next broader concepts."""
        ...

    @property
    def concept(self) -> Callable[[str], Concept | None]:
        """A concept by its id."""
        ...


@dataclass(frozen=True, slots=True)
class RollUp:
    """What a roll-up came to."""

    changed: bool
    """False: the graph already had exactly these edges."""
    concepts: int
    """Concepts of documents that something broader was found for."""
    without: int
    """Linked concepts of documents that the terminology has nothing broader for."""
    ancestors: int
    """Concepts that are there for the hierarchy alone."""
    edges: int


def roll_up(store: GraphStore, terminology: Hierarchy) -> RollUp:
    """Give a graph the IS_A edges of its concepts and of all their ancestors, in the place of those it had.

    Equal graphs and terminologies give equal edges, in whatever order the documents came.
    """
    present = [view.id for view in store.concepts() if view.linked]
    broader, above = _closure(present, terminology)
    changed = store.roll_up(broader, above.values())
    placed = sum(concept_id in broader for concept_id in present)
    counts = store.statistics(EVERYTHING)
    return RollUp(changed, placed, len(present) - placed, counts.ancestors, counts.broader)


def keep_rolled_up(store: GraphStore, settings: Settings) -> RollUp | None:
    """After documents were written: the roll-up of a graph that has one or that is to get one; None: neither."""
    if not settings.roll_up and not store.rolled_up():
        return None
    from kg_builder.terminology.stack import open_terminologies

    return roll_up(store, open_terminologies(settings.terminologies))


def _closure(present: Sequence[str], terminology: Hierarchy) -> tuple[dict[str, list[str]], dict[str, Concept]]:
    """The next broader ids of these concepts and of all above them, and what those above are."""
    broader: dict[str, list[str]] = {}
    above: dict[str, Concept] = {}
    waiting, seen = list(present), set(present)
    while waiting:
        child = waiting.pop()
        for parent in terminology.broader(child):
            described = above.get(parent) or terminology.concept(parent)
            if described is None or described.id != parent:
                continue
            above[parent] = described
            broader.setdefault(child, []).append(parent)
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return broader, above
