"""What a run says in the log: ids, codes, times and counts; no text, and no message that might quote one."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg_builder.graphs.corpus import DocumentReport
    from kg_builder.stores.views import RunRecord

logger = logging.getLogger("kg_builder.run")
steps = logging.getLogger("kg_builder.step")


@dataclass(slots=True)
class Timer:
    """How long a step took."""

    seconds: float = 0.0


def log_start(run: str) -> None:
    """A run begins."""
    logger.info("run started", extra={"event": "run-started", "run": run})


def log_report(report: DocumentReport, run: str) -> None:
    """What became of a document."""
    counts = {"extracted": report.extracted, "written": report.written, "rejected": report.rejected}
    logger.info(
        "document %s",
        report.status,
        extra={
            "event": "document",
            "run": run,
            "document": report.document_id,
            "status": report.status,
            "code": None if report.failure is None else report.failure.code,
            "seconds": sum(report.seconds.values()) or None,
            "counts": counts if report.status == "written" else None,
        },
    )


def log_end(run: RunRecord) -> None:
    """A run is over, one way or another."""
    counts = {name: getattr(run, name) for name in ("read", "written", "unchanged", "failed", "noted")}
    for usage in run.usage.values():
        for name in ("requests", "input_tokens", "output_tokens"):
            counts[name] = counts.get(name, 0) + getattr(usage, name)
    logger.info("run %s", run.ended, extra={"event": "run-ended", "run": run.id, "status": run.ended, "counts": counts})


@contextmanager
def logged_step(name: str, state: Any) -> Iterator[Timer]:
    """Time a step of a document, and tell at DEBUG that it is done or with which kind of error it failed."""
    timer = Timer()
    begun = time.perf_counter()
    failed: str | None = None
    try:
        yield timer
    except Exception as error:
        failed = type(error).__name__
        raise
    finally:
        timer.seconds = time.perf_counter() - begun
        if steps.isEnabledFor(logging.DEBUG):
            fields = {"event": "step", "document": _document_id(state), "step": name, "error": failed}
            told = "step done" if failed is None else "step failed"
            steps.debug(told, extra={**fields, "seconds": timer.seconds})


def _document_id(state: Any) -> str | None:
    """Of the document that a node's slice of the state is about."""
    given = state.get("document") or getattr(state.get("graph"), "document", None)
    found = given.get("id") if isinstance(given, dict) else getattr(given, "id", None)
    return found if isinstance(found, str) else None
