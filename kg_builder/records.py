"""The records that travel through the workflow: frozen, validated, free of behaviour that does I/O.

Offsets are half-open Python string indices (Unicode code points). Unless a docstring says
otherwise they count in `Document.text`, the original text, and
``document.text[record.start:record.end] == record.text`` holds for every record with a text.
Types go into LangGraph checkpoints by module path, so this module is never moved.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Confidence = Annotated[float, Field(ge=0.0, le=1.0)]
"""A probability, or as near to one as the model's calibration makes it."""

Curie = Annotated[str, StringConstraints(pattern=r"^[^\s:\x00]+:[^\s\x00]+$")]
"""A compact URI, for example ``MESH:D003000``."""

Scalar = str | int | float | bool

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=r"^[^\x00]*$")]


class Assertion(StrEnum):
    """What the text says of a mention or relation; never a reason to drop it."""

    PRESENT = "present"
    NEGATED = "negated"
    POSSIBLE = "possible"
    HISTORICAL = "historical"
    FAMILY = "family"
    HYPOTHETICAL = "hypothetical"


class ReviewStatus(StrEnum):
    """What a person said of a mention or relation."""

    UNREVIEWED = "unreviewed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Record(BaseModel):
    """What all records share: no unknown fields, no assignment."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Metadata(Record):
    """What a user filters documents by; reaches the graph as it stands."""

    patient: str | None = None
    encounter: str | None = None
    date: dt.date | None = None
    kind: str | None = None
    """Kind of document, for example ``discharge-summary`` or ``abstract``."""
    source: str | None = None
    """Where it came from: a file name, a journal, a system."""
    tags: tuple[str, ...] = ()
    extra: Mapping[str, Scalar] = Field(default_factory=dict)
    """Anything else, flat."""


class Document(Record):
    """One input text."""

    id: Identifier
    text: str
    metadata: Metadata = Metadata()
    language: str | None = None
    """ISO 639-1 code when the caller knows it; otherwise the select step decides."""

    @cached_property
    def sha256(self) -> str:
        """Of the text in UTF-8 (lone surrogates escaped)."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    @cached_property
    def fingerprint(self) -> str:
        """Of everything that reaches the graph: text, metadata and declared language."""
        described = self.model_dump(mode="json", exclude={"text"}) | {"sha256": self.sha256}
        return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()


class Provenance(Record):
    """Who says so. Times are in the run record, so that equal input gives equal graphs."""

    extractor: str
    """Name of the step's implementation, for example ``lexicon``."""
    model: str | None = None
    """Model or terminology with its version."""
    settings_hash: str = ""
    """`Settings.digest` of the run."""


class Span(Record):
    """A stretch of text."""

    start: Annotated[int, Field(ge=0)]
    end: int

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.end <= self.start:
            raise ValueError("a span ends after it starts")
        return self

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end


class Mention(Span):
    """A typed span. A discontinuous one lists its `fragments`; start and end cover them all."""

    text: str
    type: str
    """Entity type of the schema (before label mapping: the extractor's own label)."""
    confidence: Confidence | None = None
    """None where the model gives none."""
    assertion: Assertion = Assertion.PRESENT
    fragments: tuple[tuple[int, int], ...] = ()
    """Half-open offsets of the parts of a discontinuous mention, in order; else empty."""
    clean_text: str | None = None
    """How it reads in the cleaned text, when that differs (abbreviation expanded, say)."""
    section: str | None = None
    """Heading it stands under, for example ``family history``."""
    concepts: tuple[Curie, ...] = ()
    """Ids it is linked to: several for a composite mention, none before normalization."""
    provenance: Provenance = Provenance(extractor="unknown")
    review: ReviewStatus = ReviewStatus.UNREVIEWED

    @property
    def key(self) -> tuple[int, int, str, tuple[tuple[int, int], ...]]:
        """Identity within a document."""
        return (self.start, self.end, self.type, self.fragments)


class Attribute(Span):
    """A dose, value, date or age: kept with its document or its mention, never a shared node."""

    text: str
    type: str
    confidence: Confidence | None = None
    mention: tuple[int, int] | None = None
    """Offsets of the mention it belongs to; None: it belongs to the document."""
    value: Mapping[str, Scalar] = Field(default_factory=dict)
    """What it says as data, flat: ``kind``; ``number``, or ``low`` and ``high``; ``unit`` (UCUM); ``route``; ``times``
    in ``period`` ``period_unit``, ``when`` (HL7 EventTiming); ``test``, ``comparator``, ``flag``. Empty: not read."""
    provenance: Provenance = Provenance(extractor="unknown")


class Concept(Record):
    """A node of the knowledge graph."""

    id: Curie
    name: str
    type: str
    """Semantic type, `semantic_groups.SemanticGroup.label` where it has one; not an extractor's label."""
    linked: bool = True
    """False: a local id made from the normalized name, known to no vocabulary."""
    synonyms: tuple[str, ...] = ()
    xrefs: tuple[Curie, ...] = ()


