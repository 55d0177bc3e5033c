"""What travels through the document workflow, as slices: each node names what it reads and what it returns."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Required, Self

from typing_extensions import TypedDict

from kg_builder import records
from kg_builder.clean.alignment import CleanText
from kg_builder.graph_store import WriteResult
from kg_builder.records import (
    Attribute,
    Concept,
    Document,
    DocumentGraph,
    Issue,
    Mention,
    Reject,
    RelationMention,
    Selection,
)
from kg_builder.review import Decision


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


class Input(TypedDict):
    """What the workflow takes: a `Document`, or a mapping with its fields."""

    document: Document | dict[str, Any]


class Cleaned(TypedDict):
    """What `clean` returns."""

    document: Document
    language: str
    language_reason: str
    clean: PackedText


class Selected(TypedDict):
    """What was selected."""

    selection: Selection


class Turn(TypedDict, total=False):
    """Whose turn it is, and with which feedback."""

    next: str
    rung: int
    """Which extractor of the ladder is asked."""
    attempt: int
    relate_attempt: int
    feedback: tuple[Issue, ...]
    """What was wrong with the previous answer."""


class Candidates(TypedDict, total=False):
    """What the extractors gave so far. Mentions and relations count in the cleaned text, rejects in the original."""

    mentions: tuple[Mention, ...]
    attributes: tuple[Attribute, ...]
    """What is known of those mentions that are attributes: values and owners, in the cleaned text."""
    relations: tuple[RelationMention, ...]
    fresh_rejects: tuple[Reject, ...]
    """Of this attempt, from the extractor's own reading of its answer."""
    rejects: tuple[Reject, ...]
    """Of earlier attempts."""
    extracted: int
    """Items the extractors gave, over all attempts."""


class FirstCleaned(Cleaned, Candidates):
    """What `clean` returns: with the rewritten texts that were not accepted."""


class Selecting(Selected, Turn):
    """What `select` returns."""


class Asked(Turn, Candidates, total=False):
    """What `extract`, `relate` and `validate` go by and return."""


class Linked(TypedDict):
    """What `normalize` returns."""

    grounded: tuple[Mention | None, ...]
    """`mentions` in the original, linked; None where they aren't in it."""
    concepts: tuple[Concept, ...]


class Judged(Asked, total=False):
    """What `validate` returns: the turn back, or the part and how many items passed."""

    graph: DocumentGraph
    accepted: int


class Written(TypedDict, total=False):
    """What `write` returns."""

    graph: DocumentGraph
    """As decisions leave it, where there are any."""
    result: WriteResult


class SelectInput(Cleaned):
    """What `select` reads."""


class ExtractInput(Cleaned, Selected, Asked):
    """What `extract` and `relate` read."""


class NormalizeInput(Cleaned, Selected, Candidates):
    """What `normalize` reads."""


class ValidateInput(Cleaned, Selected, Asked, Linked):
    """What `validate` reads."""


class Decided(TypedDict, total=False):
    """What `review` returns."""

    decisions: tuple[Decision, ...]
    """Of people, about the part."""


class WriteInput(Decided):
    """What `review` and `write` read."""

    graph: Required[DocumentGraph]


def _summed(before: Mapping[str, float], after: Mapping[str, float]) -> Mapping[str, float]:
    return {**before, **{name: before.get(name, 0.0) + seconds for name, seconds in after.items()}}


class State(Cleaned, Selected, Judged, Linked, Decided, Written):
    """All of it."""

    seconds: Annotated[Mapping[str, float], _summed]
    """Time by step, over all attempts."""


class Output(TypedDict, total=False):
    """What the workflow gives."""

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
            "Metadata", "Provenance", "Reject", "Relation", "RelationMention", "ReviewStatus", "Selection",
        )
    ),
    *((Decision.__module__, name) for name in ("Decision", "Edit", "MentionTarget", "RelationTarget", "Verdict")),
)  # fmt: skip
"""Modules and classes that a checkpointer's serializer must be allowed to read back."""
