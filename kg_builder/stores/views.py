"""What a store answers with, and the filter that every query and export takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AwareDatetime, Field

from kg_builder.backends.spending import ModelUsage
from kg_builder.records import (
    Assertion,
    Attribute,
    Confidence,
    Metadata,
    Provenance,
    Record,
    ReviewStatus,
    Scalar,
    Selection,
)
from kg_builder.stores.run_setup import RunSetup
from kg_builder.text.keys import without_marks

PLAIN_ASSERTIONS = frozenset({Assertion.PRESENT, Assertion.POSSIBLE, Assertion.HISTORICAL})
"""What queries show unless asked: negated, family and hypothetical statements aren't facts about the subject."""


STANDING = frozenset({ReviewStatus.UNREVIEWED, ReviewStatus.ACCEPTED})
"""What queries show unless asked: what a person rejected stays in the store, for the record."""


class Filter(Record):
    """Which documents and statements count. All conditions must hold; None: no condition."""

    patient: str | None = None
    encounter: str | None = None
    kind: str | None = None
    source: str | None = None
    language: str | None = None
    tags: frozenset[str] = frozenset()
    """The document has all of them."""
    since: dt.date | None = None
    """First day; a document without a date doesn't pass."""
    until: dt.date | None = None
    """Last day, included."""
    extra: Mapping[str, Scalar] = Field(default_factory=dict)
    """A string also matches a number or truth value that reads the same (``3``, ``true``); 1 isn't True."""
    documents: frozenset[str] | None = None
    """Ids."""
    assertions: frozenset[Assertion] | None = PLAIN_ASSERTIONS
    """None: all of them."""
    min_confidence: Confidence | None = None
    """Statements with no confidence pass."""
    reviews: frozenset[ReviewStatus] | None = STANDING
    """None: whatever a person said of it."""

    @property
    def every_document(self) -> bool:
        """Whether no condition is about documents."""
        return self.model_copy(update={"assertions": None, "min_confidence": None, "reviews": None}) == EVERYTHING

    @property
    def every_statement(self) -> bool:
        """Whether no condition is about statements."""
        return self.assertions is None and self.min_confidence is None and self.reviews is None

    @property
    def only_standing(self) -> bool:
        """Whether the one condition on statements is that nobody rejected them."""
        return self.assertions is None and self.min_confidence is None and self.reviews == STANDING


EVERYTHING = Filter(assertions=None, reviews=None)
"""Passes all."""
UNREJECTED = Filter(assertions=None)
"""Passes all but what a person rejected."""


class DocumentView(Record):
    """A document as the graph knows it (its text is fetched apart)."""

    id: str
    sha256: str
    fingerprint: str
    metadata: Metadata
    selection: Selection
    attributes: tuple[Attribute, ...] = ()


class DocumentLine(NamedTuple):
    """A document as a list of many shows it."""

    id: str
    language: str
    metadata: Metadata
    mentions: int
    relations: int
    """One a subject, predicate, object and assertion."""
    rejects: int


def names_document(text: str, said: Iterable[Any]) -> bool:
    """Whether one of the words said of a document has the text in it, whatever case and marks; numbers don't count."""
    wanted = _folded(text)
    return any(wanted in _folded(value) for value in said if isinstance(value, str))


def _folded(text: str) -> str:
    return (text if text.isascii() else without_marks(text)).casefold()


class ConceptView(Record):
    """A concept with what the documents made of it."""

    id: str
    name: str
    type: str
    linked: bool
    synonyms_seen: tuple[str, ...] = ()
    """Distinct forms in the documents, sorted."""
    xrefs: tuple[str, ...] = ()
    documents: int = 0
    """How many documents mention it."""
    mentions: int = 0
    broader: tuple[str, ...] = ()
    """Ids of the next broader concepts, sorted, in a graph that was rolled up."""
    ancestor_only: bool = False
    """No document that passes mentions or relates it: it is there because one below it is."""


class ConceptOutline(NamedTuple):
    """A concept as a list or a drawing of many shows it. Counts are of what passes."""

    id: str
    name: str
    type: str
    linked: bool
    documents: int = 0
    """How many documents mention it."""
    mentions: int = 0
    neighbours: int = 0
    """How many other concepts a relation joins it to."""
    ancestor_only: bool = False
    """As `ConceptView.ancestor_only`."""


class ConceptHit(Record):
    """A search result."""

    concept: ConceptView
    score: Annotated[float, Field(ge=0, le=1)]
    matched: str
    """The name that matched."""


class MentionView(Record):
    """One (:Document)-[:MENTIONS]->(:Concept)."""

    document: str
    concept: str
    start: int
    end: int
    text: str
    type: str
    """Entity type in the schema that the document was read with."""
    assertion: Assertion
    confidence: Confidence | None
    fragments: tuple[tuple[int, int], ...] = ()
    section: str | None = None
    provenance: Provenance
    review: ReviewStatus = ReviewStatus.UNREVIEWED


