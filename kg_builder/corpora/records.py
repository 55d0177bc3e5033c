"""What the readers give: documents, documents with gold annotations, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from kg_builder.records import Document, Mention, Provenance

GOLD = Provenance(extractor="gold")
"""Provenance of annotations that came with a corpus."""


@dataclass(frozen=True, slots=True)
class GoldRelation:
    """A relation as the corpus states it: between concepts, between mentions, or both."""

    predicate: str
    """The corpus's own name, for example ``CID``."""
    subject: tuple[str, ...] = ()
    """CURIEs: several for a composite end, none where its mention isn't linked."""
    object: tuple[str, ...] = ()
    subject_mention: int | None = None
    """Index in `GoldDocument.mentions`, where the format relates mentions."""
    object_mention: int | None = None
    note: str | None = None
    """What else the row says, for example BioRED's ``Novel`` or ``No``."""

    @property
    def concept_pairs(self) -> tuple[tuple[str, str], ...]:
        """Every (subject, object) pair of concepts it states."""
        return tuple((subject, target) for subject in self.subject for target in self.object)


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """A document with what people annotated in it. Mention types are the corpus's own labels."""

    document: Document
    mentions: tuple[Mention, ...] = ()
    relations: tuple[GoldRelation, ...] = ()
    skipped: dict[str, int] = field(default_factory=dict)
    """Annotations that have no place here, counted by kind, for example ``{"event": 3}``."""


Lost = Literal["document", "annotation", "metadata", "file"]
"""What isn't there: ``file`` is one passed over, of which nobody knows that a document was in it."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file, row, annotation or metadata field that could not be used; its neighbours were."""

    source: str
    """File name as given, or ``stdin``."""
    line: int | None
    """From 1; None where the whole file is meant or the format has no lines."""
    code: str
    """Stable, kebab-case, for example ``bad-json``."""
    message: str
    """Says what and where; no text of the document."""
    document_id: str
    """The document's id, or ``<source>:<line>`` where it isn't known."""
    lost: Lost = "document"
    """What isn't there because of it. Only a lost document is a failed document."""

    def __str__(self) -> str:
        place = self.source if self.line is None else f"{self.source}:{self.line}"
        return f"{place}: {self.message}"


Row = Document | GoldDocument | Unreadable
"""What a reader gives."""
