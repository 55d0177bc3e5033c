"""Schemas from pydantic classes.

An entity type is a class: its name, its docstring as description, and what else it needs under
``json_schema_extra``. A relation type is a class with the fields ``subject`` and ``object``,
annotated with entity classes (or unions of them)::

    class Drug(BaseModel):
        '''A medicine.'''
        model_config = ConfigDict(json_schema_extra={"semantic_group": "CHEM"})

    class Treats(BaseModel):
        '''The drug is given for the problem.'''
        model_config = ConfigDict(json_schema_extra={"name": "TREATS", "biolink": "biolink:treats"})
        subject: Drug
        object: Problem | Symptom

    schema = schema_from_models("ward", "Drugs and problems.", entities=[Drug, Problem, Symptom], relations=[Treats])
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from kg_builder.errors import SchemaError
from kg_builder.schema import Schema
from kg_builder.schemas.conflicts import first_conflict
from kg_builder.schemas.reading import own_errors


def schema_from_models(
    name: str,
    description: str,
    *,
    entities: Sequence[type[BaseModel]],
    relations: Sequence[type[BaseModel]] = (),
    languages: Sequence[str] = (),
) -> Schema:
    """A schema from classes. Raises SchemaError naming the class and the field."""
    data = {
        "name": name,
        "description": description,
        "languages": tuple(languages),
        "entities": tuple(_described(entity) for entity in entities),
        "relations": tuple(_described(relation) | _ends(relation) for relation in relations),
    }
    try:
        return Schema.model_validate(data)
    except ValidationError as error:
        classes: dict[str, Sequence[type[BaseModel]]] = {"entities": entities, "relations": relations}
        problems = (_problem(item["loc"] or first_conflict(data), item["msg"], classes) for item in own_errors(error))
        raise SchemaError("\n".join(problems)) from error


def _described(model: type[BaseModel]) -> dict[str, Any]:
    extra = model.model_config.get("json_schema_extra") or {}
    if not isinstance(extra, Mapping):
        raise SchemaError(f"{model.__name__}: json_schema_extra must be a mapping")
    # its own docstring only: inspect.getdoc would give that of BaseModel
    return {"name": model.__name__, "description": inspect.cleandoc(model.__doc__ or model.__name__), **extra}


def _ends(model: type[BaseModel]) -> dict[str, tuple[str, ...]]:
    ends: dict[str, tuple[str, ...]] = {}
    for end in ("subject", "object"):
        if end not in model.model_fields:
            raise SchemaError(
                f"{model.__name__}: a relation class needs the field '{end}', annotated with entity classes"
            )
        annotation = model.model_fields[end].annotation
        parts = get_args(annotation) or (annotation,)
        if not all(isinstance(part, type) and issubclass(part, BaseModel) for part in parts):
            raise SchemaError(f"{model.__name__}.{end}: must be annotated with entity classes or a union of them")
        ends[end] = tuple(_described(part)["name"] for part in parts)
    return ends


def _problem(loc: tuple[int | str, ...], message: str, classes: Mapping[str, Sequence[type[BaseModel]]]) -> str:
    message = message.removeprefix("Value error, ")
    if len(loc) >= 2 and loc[0] in classes and isinstance(loc[1], int):
        field = ".".join(str(part) for part in loc[2:])
        return f"{classes[str(loc[0])][loc[1]].__name__}{'.' + field if field else ''}: {message}"
    return f"{'.'.join(str(part) for part in loc) or 'schema'}: {message}"
