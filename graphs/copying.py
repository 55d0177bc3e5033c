"""A graph from one store into another: what the command ``kg-builder copy`` calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from kg_builder.protocols import GraphStore
from kg_builder.records import Concept, DocumentGraph
from kg_builder.stores.views import ConceptView

TOGETHER = 100
"""Documents whose fingerprints are asked for at once."""


@dataclass(slots=True)
class Copied:
    """What a copy came to so far."""

    documents: int = 0
    """Of the source that were looked at."""
    written: int = 0
    replaced: int = 0
    """Among those written: the target had another version."""
    unchanged: int = 0
    """The target had exactly this already."""
    failures: int = 0
    """Failed documents in the ledger."""
    runs: int = 0
    """Run records."""
    hierarchy: bool | None = None
    """Whether the target's IS_A edges changed; None: the source has none, and the target's were left alone."""


def copy(source: GraphStore, target: GraphStore, *, on_document: Callable[[Copied], None] = lambda _: None) -> Copied:
    """Put all documents of one store into another, one transaction a document, with ledger, runs and hierarchy.

    What the target has besides stays. Documents that it has unchanged are passed over, so that a copy that was cut
    short goes on where it stopped. What undoing the source's last relinking needs isn't copied.
    """
    tally = Copied()
    with target.writing():
        failed = {failure.document_id for failure in target.failures()}
        for parts in _batches(source.parts()):
            known = target.fingerprints([part.document.id for part in parts])
            for part in parts:
                there = known.get(part.document.id) == part.fingerprint and part.document.id not in failed
                _put(part, target, tally, there=there)
                on_document(tally)
        for failure in source.failures():
            target.fail(failure)
            tally.failures += 1
        for run in source.runs():
            target.record_run(run)
            tally.runs += 1
        if source.rolled_up():
            tally.hierarchy = _copy_hierarchy(source, target)
    return tally


def _put(part: DocumentGraph, target: GraphStore, tally: Copied, *, there: bool) -> None:
    tally.documents += 1
    if not there:
        result = target.write(part)
        tally.written += result.written
        tally.replaced += result.replaced
        there = not result.written
    tally.unchanged += there


def _batches(parts: Iterator[DocumentGraph]) -> Iterator[list[DocumentGraph]]:
    while batch := list(islice(parts, TOGETHER)):
        yield batch


def _copy_hierarchy(source: GraphStore, target: GraphStore) -> bool:
    """The IS_A edges of both: the target may have documents of its own under a hierarchy."""
    broader: dict[str, tuple[str, ...]] = {}
    described: dict[str, Concept] = {}
    for store in (target, source):  # the source's word counts where both describe a concept
        for views in (store.ancestors(), store.concepts()):
            for view in views:
                broader[view.id] = tuple(sorted({*broader.get(view.id, ()), *view.broader}))
                described[view.id] = _concept(view)
    return target.roll_up(broader, described.values())


def _concept(view: ConceptView) -> Concept:
    return Concept(id=view.id, name=view.name, type=view.type, linked=view.linked, xrefs=view.xrefs)
