"""What is asked for: entity types and relation types, as data.

Schemas come from YAML (`load_schema`), from the built-in files (`builtin_schema`) or from pydantic
classes (`schema_from_models`); all are validated by `Schema` itself.
"""

from __future__ import annotations

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


class Schema(SchemaPart):
    """Entity types and the relations between them."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
    description: str
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes of the text it is meant for; empty: any."""
    entities: Annotated[tuple[EntityType, ...], Field(min_length=1)]
    relations: tuple[RelationType, ...] = ()

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
        return self

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
