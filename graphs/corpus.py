"""The corpus workflow: any number of documents through the document workflow, in bounded windows.

A plain generator over windows rather than one LangGraph run over the corpus: with ``Send`` one failing
branch fails all the others, and the state would grow with the corpus.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Literal

from kg_builder.backends.spending import BUDGET_SPENT
from kg_builder.corpora.records import GoldDocument, Row, Unreadable
from kg_builder.deadlines import time_limit
from kg_builder.errors import (
    BackendUnavailableError,
    DocumentError,
    KeyRefusedError,
    KgBuilderError,
    MissingExtraError,
    StoreError,
    TransientModelError,
)
from kg_builder.graph_store import Failure, GraphStore
from kg_builder.graphs.attempts import Known, interrupted_states, known_in
from kg_builder.graphs.components import Components
from kg_builder.graphs.document import graph, run_document
from kg_builder.graphs.run_control import RunControl
from kg_builder.graphs.state import Output
from kg_builder.graphs.writing import written, written_at_once
from kg_builder.privacy.gate import IDENTIFIERS_FOUND
from kg_builder.records import Document, DocumentGraph, document_state

logger = logging.getLogger(__name__)

WINDOW = 64
"""Documents looked up in the store at once; what is held in memory beside the graph."""
UNAVAILABLE = "backend-unavailable"
"""Code of a failure that is no fault of the document: the next run tries it again, however often."""
_GLANCE = 0.5
"""Seconds: where waiting for a thread can't be interrupted, a signal is seen this much later at most."""


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """What became of one document."""

    document_id: str
    status: Literal["written", "unchanged", "failed", "noted"]
    """``noted``: no document, but a file passed over, or an annotation or metadata field that could not be read."""
    extracted: int = 0
    """Items: mentions and relation mentions that the extractors gave."""
    written: int = 0
    rejected: int = 0
    rejects_by_code: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Time by step."""
    failure: Failure | None = None
    unserved: tuple[str, ...] = ()
    """`Selection.unserved`."""
    warnings: tuple[str, ...] = ()
    """`Selection.warnings`."""
    graph: DocumentGraph | None = None
    """Where it isn't in a store."""
    known: bool = False
    """Whether the store had its failure before."""


Process = Callable[[Document | GoldDocument, Components], Output]
"""Makes the part of one document, and may write it. Raises KgBuilderError."""
Reports = Generator[DocumentReport]
Rows = Iterator[tuple[Row | Failure, Known]]


def by_workflow(item: Document | GoldDocument, components: Components) -> Output:
    """Read the text; gold annotations aren't looked at."""
    return run_document(graph, document_of(item), components)


def document_of(item: Document | GoldDocument) -> Document:
    """The document itself."""
    return item.document if isinstance(item, GoldDocument) else item


def run_corpus(
    items: Iterable[Row],
    components: Components,
    *,
    process: Process = by_workflow,
    control: RunControl | None = None,
) -> Reports:
    """Read documents as they come, one report each, in order. A failing one never fails its neighbours.

    Unchanged documents are skipped, and those that failed too often; a repeated id is a failure of the later
    document. StoreErrors end the run, as nothing could be written after them, and so does a KeyRefusedError, which all
    others would meet. `control` may end it early.
    """
    control = control or RunControl()
    workers = components.settings.concurrency
    rows = _looked_up(items, components, control, window=max(WINDOW, 2 * workers))
    read = partial(report_of, components=components, process=process)
    reports = _one_by_one(rows, read) if workers == 1 else _concurrently(rows, read, workers, control)
    kept = reports if components.store is None else written(reports, components.store, partial(_unwritten, components))
    for report in kept:
        if components.store is not None and report.status == "failed" and not report.known:
            _note(report.failure, components.store)
        code = report.failure.code if report.failure is not None else ""
        control.saw(unavailable=code == UNAVAILABLE, written=report.status == "written")
        yield report


def _looked_up(items: Iterable[Row], components: Components, control: RunControl, *, window: int) -> Rows:
    """Rows with what the store knows of them, until the run is to end; each is taken when it is to be begun."""
    seen: set[str] = set()
    source = iter(items)
    suspects = interrupted_states(components.store)
    patience = components.settings.breaker_patience
    while rows := [first_of_its_id(item, seen) for item in islice(source, window)]:
        documents = [document_of(item) for item in rows if isinstance(item, Document | GoldDocument)]
        known = known_in(components.store, documents, suspects=suspects, retry_failed=control.retry_failed)
        control.begin(known.begun(documents, components.settings_hash))
        for item in rows:
            if not control.goes_on(components.breakers, patience):
                return
            yield item, known


def _one_by_one(rows: Rows, read: Callable[..., DocumentReport]) -> Reports:
    for item, known in rows:
        yield read(item, known=known)


