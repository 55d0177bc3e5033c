"""The settings reference, from the pydantic models and the docstrings of their fields."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from kg_builder.backends.limits import ModelLimits
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.extract.voting import EnsembleSettings
from kg_builder.select.routing import Rule
from kg_builder.settings import RaySettings, Settings
from kg_builder.stores.neo4j.connection import Neo4jConnection
from kg_builder.validate.rules import ItemRules

SECTIONS: Mapping[str, tuple[str, type[BaseModel]]] = {
    "For all documents": ("", Settings),
    "Models": ("Each entry of `models`, by its name.", ModelSettings),
    "Limits": ("The section `limits` of a model.", ModelLimits),
    "Ensembles": ("Each entry of `ensembles`, by its name.", EnsembleSettings),
    "Routing rules": ("Each entry of `rules`.", Rule),
    "Item rules": ("Each entry of `item_rules`.", ItemRules),
    "Ray": ("The section `ray`.", RaySettings),
    "Neo4j": ("The section `neo4j`.", Neo4jConnection),
}


def settings_page() -> str:
    """Markdown: a section a model, a heading a field."""
    return "\n".join(line for title, (text, model) in SECTIONS.items() for line in _section(title, text, model))


def _section(title: str, text: str, model: type[BaseModel]) -> Iterator[str]:
    yield from (f"## {title}", "", " ".join(filter(None, (text, _plain(model.__doc__ or "")))), "")
    written = _written(model)
    for name, field in model.model_fields.items():
        kind, text = written[name]
        yield from (f"### {name}", "", _facts(model, name, field, kind), "", _plain(text), "")


def _facts(model: type[BaseModel], name: str, field: FieldInfo, kind: str) -> str:
    parts = [f"`{kind}`", _default(field)]
    if issubclass(model, BaseSettings):
        parts += [f"variable `{variable}`" for variable in _variables(model, name, field)]
    return " · ".join(parts)


def _variables(model: type[BaseSettings], name: str, field: FieldInfo) -> list[str]:
    alias = field.validation_alias
    if alias is None:
        return [f"{model.model_config.get('env_prefix', '')}{name}".upper()]
    choices = getattr(alias, "choices", [alias])
    return [str(one) for one in choices if str(one).isupper()]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=False)
    if field.default_factory is not None:
        return "default: empty" if "Mapping" in str(field.annotation) else "default: told below"
    if isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        return "default: the shipped rules"
    return f"default `{_shown(value)}`"


def _shown(value: Any) -> str:
    if isinstance(value, Path | str):
        return str(value) or '""'
    return str(list(value)) if isinstance(value, tuple | frozenset) else str(value)


def _written(model: type[BaseModel]) -> Mapping[str, tuple[str, str]]:
    """Type and docstring of each field, as they stand in the source of the model and those above it."""
    found: dict[str, tuple[str, str]] = {}
    for kind in reversed([one for one in model.__mro__ if one.__module__.startswith("kg_builder")]):
        [made] = ast.parse(inspect.getsource(kind)).body
        assert isinstance(made, ast.ClassDef)
        for field, after in pairwise([*made.body, ast.Pass()]):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                found[field.target.id] = _type(field.annotation), _string(after)
    return found


def _type(annotation: ast.expr) -> str:
    """Without what `Annotated` adds for the check."""
    annotated = isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "Annotated"
    if annotated and isinstance(annotation, ast.Subscript) and isinstance(annotation.slice, ast.Tuple):
        return ast.unparse(annotation.slice.elts[0])
    return ast.unparse(annotation)


def _string(statement: ast.stmt) -> str:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


def _plain(text: str) -> str:
    return " ".join(text.replace("``", "`").split())
