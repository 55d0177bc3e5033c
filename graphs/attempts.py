"""What earlier runs tell of documents: which are done, which failed how often, which may have killed a process.

An attempt is noted before it is made only for a document that was in progress when a process died: for all of them that
would be a commit more a document. So each run keeps the states of the documents that it is at in its record, once a
window. Those of a run that never ended are suspects: the next run notes each of them as cut off before it reads it,
and reads those alone that were cut off so, which then counts as an attempt, until only the one that kills is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kg_builder.graph_store import Failure, GraphStore
from kg_builder.records import Document, document_state

CUT_OFF = "cut-off"
SET_ASIDE = "set-aside"
_BEGINNING = 16
"""Characters of a state that tell documents apart."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of some documents."""

    fingerprints: Mapping[str, str] = field(default_factory=dict)
    """Of those that are in the graph."""
    failures: Mapping[str, Failure] = field(default_factory=dict)
    """Of those that failed."""
    suspects: frozenset[str] = frozenset()
    """See `interrupted_states`."""
    retry_failed: bool = False
    """Begin to count anew."""

    def attempts(self, document: Document, state: str) -> int:
        """How often the document has failed in this state."""
        failure = self.failures.get(document.id)
        return 0 if failure is None or self.retry_failed or failure.state != state else failure.attempts

    def left_out(self, document: Document, state: str, limit: int) -> Failure | None:
        """Why the document isn't tried again; None: it is."""
        attempts = self.attempts(document, state)
        if attempts < limit:
            return None
        message = (
            f"Failed {attempts} times with these settings, last with '{self.failures[document.id].code}'; it is "
            "tried again when it or the settings change, or with --retry-failed."
        )
        return Failure(document.id, SET_ASIDE, message, state, attempts)

    def cut_off(self, document: Document) -> bool:
        """Whether a process ended while it read the document, or a few of which it is one."""
        failure = self.failures.get(document.id)
        return failure is not None and failure.code == CUT_OFF

    def suspected(self, document: Document, state: str, *, alone: bool) -> Failure | None:
        """What is to be noted before the document is read: it may end the process. None: nothing.

        `alone`: no other is read meanwhile, so that it would be its fault.
        """
        cut_off = self.cut_off(document)
        if state[:_BEGINNING] not in self.suspects and not cut_off:
            return None
        message = "The process ended while the document was being read."
        return Failure(document.id, CUT_OFF, message, state, self.attempts(document, state) + (alone or cut_off))

    def begun(self, documents: Sequence[Document], settings_hash: str) -> tuple[str, ...]:
        """For `RunRecord.in_progress`: those of the documents that aren't in the graph as they are."""
        states = ((document.id, document_state(document, settings_hash)) for document in documents)
        return tuple(state[:_BEGINNING] for name, state in states if self.fingerprints.get(name) != state)


def known_in(
    store: GraphStore | None, documents: Sequence[Document], *, suspects: frozenset[str], retry_failed: bool
) -> Known:
    """What the store knows of the documents."""
    if store is None:
        return Known(retry_failed=retry_failed)
    ids = [document.id for document in documents]
    failures = {failure.document_id: failure for failure in store.failures(ids)}
    return Known(store.fingerprints(ids), failures, suspects, retry_failed)


def interrupted_states(store: GraphStore | None) -> frozenset[str]:
    """Beginnings of the states of documents that were in progress in runs that never ended."""
    if store is None:
        return frozenset()
    return frozenset(state for run in store.runs() if run.ended is None for state in run.in_progress)
