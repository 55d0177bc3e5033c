"""What every export says of a document, concept, mention and relation, before a format shapes it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, groupby
from typing import Any

from kg_builder.errors import SchemaError
from kg_builder.graph_store import GraphStore
from kg_builder.records import Assertion
from kg_builder.schema import Schema
from kg_builder.schemas import builtin_schema
from kg_builder.semantic_groups import BIOLINK_BY_LABEL
from kg_builder.stores.graph import IS_A, MENTIONS, document_attributes
from kg_builder.stores.views import ConceptView, DocumentView, EvidenceView, Filter, MentionView, RelationView

Fields = dict[str, Any]
"""Field names and values; what isn't set isn't there."""
SUBCLASS_OF = "biolink:subclass_of"


@dataclass(frozen=True, slots=True)
class Content:
    """What of a store is exported, in the store's order, which depends on the graph alone."""

    store: GraphStore
    where: Filter | None
    _schema_names: dict[str, str] = field(default_factory=dict)
    """By document: a relation's predicate means what the document's schema says."""
    _schemas: dict[str, Schema | None] = field(default_factory=dict)
    _broader: list[tuple[str, str]] = field(default_factory=list)

    def documents(self) -> Iterator[DocumentView]:
        """Documents. Writers go through them before relations, whose meaning they tell."""
        for view in self.store.documents(self.where):
            self._schema_names[view.id] = view.selection.schema_name
            yield view

    def concepts(self) -> Iterator[ConceptView]:
        """Concepts, then those that are there for the hierarchy alone. Writers go through them before edges."""
        self._broader.clear()
        for view in chain(self.store.concepts(self.where), self.store.ancestors(self.where)):
            self._broader.extend((view.id, parent) for parent in view.broader)
            yield view

    def broader(self) -> Iterator[tuple[str, str]]:
        """IS_A edges, as (narrower, broader) ids."""
        return iter(self._broader)

    def mentions(self) -> Iterator[tuple[str, MentionView]]:
        """Mentions, each with a key that is its own among those of its document and concept."""
        for _, views in groupby(self.store.mentions(self.where), key=lambda view: view.document):
            used: set[tuple[str, str]] = set()
            for view in views:
                key = mention_key(view)
                while (view.concept, key) in used:
                    key += "'"
                used.add((view.concept, key))
                yield key, view

    def relations(self) -> Iterator[RelationView]:
        """One a (subject, predicate, object, document, assertion)."""
        return self.store.relations(self.where)

    def predicate(self, view: RelationView) -> str:
        """Biolink predicate of a relation; related_to where the document's schema isn't a built-in one."""
        schema = self._schema(self._schema_names.get(view.documents[0], ""))
        relation = schema.relation(view.predicate) if schema else None
        return relation.biolink if relation else "biolink:related_to"

    def _schema(self, name: str) -> Schema | None:
        if name not in self._schemas:
            try:
                self._schemas[name] = builtin_schema(name)
            except SchemaError:
                self._schemas[name] = None
        return self._schemas[name]


def category(concept_type: str) -> str:
    """Biolink category of a concept type."""
    return BIOLINK_BY_LABEL.get(concept_type, "biolink:NamedThing")


def document_fields(view: DocumentView) -> Fields:
    """A document's node: the attributes it has in memory, and the doses, dates and values kept with it."""
    fields = document_attributes(
        document_id=view.id, sha256=view.sha256, language=view.selection.language, metadata=view.metadata
    )
    fields["schema"] = view.selection.schema_name
    if view.attributes:
        fields["attributes"] = [
            attribute.model_dump(mode="json", exclude={"provenance"}, exclude_defaults=True)
            | {"extractor": attribute.provenance.extractor}
            for attribute in view.attributes
        ]
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}


def concept_fields(view: ConceptView) -> Fields:
    """A concept's node."""
    fields: Fields = {
        "kind": "concept",
        "id": view.id,
        "name": view.name,
        "type": view.type,
        "category": category(view.type),
        "linked": view.linked,
        "synonyms_seen": list(view.synonyms_seen),
        "xrefs": list(view.xrefs),
        "documents": view.documents,
        "mentions": view.mentions,
    }
    return fields | ({"ancestor_only": True} if view.ancestor_only else {})


def broader_fields() -> Fields:
    """An IS_A edge."""
    return {"predicate": IS_A, "biolink": SUBCLASS_OF}


def mention_key(view: MentionView) -> str:
    """Where a mention is and as what."""
    key = f"{view.start}-{view.end} {view.type}"
    if view.fragments:
        key += " " + ",".join(f"{start}-{end}" for start, end in view.fragments)
    return key


def mention_fields(view: MentionView) -> Fields:
    """A MENTIONS edge."""
    fields: Fields = {
        "predicate": MENTIONS,
        "start": view.start,
        "end": view.end,
        "text": view.text,
        "type": view.type,
        "assertion": view.assertion.value,
        "confidence": view.confidence,
        "fragments": [list(fragment) for fragment in view.fragments] or None,
        "section": view.section,
        "extractor": view.provenance.extractor,
        "model": view.provenance.model,
        "review": view.review.value,
    }
    return {name: value for name, value in fields.items() if value is not None}


def relation_key(view: RelationView) -> str:
    """A relation's own key among those of its two concepts, as in memory."""
    return f"{view.predicate.replace('|', '||')}|{assertion(view)}|{view.documents[0]}"


def relation_uuid(view: RelationView) -> str:
    """The same for the same (subject, predicate, object, document, assertion), whatever the store."""
    name = "\n".join((view.subject, view.object, relation_key(view)))
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name.encode("utf-8", "backslashreplace").decode()))


def assertion(view: RelationView) -> Assertion:
    """The one assertion of a relation as one document states it."""
    return view.assertions[0]


def relation_fields(view: RelationView, biolink: str) -> Fields:
    """The edge of a relation, with its evidence."""
    first = view.evidence[0]
    fields: Fields = {
        "predicate": view.predicate,
        "biolink": biolink,
        "document": view.documents[0],
        "assertion": assertion(view).value,
        "confidence": view.confidence,
        "sentence": first.sentence_text,
        "evidence": [evidence_fields(item) for item in view.evidence],
        "extractor": first.provenance.extractor,
        "model": first.provenance.model,
        "review": first.review.value,
    }
    return {name: value for name, value in fields.items() if value is not None}


def evidence_fields(view: EvidenceView) -> Fields:
    """A sentence that states a relation, with the offsets of both mentions in the document."""
    fields: Fields = {
        "sentence": view.sentence_text,
        "start": view.sentence[0],
        "end": view.sentence[1],
        "subject": list(view.subject),
        "object": list(view.object),
    }
    return fields | ({"cue": view.cue} if view.cue is not None else {})
