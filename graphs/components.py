"""The parts a workflow runs with, made from settings or given ready-made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from langchain_core.callbacks import BaseCallbackHandler
from pydantic import BaseModel, ConfigDict, Field, SkipValidation
from pydantic.json_schema import SkipJsonSchema

from kg_builder.backends.model_settings import SCHEMES
from kg_builder.backends.spending import Spending
from kg_builder.errors import SettingsError
from kg_builder.extract.voting import EnsembleSettings
from kg_builder.graph_store import GraphStore
from kg_builder.graphs.circuit_breaker import Breakers
from kg_builder.graphs.model_parts import (
    Models,
    OpenGenerator,
    model_cleaner,
    model_extractor,
    model_relations,
    with_given_models,
)
from kg_builder.privacy.gate import Gate
from kg_builder.protocols import Check, Cleaner, Extractor, Normalizer, RelationExtractor
from kg_builder.schema import Schema
from kg_builder.schemas import load_schema
from kg_builder.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from kg_builder.normalize.linker import LinkingNormalizer
    from kg_builder.privacy.detector import Detector
    from kg_builder.terminology.table import Terminology


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """Ready objects, one for each seam."""

    settings: Settings
    extractors: Mapping[str, Extractor]
    """By the name that settings and routing rules use."""
    normalizer: Normalizer
    schemas: Mapping[str, Schema]
    """By the name or path that settings and routing rules use."""
    cleaner: Cleaner | None = None
    relation_extractor: RelationExtractor | None = None
    checks: tuple[Check, ...] = ()
    """The user's own, called after the built-in ones."""
    store: GraphStore | None = None
    """None: the graph is returned, not written."""
    spending: Spending = field(default_factory=Spending, repr=False, compare=False)
    """What the models of these parts took."""
    callbacks: tuple[BaseCallbackHandler, ...] = ()
    """LangChain's, which get the events of the workflow, with its texts."""
    settings_hash: str = field(default="", init=False)
    breakers: Breakers = field(init=False, repr=False, compare=False)
    """Of the models that these parts ask."""
    gate: Gate = field(init=False, repr=False, compare=False)
    """Before those that are remote."""

    def __post_init__(self) -> None:
        # what several documents meet at once is one event
        failures = self.settings.breaker_failures * self.settings.concurrency
        object.__setattr__(self, "breakers", Breakers(failures))
        detector = partial(make_detector, self.settings)
        object.__setattr__(self, "gate", Gate(self.settings.privacy, detector))
        object.__setattr__(self, "settings_hash", _digest(self))

    def without_store(self) -> Components:
        """The same parts, breakers included, for who writes what they give himself."""
        parts = copy(self)
        object.__setattr__(parts, "store", None)
        return parts


