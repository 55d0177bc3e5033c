"""What the database keeps beside the graph: failed documents, runs, what was linked again."""

from __future__ import annotations

import json
from collections.abc import Iterable

from kg_builder.graph_store import Failure
from kg_builder.stores.neo4j.asking import Transaction, rows
from kg_builder.stores.views import RunRecord

_FAILURES = """
MATCH (f:KgBuilderFailure) {where}
RETURN f.document_id, f.code, f.message, f.state, f.attempts ORDER BY f.document_id
"""
_RUNS = "MATCH (r:KgBuilderRun) RETURN r.body ORDER BY r.started, r.id"
_RELINKED = "MATCH (e:KgBuilderEarlierLinks) RETURN e.document ORDER BY e.document"


def failures(tx: Transaction, document_ids: Iterable[str] | None) -> list[Failure]:
    """In order of document; of all documents, or of those named."""
    if document_ids is None:
        found = rows(tx, _FAILURES.format(where=""))
    else:
        found = rows(tx, _FAILURES.format(where="WHERE f.document_id IN $ids"), ids=list(document_ids))
    return [Failure(*row) for row in found]


def runs(tx: Transaction) -> list[RunRecord]:
    """Oldest first."""
    return [RunRecord.model_validate(json.loads(row[0])) for row in rows(tx, _RUNS)]


def relinked(tx: Transaction) -> list[str]:
    """Ids of the documents whose earlier links are kept, in order."""
    return [row[0] for row in rows(tx, _RELINKED)]
