"""What a run's record says of the parts and settings it ran with."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from kg_builder.graph_store import GraphStore
from kg_builder.graphs.components import Components
from kg_builder.normalize.linker import LinkingNormalizer
from kg_builder.schema import Schema
from kg_builder.settings import Settings
from kg_builder.stores.run_setup import RunPart, RunSetup, TerminologySource
from kg_builder.terminology.stack import open_terminologies
from kg_builder.terminology.table import Terminology
from kg_builder.text.credentials import place_name, without_credentials


def run_setup(components: Components, store: GraphStore | None = None) -> RunSetup:
    """Versions and settings of a run with these parts, into this store if there is one."""
    settings = components.settings
    terminology = _terminology(components)
    used = _settings_used(settings)
    defaults = {name: field.get_default(call_default_factory=True) for name, field in Settings.model_fields.items()}
    return RunSetup(
        package=version("clinical-kg-builder"),
        python=platform.python_version(),
        store=place_name(store.location) if store is not None else "",
        parts=tuple(_parts(components)),
        schemas=without_credentials({name: _digest(schema) for name, schema in components.schemas.items()}),
        terminologies=tuple(without_credentials(settings.terminologies)) if terminology is not None else (),
        vocabularies=tuple(_vocabularies(terminology)) if terminology is not None else (),
        checks=tuple(getattr(check, "__qualname__", type(check).__qualname__) for check in components.checks),
        settings=used,
        changed=tuple(name for name in used if getattr(settings, name) != defaults[name]),
    )


def _settings_used(settings: Settings) -> dict[str, Any]:
    """Who connects to a database isn't among them; nor is Ray, where it didn't run."""
    unused = {"neo4j"} if settings.engine == "ray" else {"neo4j", "ray"}
    kept: dict[str, Any] = without_credentials(settings.model_dump(mode="json", exclude=unused))
    return kept


def _parts(components: Components) -> Iterator[RunPart]:
    if (cleaner := components.cleaner) is not None:
        yield RunPart(step="clean", name=cleaner.name, model=_model(cleaner))
    for name, extractor in components.extractors.items():
        yield RunPart(step="extract", name=without_credentials(name), model=_model(extractor))
    if (relations := components.relation_extractor) is not None:
        yield RunPart(step="relate", name=without_credentials(relations.name), model=_model(relations))
    normalizer = components.normalizer
    yield RunPart(step="normalize", name=normalizer.name, model=_model(normalizer))


def _model(part: object) -> str | None:
    model = getattr(part, "model", None)
    return None if model is None else str(without_credentials(str(model)))


def _terminology(components: Components) -> Terminology | None:
    """That of the settings, if it is what the normalizer links to."""
    if not isinstance(components.normalizer, LinkingNormalizer):
        return None
    found = open_terminologies(components.settings.terminologies)
    return found if str(components.normalizer.model).startswith(f"{found.version} ") else None


def _vocabularies(terminology: Terminology) -> Iterator[TerminologySource]:
    for source in terminology.sources:
        yield TerminologySource(name=source.name, version=source.version, licence=source.licence)


def _digest(schema: Schema) -> str:
    described = json.dumps(schema.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(described.encode()).hexdigest()[:8]
