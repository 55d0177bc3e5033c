"""Documents that were read one by one are written together: a transaction each costs a server more than what is in it.

None waits long, so that a process that dies loses little of its work, and none counts as written before it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from kg_builder.errors import StoreError
from kg_builder.graph_store import GraphStore

if TYPE_CHECKING:
    from collections.abc import Generator

    from kg_builder.graphs.corpus import DocumentReport

MOST = 64
"""Documents that wait at once."""
LONGEST_WAIT = 1.0
"""Seconds: one that took longer to read is written at once, with those that wait."""

OnFault = Callable[["DocumentReport", Exception], "DocumentReport"]
"""Makes a report of a document that can't be written."""


def written(reports: Generator[DocumentReport], store: GraphStore, on_fault: OnFault) -> Iterator[DocumentReport]:
    """The reports, in order, those with a graph once it is in the store. Raises StoreError."""
    waiting: list[DocumentReport] = []
    since = time.monotonic()
    with closing(reports):
        try:
            for report in reports:
                waiting.append(report)
                if report.graph is None or len(waiting) >= MOST or time.monotonic() - since >= LONGEST_WAIT:
                    ready, waiting = waiting, []
                    yield from _written(ready, store, on_fault)
                    since = time.monotonic()
        except GeneratorExit:
            raise
        except BaseException:  # what was read isn't lost with what came after it
            yield from _written(waiting, store, on_fault)
            raise
    yield from _written(waiting, store, on_fault)


def _written(reports: Iterable[DocumentReport], store: GraphStore, on_fault: OnFault) -> Iterator[DocumentReport]:
    reports = list(reports)
    read = [report for report in reports if report.graph is not None]
    try:
        done = _put(read, store)
    except StoreError:
        raise
    except Exception:  # noqa: BLE001 - one that can't be written doesn't keep the others from it
        done = [written_at_once(report, store, on_fault) for report in read]
    outcomes = iter(done)
    return (report if report.graph is None else next(outcomes) for report in reports)


def _put(reports: list[DocumentReport], store: GraphStore) -> list[DocumentReport]:
    """Each takes an equal share of the time."""
    begun = time.perf_counter()
    store.write_many(report.graph for report in reports if report.graph is not None)
    seconds = (time.perf_counter() - begun) / max(len(reports), 1)
    return [replace(report, graph=None, seconds={**report.seconds, "write": seconds}) for report in reports]


def written_at_once(report: DocumentReport, store: GraphStore, on_fault: OnFault) -> DocumentReport:
    """The report of a document that doesn't wait for others. Raises StoreError."""
    try:
        return _put([report], store)[0]
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 - see above
        return on_fault(report, error)
