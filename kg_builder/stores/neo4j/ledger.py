"""What is kept beside the graph: failed documents, runs. The caller holds the transaction."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC

import neo4j

from kg_builder.graph_store import Failure
from kg_builder.stores.neo4j.bodies import carried
from kg_builder.stores.rows import dumps
from kg_builder.stores.views import RunRecord

_FAIL = "MERGE (f:KgBuilderFailure {document_id: $id}) SET f = $failure"
_RUN = "MERGE (r:KgBuilderRun {id: $id}) SET r.started = $started, r.body = $body"


def write_failure(tx: neo4j.ManagedTransaction, failure: Failure) -> None:
    """Add or replace a failed document's entry."""
    fields = {name: carried(value) if isinstance(value, str) else value for name, value in asdict(failure).items()}
    tx.run(_FAIL, id=fields["document_id"], failure=fields).consume()


def write_run(tx: neo4j.ManagedTransaction, run: RunRecord) -> None:
    """Add or replace a run's record."""
    started = run.started.astimezone(UTC).isoformat(timespec="microseconds")
    tx.run(_RUN, id=run.id, started=started, body=dumps(run.model_dump(mode="json"))).consume()
