"""Clinical and biomedical text in, a knowledge graph out.

>>> from kg_builder import build
>>> graph = build("Cisplatin induced acute kidney injury.").graph
>>> [(s, k) for s, o, k in graph.edges(keys=True) if k.startswith("INDUCES")]

Importing the package loads none of its heavy dependencies; each name below is fetched on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg_builder.graphs.building import Build, abuild, build
    from kg_builder.records import Document, Metadata
    from kg_builder.schemas import load_schema, schema_from_models
    from kg_builder.settings import Settings, load_settings
    from kg_builder.stores import open_store

_HOMES = {
    "Build": "kg_builder.graphs.building",
    "Document": "kg_builder.records",
    "Metadata": "kg_builder.records",
    "Settings": "kg_builder.settings",
    "abuild": "kg_builder.graphs.building",
    "build": "kg_builder.graphs.building",
    "load_schema": "kg_builder.schemas",
    "load_settings": "kg_builder.settings",
    "open_store": "kg_builder.stores",
    "schema_from_models": "kg_builder.schemas",
}

__all__ = [
    "Build",
    "Document",
    "Metadata",
    "Settings",
    "abuild",
    "build",
    "load_schema",
    "load_settings",
    "open_store",
    "schema_from_models",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'kg_builder' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)
