"""The seams of the workflow. A small class with these attributes is enough; nothing is inherited.

Extractors, relation extractors and normalizers work on the *cleaned* text: the offsets they take
and give count there. The workflow maps them back to the original (`CleanText.to_original`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from kg_builder.records import (
    Concept,
    Document,
    Issue,
    Mention,
    Reject,
    RelationMention,
)
from kg_builder.schema import Schema

if TYPE_CHECKING:
    from kg_builder.clean.alignment import CleanText


@dataclass(frozen=True, slots=True)
class Cleaning:
    """A cleaner's answer."""

    text: CleanText
    rejects: Sequence[Reject] = ()
    """Rewritten texts that were not accepted, with the reason; offsets in the original, or none."""


class Cleaner(Protocol):
    """Makes text readable without losing where each character came from."""

    name: str
    model: str | None
    remote: bool
    """True: text leaves this machine, which a run must allow."""

    def clean(self, document: Document, language: str) -> Cleaning:
        """Clean one document. `language` is an ISO 639-1 code or ``und``."""
        ...


@dataclass(frozen=True, slots=True)
class ExtractionRequest:
    """What an extractor is asked: one text (or one chunk of it) under one schema."""

    text: str
    schema: Schema
    language: str = "en"
    """ISO 639-1 code, or ``und``."""
    attempt: int = 0
    """0 for the first try; seeds and resampling depend on it."""
    issues: Sequence[Issue] = ()
    """What was wrong with the previous answer, for extractors that can use it."""
    document_id: str = ""
    """For seeds and messages."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """An extractor's answer. Mentions carry the extractor's own labels as `type`."""

    mentions: Sequence[Mention] = ()
    rejects: Sequence[Reject] = ()
    """Parts of the answer that could not be read or aligned."""


class Extractor(Protocol):
    """Finds mentions."""

    name: str
    model: str | None
    """Model or terminology with its version, for provenance."""
    deterministic: bool
    """True: the same request gives the same answer, so it isn't asked twice."""
    languages: frozenset[str]
    """ISO 639-1 codes it was made for; empty: any."""
    kinds: frozenset[str]
    """Kinds of document (`Metadata.kind`) it was made for; empty: any."""
    remote: bool
    """True: text leaves this machine, which a run must allow."""
    max_characters: int | None
    """Longest text it takes at once; longer ones are split at sentence boundaries. None: no limit."""

    def labels(self, schema: Schema, language: str) -> Mapping[str, str | None]:
        """Labels it can give for this schema and language, each with its semantic group code (None: by name only)."""
        ...

    def extract(self, request: ExtractionRequest) -> Extraction:
        """Mentions with offsets in `request.text`."""
        ...


@dataclass(frozen=True, slots=True)
class RelationRequest:
    """What a relation extractor is asked: the accepted mentions of one text."""

    text: str
    mentions: Sequence[Mention]
    """Offsets in `text`; types are the schema's."""
    schema: Schema
    language: str = "en"
    attempt: int = 0
    issues: Sequence[Issue] = ()
    document_id: str = ""


@dataclass(frozen=True, slots=True)
class RelationExtraction:
    """A relation extractor's answer."""

    relations: Sequence[RelationMention] = ()
    rejects: Sequence[Reject] = ()


class RelationExtractor(Protocol):
    """Finds relations between mentions."""

    name: str
    model: str | None
    deterministic: bool
    remote: bool
    """True: text leaves this machine, which a run must allow."""

    def predicates(self, schema: Schema) -> frozenset[str]:
        """Those of the schema's predicates that it can state."""
        ...

    def relate(self, request: RelationRequest) -> RelationExtraction:
        """Relations whose ends are among `request.mentions`."""
        ...


@dataclass(frozen=True, slots=True)
class Link:
    """What one mention was linked to, and why."""

    concepts: tuple[Concept, ...] = ()
    """Empty: unknown. Several: a composite mention."""
    score: float | None = None
    reason: str = ""
    """For people: the tier that matched, for example ``exact name`` or ``abbreviation of …``."""


class Normalizer(Protocol):
    """Links mentions to concepts of a vocabulary."""

    name: str
    model: str | None

    def normalize(self, text: str, mentions: Sequence[Mention], schema: Schema) -> Sequence[Link]:
        """One link a mention, in order. `text` is the whole cleaned text, for abbreviations and context."""
        ...


class Check(Protocol):
    """A user's own check: called with each item that passed the built-in ones."""

    def __call__(self, item: Mention | RelationMention, document: Document, schema: Schema) -> Issue | None:
        """An issue, or None if there is nothing to say."""
        ...