class Context(BaseModel):
    """What a run of a workflow is given besides the document: all of it has defaults and can be written as JSON,
    so that LangGraph's server and Studio can load the workflows. Ready-made `components` win over the rest.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True)

    settings: Settings = Field(default_factory=Settings)
    store: str | None = None
    """Path or URI of the store to write to; None: nothing is written."""
    components: SkipJsonSchema[SkipValidation[Components] | None] = None

    def resolve(self) -> Components:
        """The components, made once for equal settings and store."""
        if self.components is not None:
            return self.components
        return _components(self.settings.model_dump_json(), self.store)


def make_components(
    settings: Settings,
    *,
    store: GraphStore | None = None,
    checks: tuple[Check, ...] = (),
    callbacks: Iterable[BaseCallbackHandler] = (),
    models: Mapping[str, BaseChatModel] | None = None,
    open_generator: OpenGenerator | None = None,
) -> Components:
    """The built-in parts that the settings name. Raises SettingsError for a name that isn't there.

    `models`: LangChain chat models, by the names that the settings then use. `open_generator`: what opens models
    instead.
    """
    settings = with_given_models(settings, models or {})
    spending = Spending()
    opens = open_generator or Models(spending, models or {}).open
    normalizer = make_normalizer(settings)
    return Components(
        settings=settings,
        extractors={name: _extractor(name, settings, normalizer, opens) for name in _named_extractors(settings)},
        normalizer=normalizer,
        schemas={name: load_schema(name) for name in _named_schemas(settings)},
        cleaner=_cleaner(settings, opens),
        relation_extractor=_relation_extractor(settings, normalizer, opens),
        checks=checks,
        store=store,
        spending=spending,
        callbacks=tuple(callbacks),
    )


def make_normalizer(settings: Settings) -> LinkingNormalizer:
    """The linker that the settings name, over their terminologies."""
    from kg_builder.normalize.chain import VOCABULARIES
    from kg_builder.normalize.linker import LinkingNormalizer
    from kg_builder.normalize.linking_model import read_linking_model, shipped_linking_model
    from kg_builder.terminology.stack import SHIPPED, open_terminologies

    folder = settings.linking_model
    model = shipped_linking_model() if folder is None else read_linking_model(folder)
    terminologies = settings.terminologies
    # the ids of a terminology of the user's own go before ours, and are never rolled up to them
    first = VOCABULARIES if terminologies[:1] == (SHIPPED,) else ()
    return LinkingNormalizer(
        open_terminologies(terminologies), model, threshold=settings.link_threshold, vocabularies=first
    )


def _extractor(name: str, settings: Settings, normalizer: Normalizer, opens: OpenGenerator) -> Extractor:
    from kg_builder.terminology.stack import open_terminologies

    if name == "lexicon":
        return _lexicon(open_terminologies(settings.terminologies))
    if name == "tagger":
        return _tagger(settings.tagger_model, settings.threads)
    if name == "vietnamese":
        return _vietnamese(settings.vietnamese_model, open_terminologies(settings.terminologies))
    if (vote := settings.ensembles.get(name)) is not None:
        return _ensemble(name, vote, settings, normalizer, opens)
    if (model := settings.model(name)) is not None:
        return model_extractor(name, model, normalizer, opens)
    raise SettingsError(
        f"no extractor is called '{name}'; there are: {_choices(('lexicon', 'tagger', 'vietnamese'), settings)}"
    )


def _ensemble(
    name: str, vote: EnsembleSettings, settings: Settings, normalizer: Normalizer, opens: OpenGenerator
) -> Extractor:
    from kg_builder.extract.ensemble import EnsembleExtractor

    if nested := [member for member in vote.members if member in settings.ensembles]:
        raise SettingsError(f"the ensemble '{name}' has ensembles as members: {', '.join(nested)}")
    members = {member: _extractor(member, settings, normalizer, opens) for member in vote.members}
    return EnsembleExtractor(members, vote, name=name)


def _choices(built_in: tuple[str, ...], settings: Settings) -> str:
    """For people: what may be named instead."""
    schemes = ", ".join(f"{scheme}:…" for scheme in SCHEMES)
    return ", ".join((*built_in, *settings.models, *settings.ensembles)) + f", and models named as {schemes}"


def _cleaner(settings: Settings, opens: OpenGenerator) -> Cleaner | None:
    from kg_builder.clean.rules import RuleCleaner

    if settings.cleaner == "none":
        return None
    if settings.cleaner == "rules":
        return RuleCleaner()
    if (model := settings.model(settings.cleaner)) is not None:
        from kg_builder.extract.recognized import recognizer
        from kg_builder.terminology.stack import open_terminologies

        recognize = recognizer(open_terminologies(settings.terminologies))
        return model_cleaner(settings.cleaner, model, opens, fallback=RuleCleaner(), recognize=recognize)
    raise SettingsError(
        f"no cleaner is called '{settings.cleaner}'; there are: {_choices(('rules', 'none'), settings)}"
    )


def _relation_extractor(settings: Settings, normalizer: Normalizer, opens: OpenGenerator) -> RelationExtractor | None:
    if settings.relation_extractor == "classifier":
        from kg_builder.relate.document_classifier import DocumentRelationExtractor
        from kg_builder.terminology.stack import open_terminologies

        terminology = open_terminologies(settings.terminologies)
        return DocumentRelationExtractor(normalizer, terminology, settings.relation_model)
    if settings.relation_extractor == "cooccurrence":
        from kg_builder.relate.cooccurrence import CueRelationExtractor

        return CueRelationExtractor()
    if settings.relation_extractor == "none":
        return None
    name = settings.relation_extractor
    if (model := settings.model(name)) is not None:
        return model_relations(name, model, opens)
    built_in = ("classifier", "cooccurrence", "none")
    raise SettingsError(f"no relation extractor is called '{name}'; there are: {_choices(built_in, settings)}")


@lru_cache
def _lexicon(terminology: Terminology) -> Extractor:
    """Made once in a process: what it has loaded serves every build."""
    from kg_builder.extract.lexicon import LexiconExtractor

    return LexiconExtractor(terminology)


@lru_cache
def _tagger(folder: Path | None, threads: int | None) -> Extractor:
    """Made once in a process, with the names that it was trained with; reads its weights when the first text comes."""
    from kg_builder.extract.tagger.model import load_tagger
    from kg_builder.extract.tagger.tagger import TaggerExtractor
    from kg_builder.terminology.shipped import load_terminology

    return TaggerExtractor(load_tagger(folder), _lexicon(load_terminology()), threads=threads)


@lru_cache
def _vietnamese(folder: Path | None, terminology: Terminology) -> Extractor:
    """Made once in a process."""
    from kg_builder.extract.vietnamese.extractor import VietnameseExtractor
    from kg_builder.extract.vietnamese.model import load_model

    return VietnameseExtractor(load_model(folder), _lexicon(terminology))


def make_detector(settings: Settings) -> Detector:
    """What finds identifiers; what the settings' terminologies know is no name. Raises ModelError."""
    return _detector(settings.terminologies, settings.identifier_model)


