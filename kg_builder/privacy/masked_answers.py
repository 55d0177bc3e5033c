"""Answers about a masked text, brought back to the text that it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kg_builder.privacy.masking import Masked
from kg_builder.protocols import Extraction, RelationExtraction, RelationRequest
from kg_builder.records import Issue, Mention, Reject, RelationMention
from kg_builder.schema import Role, Schema

Own = Mapping[tuple[int, int, str], Mention]
"""The mentions of a request by start, end and type in the masked text."""


def mentions_back(found: Extraction, masked: Masked, schema: Schema, labels: Mapping[str, str | None]) -> Extraction:
    """With offsets and texts of the original. A placeholder may be an attribute, such as a date; as a concept of the
    graph it is rejected.
    """
    mentions: list[Mention] = []
    rejects = [_reject_back(reject, masked) for reject in found.rejects]
    for mention in found.mentions:
        start, end = masked.to_original(mention.start, mention.end)
        entity = schema.entity_for_label(mention.type, labels.get(mention.type))
        if masked.touches(mention.start, mention.end) and (entity is None or entity.role is Role.CONCEPT):
            rejects.append(_refused(mention, start, end))
            continue
        fragments = tuple(masked.to_original(*fragment) for fragment in mention.fragments)
        back = {"start": start, "end": end, "text": masked.original[start:end], "fragments": fragments}
        mentions.append(mention.model_copy(update=back))
    return Extraction(mentions, rejects)


def request_of(request: RelationRequest, masked: Masked) -> tuple[RelationRequest, Own]:
    """The request about the masked text, without mentions that are identifiers or hold one."""
    own: dict[tuple[int, int, str], Mention] = {}
    hidden: list[Mention] = []
    for mention in request.mentions:
        places = [masked.to_masked(*span) for span in ((mention.start, mention.end), *mention.fragments)]
        spans = [place for place in places if place is not None]
        if len(spans) < len(places):
            continue
        (start, end), *fragments = spans
        own[start, end, mention.type] = mention
        hidden.append(mention.model_copy(update={"start": start, "end": end, "fragments": tuple(fragments)}))
    issues = [issue.model_copy(update={"message": masked.hide(issue.message)}) for issue in request.issues]
    return replace(request, text=masked.text, mentions=hidden, issues=issues), own


def relations_back(found: RelationExtraction, masked: Masked, own: Own) -> RelationExtraction:
    """With the request's own mentions, and sentences of the original."""
    relations: list[RelationMention] = []
    for relation in found.relations:
        ends = relation.subject, relation.object
        subject, object_ = (own[end.start, end.end, end.type] for end in ends)
        back = {
            "subject": subject,
            "object": object_,
            "sentence": masked.to_original(*relation.sentence),
            "cue": None if relation.cue is None else masked.restore(relation.cue),
        }
        relations.append(relation.model_copy(update=back))
    return RelationExtraction(relations, [_reject_back(reject, masked) for reject in found.rejects])


def _reject_back(reject: Reject, masked: Masked) -> Reject:
    if reject.start is None or reject.end is None:
        return reject
    start, end = masked.to_original(reject.start, reject.end)
    return reject.model_copy(update={"start": start, "end": end})


def _refused(mention: Mention, start: int, end: int) -> Reject:
    issue = Issue(
        code="masked-identifier",
        message=f"A placeholder such as [NAME-1] is no {mention.type}; leave placeholders out.",
    )
    return Reject(kind="mention", type=mention.type, start=start, end=end, issues=(issue,))