def _concurrently(rows: Rows, read: Callable[..., DocumentReport], workers: int, control: RunControl) -> Reports:
    """Several at once; reports come in order. A document that was in progress when a process died is read alone."""
    pool = ThreadPoolExecutor(workers)
    at_once = False
    begun: deque[Future[DocumentReport | None]] = deque()

    def read_unless_ended(item: Row | Failure, known: Known) -> DocumentReport | None:
        return read(item, known=known) if control.ended is None else None

    try:
        for item, known in rows:
            alone = isinstance(item, Document | GoldDocument) and known.cut_off(document_of(item))
            while begun and (alone or begun[0].done() or len(begun) >= 2 * workers):
                yield from _awaited(begun.popleft())
            if alone:
                yield read(item, known=known)
            else:
                begun.append(pool.submit(read_unless_ended, item, known))
        for future in begun:
            yield from _awaited(future)
    except KeyboardInterrupt:
        at_once = True
        raise
    finally:
        pool.shutdown(wait=not at_once, cancel_futures=True)


def _awaited(future: Future[DocumentReport | None]) -> Reports:
    """The report, if the document was begun at all."""
    while not future.done():
        wait((future,), timeout=_GLANCE)
    if (report := future.result()) is not None:
        yield report


def first_of_its_id(item: Row, seen: set[str]) -> Row | Failure:
    """The row, or why it isn't read: another of this run has its id (those in `seen`, to which it is added)."""
    if isinstance(item, Unreadable):
        return item if item.lost != "document" else Failure(item.document_id, item.code, str(item))
    document_id = document_of(item).id
    if document_id in seen:
        message = "Another document of this run has the same id; only the first was read."
        return Failure(document_id, "duplicate-id", message)
    seen.add(document_id)
    return item


def report_of(
    item: Row | Failure, components: Components, *, process: Process = by_workflow, known: Known | None = None
) -> DocumentReport:
    """Read one document, unless the store knows it as it is or it failed too often, and keep what became of it.

    Raises StoreError only.
    """
    if isinstance(item, Failure):
        return _failed(item)
    if isinstance(item, Unreadable):
        return DocumentReport(item.document_id, "noted", failure=Failure(item.document_id, item.code, str(item)))
    known = known or Known()
    document = document_of(item)
    state = document_state(document, components.settings_hash)
    if known.fingerprints.get(document.id) == state:
        return DocumentReport(document.id, "unchanged")
    if (left_out := known.left_out(document, state, components.settings.document_attempts)) is not None:
        return DocumentReport(document.id, "failed", failure=left_out, known=True)
    suspected = known.suspected(document, state, alone=components.settings.concurrency == 1)
    if components.store is not None and suspected is not None:
        components.store.fail(suspected)
    report = _processed(item, components, process, Failure(document.id, "", "", state, known.attempts(document, state)))
    if components.store is None or suspected is None or report.graph is None:
        return report
    # what is noted as cut off would count as having killed the process if that died now
    return written_at_once(report, components.store, partial(_unwritten, components))


def _processed(
    item: Document | GoldDocument, components: Components, process: Process, tried: Failure
) -> DocumentReport:
    """`tried`: a failure yet without a reason, with the attempts before this one."""
    try:
        with time_limit(components.settings.document_timeout):
            output = process(item, components.without_store())
    except (StoreError, KeyRefusedError):
        raise
    except Exception as error:  # noqa: BLE001 - the one boundary where a document's fault stops
        return _failed(_failure(tried, error))
    part = output["graph"]
    rejects = Counter(issue.code for reject in part.rejects for issue in reject.issues[:1])
    return DocumentReport(
        tried.document_id,
        "written",
        extracted=output["extracted"],
        written=output["accepted"],
        rejected=len(part.rejects),
        rejects_by_code=rejects,
        seconds=output["seconds"],
        unserved=part.selection.unserved,
        warnings=part.selection.warnings,
        graph=None if "result" in output else part,
    )


def _unwritten(components: Components, report: DocumentReport, error: Exception) -> DocumentReport:
    """What becomes of a document whose part the store doesn't take."""
    assert report.graph is not None
    state = document_state(report.graph.document, components.settings_hash)
    return _failed(_failure(Failure(report.document_id, "", "", state), error))


def _failure(tried: Failure, error: Exception) -> Failure:
    """What goes to the ledger.

    A fault of the moment isn't the document's, nor is what the user hasn't allowed or installed: these aren't counted.
    """
    message, code = str(error), "step-failed"
    if isinstance(error, KgBuilderError):
        message = error.message
    else:
        # Only the type: the message of an unforeseen error may quote the text.
        code, message = "internal-error", type(error).__name__
        known = {"event": "unforeseen", "document": tried.document_id, "error": message}
        logger.error("document %s failed: %s", tried.document_id, message, extra=known)
    if isinstance(error, DocumentError):
        code = error.code
    elif isinstance(error, TransientModelError | BackendUnavailableError):
        code = UNAVAILABLE
    own = code not in {UNAVAILABLE, "remote-not-allowed", IDENTIFIERS_FOUND, BUDGET_SPENT} and not isinstance(
        error, MissingExtraError
    )
    return Failure(tried.document_id, code, message, tried.state, tried.attempts + own)


def _note(failure: Failure | None, store: GraphStore) -> None:
    """What was read before it is written by now, which may have the same id: a part that is written clears it."""
    assert failure is not None, "what failed has a reason"
    store.fail(failure)


def _failed(failure: Failure) -> DocumentReport:
    return DocumentReport(failure.document_id, "failed", failure=failure)