class EvidenceView(Record):
    """A sentence that states a relation. Offsets are in the document."""

    document: str
    sentence: tuple[int, int]
    sentence_text: str
    subject: tuple[int, int]
    subject_text: str
    object: tuple[int, int]
    object_text: str
    assertion: Assertion
    confidence: Confidence | None
    cue: str | None
    provenance: Provenance
    review: ReviewStatus = ReviewStatus.UNREVIEWED


class StatementView(NamedTuple):
    """That a document states a relation, without its sentences."""

    subject: str
    predicate: str
    object: str
    document: str
    assertion: str
    confidence: float | None
    """Highest."""
    review: str


def merged_statements(found: Iterable[StatementView]) -> list[StatementView]:
    """One statement a relation, document and assertion, in that order; the surest of those that are alike."""
    best: dict[tuple[str, ...], StatementView] = {}
    for one in found:
        known = best.setdefault(one[:5], one)
        if known is not one and (known.confidence or 0.0) < (one.confidence or 0.0):
            best[one[:5]] = one
    return [best[key] for key in sorted(best)]


class RelationView(Record):
    """A relation between two concepts, over one document or over all that state it."""

    subject: str
    subject_name: str
    predicate: str
    object: str
    object_name: str
    documents: tuple[str, ...]
    """Ids, sorted. Its length is the relation's support."""
    assertions: tuple[Assertion, ...]
    """Distinct, sorted by value."""
    confidence: Confidence | None
    """Highest."""
    evidence: tuple[EvidenceView, ...]
    """In order of document and offset."""
    under: str | None = None
    """Asked with descendants: id of the end that is the concept asked for or one below it."""
    under_name: str | None = None


class SentenceHit(Record):
    """A sentence found by its words, with what it states."""

    document: str
    sentence: tuple[int, int]
    """Offsets in the document."""
    sentence_text: str
    score: Annotated[float, Field(ge=0, le=1)]
    """How much of what was looked for it has."""
    relations: tuple[RelationView, ...]
    """One a relation and assertion, in order of ids; their evidence is this sentence."""


class Path(Record):
    """A chain of concepts; `relations[i]` joins `concepts[i]` and `concepts[i + 1]` in either direction."""

    concepts: tuple[str, ...]
    names: tuple[str, ...]
    relations: tuple[RelationView, ...]


class Statistics(Record):
    """Counts."""

    documents: int
    concepts: int
    mentions: int
    relations: int
    """Edges: one a (subject, predicate, object, document, assertion)."""
    concepts_by_type: Mapping[str, int]
    concepts_unlinked: int
    relations_by_predicate: Mapping[str, int]
    mentions_by_assertion: Mapping[str, int]
    relations_by_assertion: Mapping[str, int]
    rejects: int
    failures: int
    ancestors: int = 0
    """Broader concepts that are there for the hierarchy alone; `concepts` doesn't count them."""
    broader: int = 0
    """IS_A edges."""


class FoundBy(Record):
    """An extractor, or relation extractor, with what it found."""

    extractor: str
    model: str | None = None
    mentions: int = 0
    """One for each concept that a mention is linked to, as everywhere."""
    relations: int = 0


class Origins(Record):
    """Who found what a graph holds, and how its documents were read."""

    found: tuple[FoundBy, ...] = ()
    """Who found most first."""
    settings: Mapping[str, int] = Field(default_factory=dict)
    """Documents by `DocumentGraph.settings_hash`, the most first."""


Ended = Literal["finished", "stopped", "backend-unavailable", "interrupted", "failed"]
"""All documents read; asked to stop; nothing could be done without a backend; broken off; the store failed."""


class RunRecord(Record):
    """One build. The only place where times are kept."""

    id: str
    started: AwareDatetime
    finished: AwareDatetime | None = None
    """None: still running, or ended before all documents were read."""
    ended: Ended | None = None
    """How it ended; None: still running, or the process was killed."""
    settings_hash: str
    read: int = 0
    written: int = 0
    unchanged: int = 0
    failed: int = 0
    noted: int = 0
    """Files passed over, annotations and metadata fields that could not be read; no document was lost by it."""
    items_extracted: int = 0
    items_written: int = 0
    items_rejected: int = 0
    failures_by_code: Mapping[str, int] = Field(default_factory=dict)
    rejects_by_code: Mapping[str, int] = Field(default_factory=dict)
    unserved: tuple[str, ...] = ()
    """Types and predicates that were asked for and that no extractor could give."""
    warnings: Mapping[str, int] = Field(default_factory=dict)
    """`Selection.warnings`, with the number of documents each was said of."""
    seconds_by_step: Mapping[str, float] = Field(default_factory=dict)
    usage: Mapping[str, ModelUsage] = Field(default_factory=dict)
    """What each generative model took, by its name."""
    setup: RunSetup | None = None
    """What it ran with; None: recorded before that was kept."""
    in_progress: tuple[str, ...] = ()
    """Beginnings of the `records.document_state` of documents that were in progress when this was noted: one of them
    may be what killed the process. Empty once the run has ended."""
