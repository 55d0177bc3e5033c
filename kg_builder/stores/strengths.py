"""How strongly documents state relations, without the sentences. Nothing here reads a store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from math import fsum
from typing import NamedTuple

from kg_builder.stores.views import PLAIN_ASSERTIONS, RelationView

NO_CONFIDENCE = 0.5
"""What a statement without a confidence counts."""
NOT_PLAIN = 0.1
"""What one counts that is denied, about the family or about what may come."""

Ends = tuple[str, str, str]
"""Subject, predicate, object."""


class Statement(NamedTuple):
    """That a document states a relation."""

    ends: Ends
    document: str
    counts: float


def statement(ends: Ends, document: str, assertion: str, confidence: float | None) -> Statement:
    """One with what it counts by its assertion and confidence."""
    counts = (NO_CONFIDENCE if confidence is None else confidence) if assertion in PLAIN_ASSERTIONS else NOT_PLAIN
    return Statement(ends, document, counts)


def statements_of(views: Iterable[RelationView]) -> Iterator[Statement]:
    """The statements of relations that were read with their evidence: as sure as the surest of their sentences."""
    confidences: dict[tuple[Ends, str, str], float | None] = {}
    for view in views:
        ends = (view.subject, view.predicate, view.object)
        for item in view.evidence:
            key = (ends, item.document, item.assertion)
            given = [one for one in (confidences.get(key), item.confidence) if one is not None]
            confidences[key] = max(given, default=None)
    return (statement(*key, confidence) for key, confidence in confidences.items())


def summed(statements: Iterable[Statement]) -> dict[Ends, float]:
    """For each relation the sum over its documents, each by its strongest statement; in order of ends.

    Sums are exact, so that they don't depend on the order in which a store has the statements.
    """
    documents: defaultdict[Ends, dict[str, float]] = defaultdict(dict)
    for ends, document, counts in statements:
        known = documents[ends]
        known[document] = max(counts, known.get(document, 0.0))
    return {ends: fsum(documents[ends].values()) for ends in sorted(documents)}