class Evidence(Record):
    """Where a document states a relation. All offsets are in the original text."""

    sentence: tuple[int, int]
    subject: tuple[int, int]
    object: tuple[int, int]
    cue: str | None = None
    """Cue word or rule that decided, for people to judge."""


class RelationMention(Record):
    """A relation between two mentions, as a relation extractor states it, before normalization."""

    subject: Mention
    predicate: str
    object: Mention
    sentence: tuple[int, int]
    """Offsets of the evidence sentence, in the text the extractor was given."""
    cue: str | None = None
    confidence: Confidence | None = None
    assertion: Assertion = Assertion.PRESENT
    provenance: Provenance = Provenance(extractor="unknown")


class Relation(Record):
    """One edge: everything one document says of (subject, predicate, object) under one assertion."""

    subject: Curie
    predicate: str
    object: Curie
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1)]
    confidence: Confidence | None = None
    """The highest among its evidence."""
    assertion: Assertion = Assertion.PRESENT
    provenance: Provenance = Provenance(extractor="unknown")
    review: ReviewStatus = ReviewStatus.UNREVIEWED

    @property
    def key(self) -> tuple[str, str, str, Assertion]:
        """Identity within a document."""
        return (self.subject, self.predicate, self.object, self.assertion)


Severity = Literal["error", "warning"]


class Issue(Record):
    """One finding of a check. An error rejects the item, a warning goes with it."""

    code: str
    """Stable, kebab-case, for example ``not-in-text``."""
    severity: Severity = "error"
    message: str
    """A sentence a model can act on. May quote the item: it goes to prompts and the ledger, never to logs."""


class Reject(Record):
    """An item that was not written, kept in the ledger."""

    kind: Literal["mention", "relation", "answer"]
    """``answer``: model output that could not be read as items at all."""
    type: str = ""
    """Entity type or predicate."""
    start: int | None = None
    end: int | None = None
    text: str | None = None
    """None for identifiers, which are never written."""
    issues: Annotated[tuple[Issue, ...], Field(min_length=1)]


class Selection(Record):
    """Which schema, extractors and language serve a document, and why."""

    schema_name: str
    extractors: tuple[str, ...]
    """The ladder, first choice first."""
    language: str
    """ISO 639-1 code, or ``und`` when uncertain."""
    reason: str
    unserved: tuple[str, ...] = ()
    """Types and predicates of the schema that none of the extractors can give."""
    warnings: tuple[str, ...] = ()
    """For people: extractors that were made for other languages or kinds of document."""


class DocumentGraph(Record):
    """What one document adds to the knowledge graph; the unit a store writes and replaces."""

    document: Document
    selection: Selection
    settings_hash: str
    cleaning: tuple[tuple[int, int, str], ...] = ()
    """What was read in the place of stretches of the original: sorted, disjoint (start, end, replacement)."""
    mentions: tuple[Mention, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    concepts: tuple[Concept, ...] = ()
    relations: tuple[Relation, ...] = ()
    rejects: tuple[Reject, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Equal fingerprints: nothing to do."""
        return document_state(self.document, self.settings_hash)

    def _repr_html_(self) -> str:
        """The text with its mentions, as notebooks show it."""
        from kg_builder.html.documents import document_html

        return document_html(self)

    @model_validator(mode="after")
    def _grounded_and_closed(self) -> Self:
        text, known = self.document.text, {concept.id for concept in self.concepts}
        spans: tuple[Mention | Attribute, ...] = (*self.mentions, *self.attributes)
        for span in spans:
            if text[span.start : span.end] != span.text:
                raise ValueError(f"{span.type} at {span.start}-{span.end} differs from the document's text")
        places = [place for start, end, _ in self.cleaning for place in (start, end)]
        if places != sorted(places) or (places and not 0 <= places[0] <= places[-1] <= len(text)):
            raise ValueError("what cleaning replaced overlaps or lies outside the document")
        for mention in self.mentions:
            if not mention.concepts or not known.issuperset(mention.concepts):
                raise ValueError(f"{mention.type} at {mention.start}-{mention.end} has no concept in this part")
        for relation in self.relations:
            if relation.subject not in known or relation.object not in known:
                raise ValueError(f"an end of {relation.predicate} has no concept in this part")
            if any(item.sentence[1] > len(text) for item in relation.evidence):
                raise ValueError(f"evidence of {relation.predicate} lies outside the document")
        return self


def document_state(document: Document, settings_hash: str) -> str:
    """Fingerprint of a document under given settings: what a store compares to tell "unchanged"."""
    return hashlib.sha256(f"{document.fingerprint}\n{settings_hash}".encode()).hexdigest()