@lru_cache(maxsize=2)
def _detector(terminologies: tuple[str, ...], model: Path | None) -> Detector:
    from kg_builder.privacy.detector import rules_and_model
    from kg_builder.terminology.stack import open_terminologies

    return rules_and_model(open_terminologies(terminologies), model)


def _named_extractors(settings: Settings) -> list[str]:
    routed = (name for rule in settings.rules for name in rule.extractors)
    return list(dict.fromkeys((*settings.extractors, *routed, "lexicon")))


def _named_schemas(settings: Settings) -> list[str]:
    given = (settings.schema_name,) if settings.schema_name else ()
    return list(dict.fromkeys((*given, *(rule.schema_name for rule in settings.rules))))


def _digest(components: Components) -> str:
    """Hash of everything that decides what a document's part looks like: eight characters for how it is read, eight
    for how its mentions are linked.
    """
    parts = (components.cleaner, components.relation_extractor, *components.extractors.values())
    described = {
        "package": version("clinical-kg-builder"),
        "settings": components.settings.described(),
        "schemas": {name: schema.model_dump(mode="json") for name, schema in components.schemas.items()},
        "parts": [(part.name, getattr(part, "model", None)) for part in parts if part is not None],
        "checks": [getattr(check, "__qualname__", type(check).__qualname__) for check in components.checks],
    }
    linking = [components.normalizer.name, components.normalizer.model]
    return "".join(
        hashlib.sha256(json.dumps(half, sort_keys=True).encode()).hexdigest()[:8] for half in (described, linking)
    )


@lru_cache(maxsize=4)
def _components(settings: str, store: str | None) -> Components:
    from kg_builder.stores import open_store

    read = Settings.model_validate_json(settings)  # without the password of a database, which the environment has
    if store is None:
        return make_components(read)
    schemas = map(load_schema, _named_schemas(read))
    return make_components(read, store=open_store(store, neo4j=read.neo4j, schemas=schemas))
