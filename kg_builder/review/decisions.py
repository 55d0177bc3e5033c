"""What a person decided about one mention or relation: a record that is only ever added, never changed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from kg_builder.records import Assertion, Concept, Curie, Identifier, Record, Span

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(max_length=4000)]


class Verdict(StrEnum):
    """What was decided."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    RELINKED = "relinked"
    """A mention stands for other concepts."""
    EDITED = "edited"
    """Another span, type, assertion or predicate."""
    UNDONE = "undone"
    """An earlier decision doesn't count."""


class MentionTarget(Span):
    """A mention as it was read: what a decision is about is found by it when the document is read again."""

    kind: Literal["mention"] = "mention"
    text: str
    type: str
    fragments: tuple[tuple[int, int], ...] = ()
    assertion: Assertion = Assertion.PRESENT
    """When it was judged."""
    concepts: tuple[Curie, ...] = ()
    """When it was judged."""
    quote: str = ""
    """The sentence it stands in, by which it is found in a document whose text has changed."""
    quote_start: Annotated[int, Field(ge=0)] = 0


class RelationTarget(Record):
    """A relation as a document states it, on the concepts that its mentions have after decisions about these."""

    kind: Literal["relation"] = "relation"
    subject: Curie
    predicate: str
    object: Curie
    assertion: Assertion = Assertion.PRESENT
    sentences: tuple[str, ...] = ()
    """That state it: in a document whose text has changed, at least one of them must still do so."""


Target = Annotated[MentionTarget | RelationTarget, Field(discriminator="kind")]


class Edit(Record):
    """What is to be otherwise; None: as it was read. A span and its text go together."""

    start: Annotated[int, Field(ge=0)] | None = None
    end: int | None = None
    text: str | None = None
    type: Annotated[str, StringConstraints(min_length=1)] | None = None
    assertion: Assertion | None = None
    predicate: Annotated[str, StringConstraints(min_length=1)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        span = (self.start, self.end, self.text)
        if None in span and span != (None, None, None):
            raise ValueError("start, end and text of an edit go together")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError("a span ends after it starts")
        if all(value is None for _, value in self):
            raise ValueError("an edit changes something")
        return self


class Decision(Record):
    """One decision of one person."""

    id: Name
    document: Identifier
    sha256: str
    """Of the document's text when it was judged."""
    about: Target
    verdict: Verdict
    concepts: tuple[Concept, ...] = ()
    """Relinked: what the mention stands for."""
    edit: Edit | None = None
    undoes: Name | None = None
    """Undone: id of the decision that doesn't count any more, which may itself be one that undid another."""
    by: Name
    """Who."""
    at: AwareDatetime
    note: Words = ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed = {
            Verdict.RELINKED: bool(self.concepts),
            Verdict.EDITED: self.edit is not None,
            Verdict.UNDONE: self.undoes is not None,
        }
        if [verdict for verdict, there in needed.items() if there] != [v for v in needed if v is self.verdict]:
            raise ValueError("concepts go with relinked, an edit with edited, and the id of a decision with undone")
        if self.verdict is Verdict.RELINKED and isinstance(self.about, RelationTarget):
            raise ValueError("a relation is relinked by its mentions")
        return self


def undoing(decision: Decision, *, by: str, at: dt.datetime | None = None, note: str = "") -> Decision:
    """The decision that an earlier one doesn't count."""
    return Decision(
        id=new_id(),
        document=decision.document,
        sha256=decision.sha256,
        about=decision.about,
        verdict=Verdict.UNDONE,
        undoes=decision.id,
        by=by,
        at=at or now(),
        note=note,
    )


def new_id() -> str:
    """For a decision."""
    return uuid.uuid4().hex


def now() -> dt.datetime:
    """In UTC."""
    return dt.datetime.now(dt.UTC)


def in_order(decisions: Iterable[Decision]) -> list[Decision]:
    """As they were taken, whichever store or file they came from; each once."""
    return sorted({decision.id: decision for decision in decisions}.values(), key=lambda item: (item.at, item.id))


def by_document(decisions: Iterable[Decision]) -> dict[str, list[Decision]]:
    """By the id of the document that they are about, in order of these ids."""
    found: dict[str, list[Decision]] = {}
    for decision in decisions:
        found.setdefault(decision.document, []).append(decision)
    return dict(sorted(found.items()))


def standing(decisions: Iterable[Decision]) -> list[Decision]:
    """Those that count, in order: neither undone nor themselves the undoing of another."""
    every = in_order(decisions)
    undone_by: dict[str, list[str]] = {}
    for decision in every:
        if decision.undoes is not None:
            undone_by.setdefault(decision.undoes, []).append(decision.id)
    counts: dict[str, bool] = {}

    def stands(decision_id: str) -> bool:
        waiting = [decision_id]
        while waiting:  # a chain of undoings may be longer than the stack is deep
            current = waiting[-1]
            undoings = undone_by.get(current, ())
            unknown = [each for each in undoings if each not in counts and each not in waiting]
            if unknown:
                waiting.extend(unknown)
                continue
            counts[current] = not any(counts.get(each, False) for each in undoings)
            waiting.pop()
        return counts[decision_id]

    return [decision for decision in every if stands(decision.id) and decision.verdict is not Verdict.UNDONE]
