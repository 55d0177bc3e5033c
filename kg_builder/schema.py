"""What is asked for: entity types and relation types, as data.

Schemas come from YAML (`load_schema`), from the built-in files (`builtin_schema`) or from pydantic
classes (`schema_from_models`); all are validated by `Schema` itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from kg_builder.semantic_groups import GROUPS

TypeName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=64)]
"""Letters, digits and underscores: becomes a label or relationship type in the store."""

BiolinkName = Annotated[str, StringConstraints(pattern=r"^biolink:[A-Za-z_]+$")]


class Role(StrEnum):
    """What becomes of a mention of a type."""

    CONCEPT = "concept"
    """Merged across documents into a node."""
    ATTRIBUTE = "attribute"
    """Kept with its document or its mention; never a node."""
    IDENTIFIER = "identifier"
    """Found so that it can be left out; never written."""


class SchemaPart(BaseModel):
    """What the parts of a schema share: no unknown fields, no assignment."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class EntityType(SchemaPart):
    """A type of mention."""

    name: TypeName
    description: str
    """One sentence; goes into prompts as it stands."""
    role: Role = Role.CONCEPT
    semantic_group: str | None = None
    """UMLS semantic group code; None: a type of the user's own, matched by name only."""
    biolink: BiolinkName | None = None
    """Biolink category; None: the group's."""
    examples: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _known_group(self) -> Self:
        if self.semantic_group is not None and self.semantic_group not in GROUPS:
            raise ValueError(f"unknown semantic_group '{self.semantic_group}'; one of {', '.join(GROUPS)}")
        return self

    @property
    def concept_type(self) -> str:
        """Type of the concepts its mentions become: the semantic group's label, or its own name."""
        return GROUPS[self.semantic_group].label if self.semantic_group else self.name

    @property
    def category(self) -> str:
        """Biolink category."""
        if self.biolink:
            return self.biolink
        return GROUPS[self.semantic_group].biolink if self.semantic_group else "biolink:NamedThing"


class RelationType(SchemaPart):
    """A type of relation, with the entity types its ends may have."""

    name: TypeName
    description: str
    subject: Annotated[tuple[str, ...], Field(min_length=1)]
    object: Annotated[tuple[str, ...], Field(min_length=1)]
    biolink: BiolinkName = "biolink:related_to"
    """Biolink predicate."""


class ExampleMention(SchemaPart):
    """A mention of an example."""

    text: Annotated[str, StringConstraints(min_length=1)]
    """As it stands in the example's text; named again for each further place."""
    type: str


class ExampleRelation(SchemaPart):
    """A relation of an example; its ends are texts of mentions."""

    subject: str
    predicate: str
    object: str


class Example(SchemaPart):
    """A short text with all that the schema asks for in it: shown to models that learn from their prompt."""

    text: Annotated[str, StringConstraints(min_length=1)]
    mentions: tuple[ExampleMention, ...] = ()
    """In order of place; none: a text in which there is nothing to find."""
    relations: tuple[ExampleRelation, ...] = ()

    @model_validator(mode="after")
    def _in_its_text(self) -> Self:
        named = Counter(mention.text for mention in self.mentions)
        for text, times in named.items():
            if self.text.count(text) < times:
                raise ValueError(f"the example's text doesn't hold '{text}'" + (f" {times} times" if times > 1 else ""))
        for relation in self.relations:
            for end in (relation.subject, relation.object):
                if end not in named:
                    raise ValueError(f"'{end}' of {relation.predicate} is not among the example's mentions")
        return self


class Schema(SchemaPart):
    """Entity types and the relations between them."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
    description: str
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes of the text it is meant for; empty: any."""
    entities: Annotated[tuple[EntityType, ...], Field(min_length=1)]
    relations: tuple[RelationType, ...] = ()
    examples: tuple[Example, ...] = ()
    """For prompts; not of the documents that are to be read."""

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for kind, names in (
            ("entity", [e.name for e in self.entities]),
            ("relation", [r.name for r in self.relations]),
        ):
            for name in names:
                if names.count(name) > 1:
                    raise ValueError(f"{kind} type '{name}' is defined twice")
        for relation in self.relations:
            for end in (*relation.subject, *relation.object):
                entity = self.entity(end)
                if entity is None:
                    raise ValueError(f"relation '{relation.name}' names unknown entity type '{end}'")
                if entity.role is not Role.CONCEPT:
                    raise ValueError(f"relation '{relation.name}' ends in '{end}', whose role is {entity.role}")
        for example in self.examples:
            self._fits(example)
        return self

    def _fits(self, example: Example) -> None:
        """Raise ValueError where an example shows what the schema doesn't have, or what is never written."""
        for mention in example.mentions:
            entity = self.entity(mention.type)
            if entity is None:
                raise ValueError(f"an example names unknown entity type '{mention.type}'")
            if entity.role is Role.IDENTIFIER:
                raise ValueError(f"an example shows the identifier type '{mention.type}', whose text goes nowhere")
        for relation in example.relations:
            kind = self.relation(relation.predicate)
            if kind is None:
                raise ValueError(f"an example names unknown relation type '{relation.predicate}'")
            for end, allowed in ((relation.subject, kind.subject), (relation.object, kind.object)):
                if not any(mention.text == end and mention.type in allowed for mention in example.mentions):
                    raise ValueError(
                        f"an example's {relation.predicate} has the end '{end}', whose type it doesn't take"
                    )

    @cached_property
    def _entities_by_name(self) -> Mapping[str, EntityType]:
        return {entity.name: entity for entity in self.entities}

    @cached_property
    def _relations_by_name(self) -> Mapping[str, RelationType]:
        return {relation.name: relation for relation in self.relations}

    def entity(self, name: str) -> EntityType | None:
        """The entity type of that name."""
        return self._entities_by_name.get(name)

    def relation(self, name: str) -> RelationType | None:
        """The relation type of that name."""
        return self._relations_by_name.get(name)

    def entity_for_label(self, label: str, semantic_group: str | None) -> EntityType | None:
        """The type that takes an extractor's label: by name, else the first of the same semantic group."""
        if (named := self.entity(label)) is not None:
            return named
        if semantic_group is None:
            return None
        return next((e for e in self.entities if e.semantic_group == semantic_group), None)

    def concept_types(self, ends: Sequence[str]) -> frozenset[str]:
        """Concept types that entity types (a relation's ends) stand for."""
        return frozenset(entity.concept_type for name in ends if (entity := self.entity(name)) is not None)
