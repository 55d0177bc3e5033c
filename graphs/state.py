"""What travels through the document workflow, as slices: each node names what it reads and what it returns."""

from __future__ import annotations

import operator
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Self

from typing_extensions import TypedDict

from kg_builder import records
from kg_builder.clean.alignment import CleanText
from kg_builder.protocols import WriteResult
from kg_builder.records import Concept, Document, DocumentGraph, Issue, Mention, Reject, RelationMention, Selection


@dataclass(frozen=True, slots=True)
class PackedText:
    """A `CleanText` as plain bytes, so that checkpoints can hold it."""

    text: str
    starts: bytes
    ends: bytes

    @classmethod
    def pack(cls, clean: CleanText) -> Self:
        """From cleaned text."""
        return cls(clean.text, clean.starts.tobytes(), clean.ends.tobytes())

    def unpack(self, original: str) -> CleanText:
        """Cleaned text over its original."""
        return CleanText(self.text, original, array("Q", self.starts), array("Q", self.ends))


class State(TypedDict, total=False):
    """All of it. Mentions and relations count in the cleaned text; `grounded`, rejects and the graph in the original."""

    document: Document
    language: str
    language_reason: str
    clean: PackedText
    selection: Selection
    rung: int
    """Which extractor of the ladder is asked."""
    attempt: int
    relate_attempt: int
    feedback: tuple[Issue, ...]
    """What was wrong with the previous answer."""
    mentions: tuple[Mention, ...]
    relations: tuple[RelationMention, ...]
    fresh_rejects: tuple[Reject, ...]
    """Of this attempt, from the extractor's own reading of its answer."""
    rejects: tuple[Reject, ...]
    """Of all attempts so far."""
    grounded: tuple[Mention | None, ...]
    """`mentions` in the original, linked; None where they aren't in it."""
    concepts: tuple[Concept, ...]
    extracted: int
    """Items the extractors gave, over all attempts."""
    accepted: int
    """Items that passed the checks."""
    graph: DocumentGraph
    result: WriteResult
    next: str
    seconds: Annotated[Mapping[str, float], operator.or_]
    """Time by step."""


class Input(TypedDict):
    """What the workflow takes: a `Document`, or a mapping with its fields."""

    document: Document | dict[str, Any]


class Output(TypedDict, total=False):
    """What it gives."""

    graph: DocumentGraph
    result: WriteResult
    extracted: int
    accepted: int
    seconds: Mapping[str, float]


CHECKPOINT_TYPES: tuple[tuple[str, str], ...] = (
    (PackedText.__module__, "PackedText"),
    (WriteResult.__module__, "WriteResult"),
    *(
        (records.__name__, name)
        for name in (
            "Assertion", "Attribute", "Concept", "Document", "DocumentGraph", "Evidence", "Issue", "Mention",
            "Metadata", "Provenance", "Reject", "Relation", "RelationMention", "Selection",
        )
    ),
)  # fmt: skip
"""Modules and classes that a checkpointer's serializer must be allowed to read back."""
