"""Asking extractors: long texts in chunks, the next of the ladder when one fails, labels made the schema's types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from kg_builder.clean.alignment import CleanText
from kg_builder.deadlines import wait_for
from kg_builder.errors import BackendUnavailableError, DocumentError, ModelError, TransientModelError
from kg_builder.graphs.circuit_breaker import Breakers, Part
from kg_builder.privacy.gate import Gate
from kg_builder.protocols import (
    ExtractionRequest,
    Extractor,
    RelationExtraction,
    RelationExtractor,
    RelationRequest,
)
from kg_builder.records import Issue, Mention, Reject
from kg_builder.schema import Schema

Given = TypeVar("Given")


@dataclass(frozen=True, slots=True)
class Answer:
    """Mentions in the cleaned text with the schema's types; rejects in the original text."""

    mentions: Sequence[Mention]
    rejects: Sequence[Reject]
    rung: int
    """Who gave it."""


def permit(part: Part, *, allow_remote: bool) -> None:
    """Raise DocumentError unless text may go where the part would send it."""
    if part.remote and not allow_remote:
        raise DocumentError(
            "remote-not-allowed",
            f"'{part.name}' would send the text to a model that runs elsewhere, which this run doesn't allow.",
            hint="Allow it for this run (--allow-remote, or allow_remote in the settings), or name a local model.",
        )


def ask(part: Part, question: Callable[[], Given], breakers: Breakers) -> Given:
    """A part's answer; one from elsewhere is waited for as long as the document may take.

    Raises BackendUnavailableError where the part's backend is down, TimedOutError.
    """
    return breakers.ask(part, partial(wait_for, question) if part.remote else question)


def ask_for_mentions(
    clean: CleanText,
    *,
    ladder: Sequence[Extractor],
    rung: int,
    schema: Schema,
    language: str,
    attempt: int,
    issues: Sequence[Issue],
    document_id: str,
    allow_remote: bool,
    breakers: Breakers,
    gate: Gate,
) -> Answer:
    """Ask from `rung` on; an extractor that fails for good hands over to the next. Raises the last one's error.

    One that is out of reach for the moment doesn't: the graph would depend on the moment.
    """
    failed: list[Reject] = []
    while True:
        extractor = ladder[rung]
        permit(extractor, allow_remote=allow_remote)
        request = ExtractionRequest(
            clean.text, schema, language=language, attempt=attempt, issues=issues, document_id=document_id
        )
        try:
            found = ask(extractor, partial(gate.extract, extractor, request, clean), breakers)
            break
        except (TransientModelError, BackendUnavailableError):
            raise
        except ModelError:
            if rung + 1 == len(ladder):
                raise
            failed.append(_failure(extractor))
            rung, attempt, issues = rung + 1, 0, ()
    labels = extractor.labels(schema, language)
    typed = [_typed(mention, labels.get(mention.type), schema) for mention in found.mentions]
    rejects = [*failed, *found.rejects, *(item for item in typed if isinstance(item, Reject))]
    return Answer(
        [item for item in typed if isinstance(item, Mention)], [_in_original(item, clean) for item in rejects], rung
    )


def ask_for_relations(
    clean: CleanText,
    extractor: RelationExtractor,
    *,
    mentions: Sequence[Mention],
    schema: Schema,
    language: str,
    attempt: int,
    issues: Sequence[Issue],
    document_id: str,
    allow_remote: bool,
    breakers: Breakers,
    gate: Gate,
) -> RelationExtraction:
    """Ask for the relations among mentions; rejects come back in original offsets."""
    permit(extractor, allow_remote=allow_remote)
    request = RelationRequest(
        clean.text, mentions, schema, language=language, attempt=attempt, issues=issues, document_id=document_id
    )
    found = ask(extractor, partial(gate.relate, extractor, request, clean), breakers)
    return RelationExtraction(found.relations, [_in_original(item, clean) for item in found.rejects])


def _typed(mention: Mention, group: str | None, schema: Schema) -> Mention | Reject:
    entity = schema.entity_for_label(mention.type, group)
    if entity is not None:
        return mention if entity.name == mention.type else mention.model_copy(update={"type": entity.name})
    names = ", ".join(kind.name for kind in schema.entities)
    issue = Issue(code="unknown-type", message=f"'{mention.type}' is not a type; use one of {names}.")
    return Reject(
        kind="mention", type=mention.type, start=mention.start, end=mention.end, text=mention.text, issues=(issue,)
    )


def _failure(extractor: Extractor) -> Reject:
    issue = Issue(code="extractor-failed", message=f"The extractor '{extractor.name}' failed; the next one was asked.")
    return Reject(kind="answer", issues=(issue,))


def _in_original(reject: Reject, clean: CleanText) -> Reject:
    """Offsets of the original, or none where they aren't in it."""
    if reject.start is None or reject.end is None:
        return reject
    inside = 0 <= reject.start < reject.end <= len(clean.text)
    start, end = (clean.to_original(reject.start, reject.end) if inside else None) or (None, None)
    return reject.model_copy(update={"start": start, "end": end})
