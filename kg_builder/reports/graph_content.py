"""What a graph holds, gathered for a report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from kg_builder.graph_store import Failure, GraphStore
from kg_builder.records import Confidence, Reject
from kg_builder.stores.views import UNREJECTED, EvidenceView, Origins, Statistics

BEST = 20
"""Relations that are shown."""
EXAMPLES = 5
"""Rejects, or failed documents, that are shown of each code."""

Ends = tuple[str, str, str]


class Best(NamedTuple):
    """A relation that many documents state, with one sentence that does."""

    ends: Ends
    subject_name: str
    object_name: str
    support: int
    """Documents that state it and that nobody rejected it in."""
    confidence: Confidence | None
    """Highest."""
    example: EvidenceView | None


class Rejected(NamedTuple):
    """A rejected item with its document."""

    document: str
    reject: Reject


@dataclass(slots=True)
class Ledger:
    """What wasn't written, by code."""

    rejects: Counter[str] = field(default_factory=Counter)
    """By the code of the first issue, as runs count them."""
    examples: dict[str, list[Rejected]] = field(default_factory=lambda: defaultdict(list))
    """A few of each code, no text twice."""
    failures: dict[str, list[Failure]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True)
class GraphContent:
    """A graph as it stands, which may be of several runs."""

    statistics: Statistics
    """Of all assertions, without what people rejected."""
    best: Sequence[Best]
    """Best supported first."""
    origins: Origins
    ledger: Ledger


def graph_content(store: GraphStore) -> GraphContent:
    """Everything that a report tells of a graph."""
    best = [found for ends in store.best_supported(limit=BEST) if (found := _best(store, ends)) is not None]
    return GraphContent(store.statistics(UNREJECTED), best, store.origins(), _ledger(store))


def _best(store: GraphStore, ends: Ends) -> Best | None:
    view = store.relation(*ends)
    if view is None:  # somebody has just taken it out
        return None
    surest = max(view.evidence, key=lambda item: item.confidence or 0.0, default=None)
    return Best(ends, view.subject_name, view.object_name, len(view.documents), view.confidence, surest)


def _ledger(store: GraphStore) -> Ledger:
    ledger = Ledger()
    shown: set[tuple[str, str | None]] = set()
    for document, reject in store.rejects():
        code = reject.issues[0].code
        ledger.rejects[code] += 1
        if len(examples := ledger.examples[code]) < EXAMPLES and (code, reject.text) not in shown:
            shown.add((code, reject.text))
            examples.append(Rejected(document, reject))
    for failure in store.failures():
        ledger.failures[failure.code].append(failure)
    return ledger
