"""Facts: relations with what speaks for them, what denies them, and what only names them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kg_builder.records import Assertion, Confidence, Record, ReviewStatus
from kg_builder.stores.views import PLAIN_ASSERTIONS, EvidenceView, Filter, RelationView

_NOT_STATED = frozenset({Assertion.FAMILY, Assertion.HYPOTHETICAL})


class Fact(Record):
    """A relation between two concepts over all documents that speak of it."""

    subject: str
    subject_name: str
    predicate: str
    object: str
    object_name: str
    supporting: tuple[EvidenceView, ...] = ()
    """Sentences that state it as present, possible or historical."""
    denying: tuple[EvidenceView, ...] = ()
    """Sentences that negate it."""
    other: tuple[EvidenceView, ...] = ()
    """Sentences about the family, or about what may come; and those that a reviewer rejected, where they are shown."""
    confidence: Confidence | None = None
    """Highest among the supporting sentences."""
    under: str | None = None
    """Asked with descendants: id of the end that is the concept asked for or one below it."""
    under_name: str | None = None

    @property
    def support(self) -> int:
        """Documents that state it."""
        return len({evidence.document for evidence in self.supporting})

    @property
    def denial(self) -> int:
        """Documents that deny it."""
        return len({evidence.document for evidence in self.denying})

    @property
    def evidence(self) -> tuple[EvidenceView, ...]:
        """All sentences, supporting ones first."""
        return (*self.supporting, *self.denying, *self.other)


def fact_of(view: RelationView) -> Fact:
    """A relation's evidence by what it says."""
    supporting: list[EvidenceView] = []
    denying: list[EvidenceView] = []
    other: list[EvidenceView] = []
    for item in view.evidence:
        if item.review is ReviewStatus.REJECTED or item.assertion in _NOT_STATED:
            other.append(item)
        else:
            (denying if item.assertion is Assertion.NEGATED else supporting).append(item)
    confidences = [item.confidence for item in supporting if item.confidence is not None]
    return Fact(
        subject=view.subject,
        subject_name=view.subject_name,
        predicate=view.predicate,
        object=view.object,
        object_name=view.object_name,
        supporting=tuple(supporting),
        denying=tuple(denying),
        other=tuple(other),
        confidence=max(confidences, default=None),
        under=view.under,
        under_name=view.under_name,
    )


def facts_of(views: Iterable[RelationView]) -> Sequence[Fact]:
    """Best supported first; what is only denied or only named comes last."""
    return sorted(map(fact_of, views), key=_best_first)


def every_assertion(where: Filter) -> Filter:
    """The same documents with denied, family and hypothetical statements too, unless assertions were chosen."""
    return where.model_copy(update={"assertions": None}) if where.assertions == PLAIN_ASSERTIONS else where


def _best_first(fact: Fact) -> tuple[int, int, float, str, str, str]:
    return (-fact.support, -fact.denial, -(fact.confidence or 0.0), fact.subject, fact.predicate, fact.object)
