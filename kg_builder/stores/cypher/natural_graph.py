"""The graph as people ask for it in Cypher, made from what any store answers: labels and properties as in Neo4j."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Protocol, TypedDict, TypeVar

from kg_builder.stores.neo4j.bodies import carried
from kg_builder.stores.neo4j.names import Names, names_of
from kg_builder.stores.rows import dumps
from kg_builder.stores.views import ConceptView, DocumentView, Filter, MentionView, RelationView

VIEWS_A_BATCH = 2000

T = TypeVar("T")
Row = dict[str, Any]


class Batch(TypedDict):
    """Nodes of the same labels, or relationships of one type from nodes of one label to concepts."""

    kind: str
    """``nodes`` or ``relationships``."""
    names: list[str]
    """Labels of the nodes; label of where the relationships start, and their type."""
    rows: list[Row]
    """Properties of nodes; ``subject``, ``object`` (ids) and ``properties`` of relationships."""


class Views(Protocol):
    """What of a store the graph is made from."""

    def documents(self, where: Filter | None = None) -> Iterator[DocumentView]:
        """See `GraphStore`."""
        ...

    def concepts(self, where: Filter | None = None) -> Iterator[ConceptView]:
        """See `GraphStore`."""
        ...

    def ancestors(self, where: Filter | None = None) -> Iterator[ConceptView]:
        """See `GraphStore`."""
        ...

    def mentions(self, where: Filter | None = None) -> Iterator[MentionView]:
        """See `GraphStore`."""
        ...

    def relations(self, where: Filter | None = None) -> Iterator[RelationView]:
        """See `GraphStore`."""
        ...


def batches(store: Views, where: Filter) -> Iterator[Batch]:
    """All nodes, then all relationships."""
    names = names_of()
    yield from _grouped("nodes", store.documents(where), _document)
    yield from _grouped("nodes", store.concepts(where), lambda view: _concept(view, names))
    yield from _grouped("nodes", store.ancestors(where), lambda view: _concept(view, names))
    yield from _grouped("relationships", store.mentions(where), _mention)
    yield from _grouped("relationships", store.relations(where), lambda view: _relation(view, names))
    for views in (store.concepts(where), store.ancestors(where)):
        pairs = ((view.id, parent) for view in views for parent in view.broader)
        yield from _grouped("relationships", pairs, _broader)


def _grouped(kind: str, views: Iterable[T], described: Callable[[T], tuple[tuple[str, ...], Row]]) -> Iterator[Batch]:
    left = iter(views)
    while taken := list(islice(left, VIEWS_A_BATCH)):
        rows: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
        for names, row in map(described, taken):
            rows[names].append(row)
        for names, of_names in rows.items():
            yield Batch(kind=kind, names=list(names), rows=of_names)


def _document(view: DocumentView) -> tuple[tuple[str, ...], Row]:
    metadata = view.metadata
    return ("Document",), _set(
        id=view.id,
        language=view.selection.language,
        schema=view.selection.schema_name,
        patient=metadata.patient,
        encounter=metadata.encounter,
        date=None if metadata.date is None else metadata.date.isoformat(),
        kind=metadata.kind,
        source=metadata.source,
        tags=list(metadata.tags) or None,
    )


def _concept(view: ConceptView, names: Names) -> tuple[tuple[str, ...], Row]:
    label = names.label(view.type)
    return ("Concept", label) if label else ("Concept",), _set(
        id=view.id,
        name=view.name,
        type=view.type,
        linked=view.linked,
        xrefs=list(view.xrefs),
        synonyms_seen=list(view.synonyms_seen),
        ancestor_only=view.ancestor_only or None,
    )


def _mention(view: MentionView) -> tuple[tuple[str, ...], Row]:
    properties = _set(
        start=view.start,
        end=view.end,
        text=view.text,
        type=view.type,
        assertion=view.assertion.value,
        confidence=view.confidence,
        section=view.section,
        extractor=view.provenance.extractor,
        model=view.provenance.model,
        review=view.review.value,
    )
    return ("Document", "MENTIONS"), {"subject": view.document, "object": view.concept, "properties": properties}


def _relation(view: RelationView, names: Names) -> tuple[tuple[str, ...], Row]:
    """Of a view over one document and assertion."""
    first = view.evidence[0] if view.evidence else None
    spans = [[*one.sentence, *one.subject, *one.object, one.cue] for one in view.evidence]
    properties = _set(
        predicate=view.predicate,
        document=view.documents[0],
        assertion=view.assertions[0].value,
        confidence=view.confidence,
        evidence=dumps(spans),
        sentences=[one.sentence_text for one in view.evidence],
        extractor=first.provenance.extractor if first else None,
        model=first.provenance.model if first else None,
        review=first.review.value if first else None,
    )
    type_ = names.relationship_type(view.predicate)
    return ("Concept", type_), {"subject": view.subject, "object": view.object, "properties": properties}


def _broader(pair: tuple[str, str]) -> tuple[tuple[str, ...], Row]:
    return ("Concept", "IS_A"), {"subject": pair[0], "object": pair[1], "properties": {}}


def _set(**properties: Any) -> Row:
    """Without what isn't set; text as UTF-8 has it."""
    return {name: _text(value) for name, value in properties.items() if value is not None}


def _text(value: Any) -> Any:
    if isinstance(value, list):
        return list(map(_text, value))
    return carried(value) if isinstance(value, str) else value
