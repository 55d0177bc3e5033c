"""A relation with the sentences that state it, and those that say otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kg_builder.explore.concepts import node
from kg_builder.explore.edges import Edge
from kg_builder.explore.json_answers import Answer
from kg_builder.explore.pieces import sentence_pieces
from kg_builder.records import Assertion
from kg_builder.stores.strengths import Ends
from kg_builder.stores.views import ConceptOutline, EvidenceView

STANDINGS: Mapping[str, frozenset[Assertion]] = {
    "states": frozenset({Assertion.PRESENT, Assertion.HISTORICAL}),
    "uncertain": frozenset({Assertion.POSSIBLE, Assertion.HYPOTHETICAL}),
    "denies": frozenset({Assertion.NEGATED}),
    "about-others": frozenset({Assertion.FAMILY}),
}
"""What a sentence is to the relation, by its assertion."""


def relation_answer(
    ends: tuple[ConceptOutline, str, ConceptOutline], evidence: Sequence[EvidenceView], between: Iterable[Edge]
) -> Answer:
    """All that the page says of one relation. `between`: what is stated of its two concepts, and perhaps of others."""
    subject, predicate, object_ = ends
    groups = (
        (standing, [_evidence(item) for item in evidence if item.assertion in assertions])
        for standing, assertions in STANDINGS.items()
    )
    key = (subject.id, predicate, object_.id)
    return {
        "subject": node(subject),
        "predicate": predicate,
        "object": node(object_),
        "groups": [{"standing": standing, "evidence": found} for standing, found in groups if found],
        "contradicting": [_otherwise(edge) for edge in between if edge.support and _says_otherwise(key, edge.ends)],
    }


def _says_otherwise(ends: Ends, others: Ends) -> bool:
    """Whether these are another relation between the same two concepts."""
    return ends != others and sorted(ends[::2]) == sorted(others[::2])


def _otherwise(edge: Edge) -> Answer:
    subject, predicate, object_ = edge.ends
    return {"subject": subject, "predicate": predicate, "object": object_, "support": edge.support}


def _evidence(item: EvidenceView) -> Answer:
    return {
        "document": item.document,
        "start": item.sentence[0],
        "end": item.sentence[1],
        "pieces": sentence_pieces(item.sentence_text, item.sentence[0], item.subject, item.object),
        "assertion": item.assertion.value,
        "confidence": item.confidence,
        "cue": item.cue,
        "extractor": item.provenance.extractor,
        "model": item.provenance.model,
        "review": item.review.value,
    }
