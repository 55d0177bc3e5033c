"""The checks: small functions that look at one item and say what is wrong with it, or None.

Codes in `REPAIRABLE` are those that a model can mend when it is told; the others are settled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from kg_builder.records import Concept, Document, Issue, Mention, RelationMention
from kg_builder.schema import Role, Schema
from kg_builder.validate.rules import Limits, fold, rules_for, shipped_generic_terms

REPAIRABLE = frozenset(
    {
        "unreadable-answer",
        "truncated-answer",
        "repeating-answer",
        "not-in-text",
        "unknown-type",
        "unknown-predicate",
        "end-type",
    }
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What the checks of one document know."""

    document: Document
    schema: Schema
    language: str
    limits: Limits
    concepts: Mapping[str, Concept]
    """By id: all that the document's mentions are linked to."""


MentionCheck = Callable[[Mention, Setting], Issue | None]
RelationCheck = Callable[[RelationMention, Setting], Issue | None]


def grounded(mention: Mention, setting: Setting) -> Issue | None:
    """The offsets give exactly the mention's text."""
    if setting.document.text[mention.start : mention.end] == mention.text:
        return None
    return Issue(
        code="not-in-text", message=f"'{mention.text}' is not in the text; copy it exactly as it stands there."
    )


def type_in_schema(mention: Mention, setting: Setting) -> Issue | None:
    """The schema has the type, and it isn't an identifier's: names and numbers of patients are never written."""
    entity = setting.schema.entity(mention.type)
    if entity is None:
        names = ", ".join(entity.name for entity in setting.schema.entities)
        return Issue(code="unknown-type", message=f"'{mention.type}' is not a type; use one of {names}.")
    if entity.role is Role.IDENTIFIER:
        return Issue(code="identifier", message=f"{mention.type} identifies a person and is never written.")
    return None


def keeps_to_rules(mention: Mention, setting: Setting) -> Issue | None:
    """The minimum length of the extractor and language, and none of their generic terms.

    Attributes are values, so any term will do.
    """
    rules = rules_for(setting.limits.rules, mention.provenance.extractor, setting.language)
    text = mention.text
    if len(text.strip()) < rules.min_length:
        return Issue(code="too-short", message=f"Shorter than {rules.min_length} characters.")
    terms = rules.generic_terms
    generic = shipped_generic_terms(setting.language) if terms is None else {fold(term) for term in terms}
    if fold(text) not in generic:
        return None
    entity = setting.schema.entity(mention.type)
    if entity is None or entity.role is not Role.CONCEPT:
        return None
    return Issue(code="generic-term", message=f"'{text}' alone names nothing in particular.")


def confident_enough(item: Mention | RelationMention, setting: Setting) -> Issue | None:
    """The threshold of the type or predicate."""
    if not setting.limits.min_confidence:
        return None
    name = item.type if isinstance(item, Mention) else item.predicate
    least = setting.limits.threshold(name)
    if least is None:
        return None
    if item.confidence is None:
        message = f"{name} needs a confidence of {least:g} and has none."
        return Issue(code="no-confidence", message=message) if setting.limits.require_confidence else None
    if item.confidence >= least:
        return None
    return Issue(code="low-confidence", message=f"Confidence {item.confidence:.3f} is below {least:g} for {name}.")


def agrees_with_concept(mention: Mention, setting: Setting) -> Issue | None:
    """The type's semantic group is that of the concepts it was linked to."""
    if not mention.concepts:
        return None
    entity = setting.schema.entity(mention.type)
    if entity is None or entity.role is not Role.CONCEPT:
        return None
    for concept_id in mention.concepts:
        concept = setting.concepts[concept_id]
        if concept.linked and concept.type != entity.concept_type:
            message = f"{mention.type} stands for {entity.concept_type}, but {concept_id} is a {concept.type}."
            return Issue(code="type-mismatch", message=message)
    return None


def predicate_in_schema(relation: RelationMention, setting: Setting) -> Issue | None:
    """The schema has the predicate."""
    if setting.schema.relation(relation.predicate) is not None:
        return None
    names = ", ".join(kind.name for kind in setting.schema.relations) or "none"
    return Issue(code="unknown-predicate", message=f"'{relation.predicate}' is not a relation; there are: {names}.")


def ends_allowed(relation: RelationMention, setting: Setting) -> Issue | None:
    """Subject and object are of types that the predicate takes, by their concepts' semantic types."""
    kind = setting.schema.relation(relation.predicate)
    if kind is None:
        return None
    for end, mention, names in (("subject", relation.subject, kind.subject), ("object", relation.object, kind.object)):
        allowed = setting.schema.concept_types(names)
        found = {setting.concepts[concept_id].type for concept_id in mention.concepts}
        if not found <= allowed:
            message = f"The {end} of {kind.name} must be {' or '.join(names)}; this one is {', '.join(sorted(found))}."
            return Issue(code="end-type", message=message)
    return None


def two_ends(relation: RelationMention, _setting: Setting) -> Issue | None:
    """Subject and object are different concepts."""
    if set(relation.subject.concepts).isdisjoint(relation.object.concepts):
        return None
    return Issue(code="same-concept", message="Subject and object are the same concept.")


MENTION_CHECKS: tuple[MentionCheck, ...] = (
    type_in_schema,
    grounded,
    keeps_to_rules,
    agrees_with_concept,
    confident_enough,
)
RELATION_CHECKS: tuple[RelationCheck, ...] = (predicate_in_schema, ends_allowed, two_ends, confident_enough)


T = TypeVar("T")


def first_issue(item: T, checks: Iterable[Callable[[T, Setting], Issue | None]], setting: Setting) -> Issue | None:
    """The first thing wrong with an item."""
    for check in checks:
        if (issue := check(item, setting)) is not None:
            return issue
    return None
