"""Which schema and extractors serve a document: what was asked for, else the first rule that matches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from kg_builder.errors import DocumentError
from kg_builder.records import Document, Selection

Name = Annotated[str, StringConstraints(min_length=1)]

DEFAULT_EXTRACTORS = ("lexicon",)

CLINICAL_KINDS = (
    "admission-note",
    "clinical-note",
    "consultation",
    "discharge-summary",
    "emergency-note",
    "note",
    "nursing-note",
    "operative-note",
    "progress-note",
    "referral-letter",
)
"""Kinds of document (`Metadata.kind`) that clinicians write about one patient."""


class Rule(BaseModel):
    """A schema and extractors for the documents of a language, a kind, or both. None: any."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_name: Name
    """Built-in schema or path of a YAML file."""
    extractors: tuple[Name, ...] = ()
    """The ladder, first choice first; empty: the lexicon."""
    language: Name | None = None
    """ISO 639-1 code, or ``und`` for texts whose language is uncertain."""
    kind: Name | None = None

    def matches(self, language: str, kind: str | None) -> bool:
        """Whether a document of that language and kind is meant."""
        of_kind = self.kind is None or plain_kind(self.kind) == plain_kind(kind or "")
        return of_kind and self.language in (None, language)

    @property
    def condition(self) -> str:
        """For people: what it matches."""
        parts = [f"language {self.language}" if self.language else "", f"kind {self.kind}" if self.kind else ""]
        return " and ".join(filter(None, parts)) or "every document"


def plain_kind(kind: str) -> str:
    """``Discharge Summary`` and ``discharge_summary`` are ``discharge-summary``."""
    return "-".join(kind.casefold().replace("_", " ").replace("-", " ").split())


DEFAULT_RULES = (
    Rule(schema_name="vietnamese-medical", extractors=("vietnamese",), language="vi"),
    *(
        Rule(schema_name="clinical-note", language=language, kind=kind)
        for language in ("en", "und")
        for kind in CLINICAL_KINDS
    ),
    Rule(schema_name="chemical-disease", extractors=("tagger",), language="en"),
    Rule(schema_name="chemical-disease", language="und"),
)
"""Vietnamese, clinical notes, other English text, and what is in no language for sure, in this order."""


def select(
    document: Document,
    language: str,
    *,
    reason: str,
    schema_name: str | None = None,
    extractors: Sequence[str] = (),
    rules: Sequence[Rule] = DEFAULT_RULES,
) -> Selection:
    """Schema and extractors for a document whose language is known, with `reason` saying how.

    What is given in `schema_name` and `extractors` wins; the first matching rule (of that schema) fills in the rest.
    Raises DocumentError ("no-route") if no schema was given and no rule matches.
    """
    kind = document.metadata.kind
    matching = (rule for rule in rules if rule.matches(language, kind))
    rule = next((rule for rule in matching if schema_name in (None, rule.schema_name)), None)
    said = f"language uncertain: {reason}" if language == "und" else f"language {language}: {reason}"
    if schema_name is not None:
        ruled = rule.extractors if rule is not None else ()
        ladder, why = tuple(extractors) or ruled, "schema as requested"
    elif rule is not None:
        schema_name, ladder, why = rule.schema_name, tuple(extractors) or rule.extractors, f"rule for {rule.condition}"
    else:
        raise DocumentError(
            "no-route",
            f"No routing rule matches language '{language}' and kind '{kind or 'unknown'}'.",
            hint="Name a schema, or add a rule for such documents to the settings.",
        )
    return Selection(
        schema_name=schema_name,
        extractors=ladder or DEFAULT_EXTRACTORS,
        language=language,
        reason=f"{why}; {said}" + ("; extractors as requested" if extractors else ""),
    )
