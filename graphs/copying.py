"""A graph from one store into another: what the command ``kg-builder copy`` calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from kg_builder.graph_store import GraphStore
from kg_builder.records import Concept, DocumentGraph
from kg_builder.stores.views import ConceptView

TOGETHER = 100
"""Documents that are looked up and written at once."""


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
    decisions: int = 0
    """Of people, about mentions and relations."""
    hierarchy: bool | None = None
    """Whether the target's IS_A edges changed; None: the source has none, and the target's were left alone."""


def copy(source: GraphStore, target: GraphStore, *, on_documents: Callable[[Copied], None] = lambda _: None) -> Copied:
    """Put all documents of one store into another, with decisions, ledger, runs and hierarchy.

    What the target has besides stays. Documents that it has unchanged are passed over, so that a copy that was cut
    short goes on where it stopped. What undoing the source's last relinking needs isn't copied.
    """
    tally = Copied()
    with target.writing():
        decisions = list(source.decisions())
        target.decide(decisions)  # before the documents, which are then written as these leave them
        tally.decisions = len(decisions)
        failed = {failure.document_id for failure in target.failures()}
        for parts in _batches(source.parts()):
            known = target.fingerprints([part.document.id for part in parts])
            lacking = [p for p in parts if p.document.id in failed or known.get(p.document.id) != p.fingerprint]
            results = target.write_many(lacking)
            tally.documents += len(parts)
            tally.written += sum(result.written for result in results)
            tally.replaced += sum(result.replaced for result in results)
            tally.unchanged = tally.documents - tally.written
            on_documents(tally)
        for failure in source.failures():
            target.fail(failure)
            tally.failures += 1
        for run in source.runs():
            target.record_run(run)
            tally.runs += 1
        if source.rolled_up():
            tally.hierarchy = _copy_hierarchy(source, target)
    return tally


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
