"""Relations as single documents state them, put together to what a store answers with. Nothing here reads a store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from kg_builder.records import Relation
from kg_builder.stores.views import EvidenceView, Path, RelationView


class Stated(NamedTuple):
    """A relation as one document states it."""

    document: str
    relation: Relation
    evidence: tuple[EvidenceView, ...]

    @property
    def ends(self) -> tuple[str, str, str]:
        """Subject, predicate and object."""
        return self.relation.subject, self.relation.predicate, self.relation.object


def stated(document: str, relation: Relation, text_of: Callable[[int, tuple[int, int]], str]) -> Stated:
    """A relation with its evidence in words. `text_of` gives the text of a stretch that the n-th evidence names."""
    evidence = tuple(
        EvidenceView(
            document=document,
            sentence=item.sentence,
            sentence_text=text_of(number, item.sentence),
            subject=item.subject,
            subject_text=text_of(number, item.subject),
            object=item.object,
            object_text=text_of(number, item.object),
            assertion=relation.assertion,
            confidence=relation.confidence,
            cue=item.cue,
            provenance=relation.provenance,
            review=relation.review,
        )
        for number, item in enumerate(relation.evidence)
    )
    return Stated(document, relation, evidence)


def merged_views(
    items: Iterable[Stated], names: Mapping[str, str], apart: Callable[[Stated], Any] = lambda _: None
) -> list[RelationView]:
    """One view a relation, and one for each value of `apart` within it, of items that come in order of their ends.

    `names`: of the concepts, by id.
    """
    return [_view(list(group), names) for _, group in groupby(items, lambda item: (*item.ends, apart(item)))]


def in_document(item: Stated) -> tuple[str, str]:
    """What tells apart what several documents state, and one document under several assertions."""
    return item.document, item.relation.assertion


def best_first(view: RelationView) -> tuple[int, float, str, str, str]:
    """Sorting key: most documents, then highest confidence, then ids."""
    return (-len(view.documents), -(view.confidence or 0.0), view.subject, view.predicate, view.object)


def found_under(view: RelationView, concepts: Collection[str], direction: str) -> RelationView:
    """A relation that names which of the concepts it was found under: its subject, where both ends are among them."""
    of_subject = direction != "in" and view.subject in concepts
    under, name = (view.subject, view.subject_name) if of_subject else (view.object, view.object_name)
    return view.model_copy(update={"under": under, "under_name": name})


def same_name(stored: str, given: str) -> bool:
    """Whether two predicates differ in case at most."""
    return stored.casefold() == given.casefold()


def path(
    chain: Sequence[str], joining: Mapping[tuple[str, str], Sequence[RelationView]], names: Mapping[str, str]
) -> Path:
    """A chain of concepts with their names and, for each step, the best supported relation that joins the two."""
    return Path(
        concepts=tuple(chain),
        names=tuple(names[concept] for concept in chain),
        relations=tuple(min(joining[step], key=best_first) for step in pairwise(chain)),
    )


def _view(items: list[Stated], names: Mapping[str, str]) -> RelationView:
    subject, predicate, object_ = items[0].ends
    confidences = [item.relation.confidence for item in items if item.relation.confidence is not None]
    evidence = [piece for item in items for piece in item.evidence]
    return RelationView(
        subject=subject,
        subject_name=names[subject],
        predicate=predicate,
        object=object_,
        object_name=names[object_],
        documents=tuple(sorted({item.document for item in items})),
        assertions=tuple(sorted({item.relation.assertion for item in items})),
        confidence=max(confidences, default=None),
        evidence=tuple(sorted(evidence, key=_place)),
    )


def _place(piece: EvidenceView) -> tuple[object, ...]:
    """Where it stands; what is said twice in one place keeps one order in every store."""
    return piece.document, piece.sentence, piece.subject, piece.object, piece.assertion.value, piece.cue or ""
