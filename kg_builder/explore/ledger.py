"""What wasn't written and why, and how the runs went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from kg_builder.explore.json_answers import Answer
from kg_builder.graph_store import Failure, GraphStore
from kg_builder.records import Reject
from kg_builder.stores.views import RunRecord

Rejected = tuple[str, Reject]
"""With the id of its document."""


def ledger_answer(
    rejects: Iterable[Rejected],
    store: GraphStore,
    *,
    code: str | None = None,
    offset: int = 0,
    limit: int | None = None,
) -> Answer:
    """Rejected items, of one code if it is given, from `offset` on; all reasons counted; failed documents; runs."""
    counts: Counter[str] = Counter()
    chosen: list[Rejected] = []
    for item in rejects:
        codes = {issue.code for issue in item[1].issues}
        counts.update(codes)
        if code is None or code in codes:
            chosen.append(item)
    page = chosen[offset:] if limit is None else chosen[offset : offset + limit]
    return {
        "rejects": {"total": len(chosen), "by_code": _counted(counts), "items": [_reject(*item) for item in page]},
        "failures": [_failure(failure) for failure in store.failures()],
        "runs": [_run(run) for run in store.runs()],
    }


def _counted(counts: Counter[str]) -> Sequence[Answer]:
    return [{"code": c, "count": n} for c, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def _reject(document: str, reject: Reject) -> Answer:
    return {"document": document, **reject.model_dump(mode="json")}


def _failure(failure: Failure) -> Answer:
    return {
        "document": failure.document_id,
        "code": failure.code,
        "message": failure.message,
        "attempts": failure.attempts,
    }


def _run(run: RunRecord) -> Answer:
    return run.model_dump(mode="json")
