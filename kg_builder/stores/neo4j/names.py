"""Which concept types and predicates become labels and relationship types, and how they stand in a query.

Only names of schemas do: a name from a document or a model is data, and never part of a query.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kg_builder.schema import Role, Schema
from kg_builder.schemas import builtin_names, builtin_schema
from kg_builder.semantic_groups import GROUPS

RELATED = "RELATED"
"""Relationship type of the relations whose predicate is in no schema; `predicate` has it, as with all others."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_OWN_LABELS = frozenset({"Document", "Concept"})
_OWN_TYPES = frozenset({"MENTIONS", "DESCRIBES", "IS_A", RELATED})


@dataclass(frozen=True)
class Names:
    """The names that a store may put into queries, sorted."""

    labels: tuple[str, ...]
    """Of concept types."""
    relationship_types: tuple[str, ...]
    """Of predicates; `RELATED` is the last."""

    def label(self, concept_type: str) -> str | None:
        """The label of a concept type, if it has one."""
        return concept_type if concept_type in self.labels else None

    def relationship_type(self, predicate: str) -> str:
        """The relationship type of a predicate."""
        return predicate if predicate in self.relationship_types else RELATED

    def with_more(self, labels: Iterable[str], relationship_types: Iterable[str]) -> Names:
        """These and others that were names of schemas once."""
        return _names({*self.labels, *labels}, {*self.relationship_types, *relationship_types} - {RELATED})


def names_of(schemas: Iterable[Schema] = ()) -> Names:
    """The names of the built-in schemas and of these."""
    known = [*map(builtin_schema, builtin_names()), *schemas]
    labels = {group.label for group in GROUPS.values()}
    labels |= {entity.concept_type for schema in known for entity in schema.entities if entity.role is Role.CONCEPT}
    predicates = {relation.name for schema in known for relation in schema.relations}
    return _names(labels, predicates)


def quoted(name: str) -> str:
    """A name of `Names` as it stands in a query. Raises ValueError for anything that isn't a plain identifier."""
    if not _NAME.fullmatch(name):
        raise ValueError("not a plain identifier")
    return f"`{name}`"


def _names(labels: Iterable[str], predicates: Iterable[str]) -> Names:
    return Names(_usable(labels, _OWN_LABELS), (*_usable(predicates, _OWN_TYPES), RELATED))


def _usable(names: Iterable[str], taken: frozenset[str]) -> tuple[str, ...]:
    ours = re.compile("KgBuilder", re.IGNORECASE)
    return tuple(sorted(name for name in names if name not in taken and _NAME.fullmatch(name) and not ours.match(name)))
