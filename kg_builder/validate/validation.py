"""All checks over one document's candidates: what is accepted, and what is rejected for which reason."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple, TypeVar

from kg_builder.errors import DocumentError
from kg_builder.protocols import Check
from kg_builder.records import Assertion, Issue, Mention, Reject, RelationMention
from kg_builder.schema import Role, Schema
from kg_builder.validate.checks import MENTION_CHECKS, RELATION_CHECKS, Setting, first_issue

NOT_IN_TEXT = Issue(code="not-in-text", message="It is not in the text; copy it exactly as it stands there.")

Item = TypeVar("Item", Mention, RelationMention)


class Verdict(NamedTuple):
    """Index of each accepted candidate, and a reject for every other one."""

    accepted: tuple[int, ...]
    rejects: tuple[Reject, ...]


def judge_mentions(candidates: Sequence[Mention], setting: Setting, checks: Sequence[Check] = ()) -> Verdict:
    """Judge mentions in original offsets. A user's own `checks` see what passed the built-in ones."""
    accepted, rejects = [], []
    seen: dict[Hashable, Assertion] = {}
    for index, mention in enumerate(candidates):
        key = mention.key
        issue = (
            (_repeated(mention.assertion, seen[key]) if key in seen else None)
            or first_issue(mention, MENTION_CHECKS, setting)
            or (_user_issue(mention, checks, setting) if checks else None)
        )
        if issue is None:
            seen[key] = mention.assertion
            accepted.append(index)
        else:
            rejects.append(reject_mention(mention, issue, setting.schema))
    return Verdict(tuple(accepted), tuple(rejects))


def judge_relations(
    candidates: Sequence[RelationMention],
    accepted: frozenset[Hashable],
    setting: Setting,
    checks: Sequence[Check] = (),
) -> Verdict:
    """Judge relations whose ends are mentions in original offsets; `accepted` holds the keys of those that stay."""
    kept, rejects = [], []
    seen: dict[Hashable, Assertion] = {}
    for index, relation in enumerate(candidates):
        key = (relation.subject.key, relation.predicate, relation.object.key, relation.sentence)
        issue = (
            (_repeated(relation.assertion, seen[key]) if key in seen else None)
            or _end_rejected(relation, accepted)
            or first_issue(relation, RELATION_CHECKS, setting)
            or (_user_issue(relation, checks, setting) if checks else None)
        )
        if issue is None:
            seen[key] = relation.assertion
            kept.append(index)
        else:
            rejects.append(reject_relation(relation, issue))
    return Verdict(tuple(kept), tuple(rejects))


def reject_mention(mention: Mention, issue: Issue, schema: Schema) -> Reject:
    """The ledger's entry for a mention; an identifier's text is left out."""
    entity = schema.entity(mention.type)
    secret = entity is not None and entity.role is Role.IDENTIFIER
    return Reject(
        kind="mention",
        type=mention.type,
        start=mention.start,
        end=mention.end,
        text=None if secret else mention.text,
        issues=(issue,),
    )


def reject_relation(relation: RelationMention, issue: Issue) -> Reject:
    """The ledger's entry for a relation."""
    return Reject(
        kind="relation",
        type=relation.predicate,
        start=relation.sentence[0],
        end=relation.sentence[1],
        text=f"{relation.subject.text} | {relation.object.text}",
        issues=(issue,),
    )


def _repeated(assertion: Assertion, before: Assertion) -> Issue:
    if before is assertion:
        return Issue(code="duplicate", message="Given twice.")
    return Issue(code="assertion-conflict", message=f"The same words are already given as {before}.")


def _end_rejected(relation: RelationMention, accepted: frozenset[Hashable]) -> Issue | None:
    for end, mention in (("subject", relation.subject), ("object", relation.object)):
        if mention.key not in accepted:
            return Issue(code="end-rejected", message=f"The {end} was not accepted as a mention.")
    return None


def _user_issue(item: Mention | RelationMention, checks: Sequence[Check], setting: Setting) -> Issue | None:
    found = (_asked(check, item, setting) for check in checks)
    return next((issue for issue in found if issue is not None and issue.severity == "error"), None)


def _asked(check: Check, item: Mention | RelationMention, setting: Setting) -> Issue | None:
    try:
        return check(item, setting.document, setting.schema)
    except Exception as error:
        name = getattr(check, "__qualname__", type(check).__qualname__)
        # Only the type: the message may quote the text.
        raise DocumentError("check-failed", f"The check '{name}' raised {type(error).__name__}.") from error
