"""What people decide about mentions and relations: kept apart from what was read, applied to it, and taken back."""

from kg_builder.review.applying import Judged, Reviewed, review
from kg_builder.review.decisions import Decision, Edit, MentionTarget, RelationTarget, Verdict, standing, undoing
from kg_builder.review.items import Item, decision_on, items_of, to_review
from kg_builder.review.json_lines import read_decisions

__all__ = [
    "Decision",
    "Edit",
    "Item",
    "Judged",
    "MentionTarget",
    "RelationTarget",
    "Reviewed",
    "Verdict",
    "decision_on",
    "items_of",
    "read_decisions",
    "review",
    "standing",
    "to_review",
    "undoing",
]
