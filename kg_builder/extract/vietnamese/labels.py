"""The types of the model: how the corpus calls them, and what they are in schemas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kg_builder.schema import Schema
from kg_builder.semantic_groups import GROUPS


class ModelType(NamedTuple):
    """One type that the model finds."""

    name: str
    """In VietBioNER (Phan et al. 2022) and in the model's files."""
    group: str | None
    """UMLS semantic group; None: it serves a schema's type by name only."""
    names: tuple[str, ...] = ()
    """What schemas call it, where there is no group."""


TYPES: Sequence[ModelType] = (
    ModelType("Symptom_and_Disease", "DISO"),
    ModelType("DiagnosticProcedure", "PROC"),
    ModelType("Location", "GEOG"),
    ModelType("DateTime", None, ("DATE", "DateTime", "DATE_TIME")),
    ModelType("Organisation", "ORGA"),
)


CHEMICAL = GROUPS["CHEM"].label
TYPE_OF_LABEL: Mapping[str, str] = {GROUPS[one.group].label: one.name for one in TYPES if one.group is not None}
"""The model's type by the dictionary's label."""


def asked_labels(schema: Schema) -> Mapping[str, str]:
    """Label of mentions by the model's type, for the types that a schema asks for."""
    groups = {entity.semantic_group for entity in schema.entities}
    asked: dict[str, str] = {}
    for one in TYPES:
        if one.group is not None:
            if one.group in groups:
                asked[one.name] = GROUPS[one.group].label
        elif (named := next(filter(None, map(schema.entity, one.names)), None)) is not None:
            asked[one.name] = named.name
    return asked


def label_groups(schema: Schema) -> Mapping[str, str | None]:
    """Semantic group of each of these labels; None: it serves a type by its name."""
    asked = asked_labels(schema)
    return {asked[one.name]: one.group for one in TYPES if one.name in asked}
