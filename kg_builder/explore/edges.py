"""Relations as the graph draws them: their ends and who states them, without sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kg_builder.explore.json_answers import Answer
from kg_builder.records import Assertion
from kg_builder.stores.strengths import Ends
from kg_builder.stores.views import PLAIN_ASSERTIONS, ConceptOutline, StatementView


class Edge(NamedTuple):
    """A relation over all documents that state it."""

    ends: Ends
    statements: Sequence[StatementView]
    """In order of document and assertion."""

    @property
    def plain(self) -> Sequence[StatementView]:
        """Those that state it: not as denied, about the family or about what may come."""
        return [one for one in self.statements if one.assertion in PLAIN_ASSERTIONS]

    @property
    def support(self) -> int:
        """How many documents state it plainly."""
        return len({one.document for one in self.plain})

    @property
    def confidence(self) -> float | None:
        """The highest."""
        return _surest(self.statements)


def edges_of(statements: Iterable[StatementView]) -> list[Edge]:
    """Those first that most documents state plainly, then the surest, then in order of ends."""
    found: defaultdict[Ends, list[StatementView]] = defaultdict(list)
    for one in statements:
        found[one.subject, one.predicate, one.object].append(one)
    return sorted((Edge(*item) for item in found.items()), key=_best_first)


def _best_first(edge: Edge) -> tuple[int, float, Ends]:
    """As `GraphStore.best_supported` has them."""
    return (-edge.support, -(_surest(edge.plain) or 0.0), edge.ends)


def _surest(statements: Iterable[StatementView]) -> float | None:
    return max((one.confidence for one in statements if one.confidence is not None), default=None)


def edge_answer(edge: Edge) -> Answer:
    """An edge with a statement a document and assertion: [document, assertion, confidence, review]."""
    subject, predicate, object_ = edge.ends
    return {
        "subject": subject,
        "predicate": predicate,
        "object": object_,
        "statements": [[one.document, str(one.assertion), one.confidence, str(one.review)] for one in edge.statements],
    }


def relation_line(edge: Edge, outlines: Mapping[str, ConceptOutline]) -> Answer:
    """A relation as a list of them says it."""
    subject, predicate, object_ = edge.ends
    return {
        "subject": _named(subject, outlines),
        "predicate": predicate,
        "object": _named(object_, outlines),
        "support": len({one.document for one in edge.statements}),
        "confidence": edge.confidence,
        "assertions": sorted({Assertion(one.assertion).value for one in edge.statements}),
    }


def joined(edges: Iterable[Edge]) -> list[str]:
    """Ids of all ends, each once, in the order in which edges name them."""
    return list(dict.fromkeys(end for edge in edges for end in (edge.ends[0], edge.ends[2])))


def _named(concept_id: str, outlines: Mapping[str, ConceptOutline]) -> Answer:
    return {"id": concept_id, "name": outlines[concept_id].name if concept_id in outlines else concept_id}
