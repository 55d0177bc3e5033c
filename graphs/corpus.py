"""The corpus workflow: any number of documents through the document workflow, in bounded windows.

A plain generator over windows rather than one LangGraph run over the corpus: with ``Send`` one failing
branch fails all the others, and the state would grow with the corpus.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Literal

from kg_builder.corpora.records import GoldDocument, Row, Unreadable
from kg_builder.errors import DocumentError, KgBuilderError, StoreError
from kg_builder.graphs.components import Components
from kg_builder.graphs.document import graph, run_document
from kg_builder.graphs.state import Output
from kg_builder.protocols import Failure
from kg_builder.records import Document, DocumentGraph, document_state

logger = logging.getLogger(__name__)

WINDOW = 64
"""Documents looked up in the store at once; what is held in memory beside the graph."""


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
    """Where there is no store to read it from."""


Process = Callable[[Document | GoldDocument, Components], Output]
"""Makes (and writes) the part of one document. Raises KgBuilderError."""


def by_workflow(item: Document | GoldDocument, components: Components) -> Output:
    """Read the text; gold annotations aren't looked at."""
    return run_document(graph, document_of(item), components)


def document_of(item: Document | GoldDocument) -> Document:
    """The document itself."""
    return item.document if isinstance(item, GoldDocument) else item


def run_corpus(
    items: Iterable[Row], components: Components, *, process: Process = by_workflow
) -> Iterator[DocumentReport]:
    """Read documents as they come, one report each, in order. A failing one never fails its neighbours.

    Unchanged documents are skipped; a repeated id is a failure of the later document. StoreErrors end
    the run: nothing could be written after them.
    """
    workers = components.settings.concurrency
    seen: set[str] = set()
    source = iter(items)
    with ThreadPoolExecutor(workers) if workers > 1 else nullcontext() as pool:
        while window := list(islice(source, max(WINDOW, 2 * workers))):
            yield from _window([_first_of_its_id(item, seen) for item in window], components, process, pool)


def _window(
    items: list[Row | Failure], components: Components, process: Process, pool: Executor | None
) -> Iterator[DocumentReport]:
    ids = [document_of(item).id for item in items if isinstance(item, Document | GoldDocument)]
    known = components.store.fingerprints(ids) if components.store is not None else {}
    run = partial(_report, components=components, process=process, known=known)
    yield from map(run, items) if pool is None else pool.map(run, items)


def _first_of_its_id(item: Row, seen: set[str]) -> Row | Failure:
    if isinstance(item, Unreadable):
        return item if item.lost != "document" else Failure(item.document_id, item.code, str(item))
    document_id = document_of(item).id
    if document_id in seen:
        message = "Another document of this run has the same id; only the first was read."
        return Failure(document_id, "duplicate-id", message)
    seen.add(document_id)
    return item


def _report(
    item: Row | Failure, *, components: Components, process: Process, known: Mapping[str, str]
) -> DocumentReport:
    if isinstance(item, Failure):
        return _failed(item, components)
    if isinstance(item, Unreadable):
        return DocumentReport(item.document_id, "noted", failure=Failure(item.document_id, item.code, str(item)))
    document = document_of(item)
    if known.get(document.id) == document_state(document, components.settings_hash):
        return DocumentReport(document.id, "unchanged")
    return _processed(item, document, components, process)


def _processed(
    item: Document | GoldDocument, document: Document, components: Components, process: Process
) -> DocumentReport:
    try:
        output = process(item, components)
    except StoreError:
        raise
    except DocumentError as error:
        return _failed(Failure(document.id, error.code, error.message), components)
    except KgBuilderError as error:
        return _failed(Failure(document.id, "step-failed", error.message), components)
    except Exception as error:  # noqa: BLE001 - the one boundary where a document's fault stops
        # Only the type: the message of an unforeseen error may quote the text.
        logger.error("document %s failed: %s", document.id, type(error).__name__)
        return _failed(Failure(document.id, "internal-error", type(error).__name__), components)
    part = output["graph"]
    rejects = Counter(issue.code for reject in part.rejects for issue in reject.issues[:1])
    return DocumentReport(
        document.id,
        "written",
        extracted=output["extracted"],
        written=output["accepted"],
        rejected=len(part.rejects),
        rejects_by_code=rejects,
        seconds=output["seconds"],
        unserved=part.selection.unserved,
        warnings=part.selection.warnings,
        graph=part if components.store is None else None,
    )


def _failed(failure: Failure, components: Components) -> DocumentReport:
    if components.store is not None:
        components.store.fail(failure)
    return DocumentReport(failure.document_id, "failed", failure=failure)
