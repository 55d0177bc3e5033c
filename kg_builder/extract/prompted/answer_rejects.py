"""What of an answer is no mention, as rejects for the ledger."""

from __future__ import annotations

from collections.abc import Iterable

from kg_builder.records import Issue, Reject
from kg_builder.schema import Role, Schema


def reject_answer(issues: Iterable[Issue]) -> list[Reject]:
    """A reject for each thing that could not be read."""
    return [Reject(kind="answer", issues=(issue,)) for issue in issues]


def withhold_identifiers(rejects: Iterable[Reject], schema: Schema) -> list[Reject]:
    """The same, without texts and messages that would tell who a patient is."""
    return [_withheld(reject) if _identifies(reject, schema) else reject for reject in rejects]


def _identifies(reject: Reject, schema: Schema) -> bool:
    entity = schema.entity(reject.type)
    return entity is not None and entity.role is Role.IDENTIFIER


def _withheld(reject: Reject) -> Reject:
    issues = tuple(
        issue.model_copy(update={"message": f"A {reject.type} can't be used ({issue.code}); copy it exactly."})
        for issue in reject.issues
    )
    return reject.model_copy(update={"text": None, "issues": issues})
