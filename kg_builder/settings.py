"""All settings in one model; the only reader of the environment.

Precedence: what a caller passes, then ``KG_BUILDER_*`` environment variables, then a YAML file,
then the defaults.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableVariable

from kg_builder.backends.family import Family
from kg_builder.backends.model_settings import SCHEMES, ModelSettings
from kg_builder.errors import SettingsError
from kg_builder.extract.voting import EnsembleSettings
from kg_builder.privacy.gate import Policy
from kg_builder.records import Confidence
from kg_builder.select.routing import DEFAULT_RULES, Rule
from kg_builder.stores.neo4j.connection import Neo4jConnection
from kg_builder.validate.rules import ItemRules, Limits

LOCAL_RAY = "local"
"""As an address: a Ray of our own."""

Engine = Literal["local", "ray"]
"""What reads the documents: this process, or processes of Ray's on this machine or a cluster."""


class RaySettings(BaseSettings):
    """Where Ray's processes run and what each takes. Each field can be set as ``KG_BUILDER_RAY_<FIELD>``."""

    model_config = SettingsConfigDict(
        env_prefix="KG_BUILDER_RAY_", env_ignore_empty=True, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    address: str | None = Field(default_factory=lambda: os.environ.get("RAY_ADDRESS") or None)
    """Of a running cluster, as Ray writes it: ``host:port``, ``ray://host:port`` or ``auto``. ``local``, or neither
    this nor ``RAY_ADDRESS`` set: a Ray of our own on this machine, which ends with the run."""
    actors: int = Field(default=2, ge=1, le=4096)
    """Processes, each with models of its own; each reads `Settings.concurrency` documents at once."""
    cpus_per_actor: float = Field(default=1.0, ge=0)
    """Also how many threads a model of ours has there, unless `Settings.threads` says it."""
    gpus_per_actor: float = Field(default=0.0, ge=0)
    """A part of one (0.5: two processes share it), or whole ones."""

    @property
    def on_cluster(self) -> bool:
        """Whether a cluster is joined rather than a Ray of our own started."""
        return self.address not in {None, LOCAL_RAY}


class Settings(BaseSettings):
    """How documents are read. Each field can be set as ``KG_BUILDER_<FIELD>`` (JSON for lists and maps)."""

    model_config = SettingsConfigDict(
        env_prefix="KG_BUILDER_", env_ignore_empty=True, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    schema_name: str | None = None
    """Built-in schema or path of a YAML file for every document; None: the routing rules choose."""
    extractors: tuple[str, ...] = ()
    """Ladder of extractors for every document, first choice first; empty: the routing rules choose."""
    rules: tuple[Rule, ...] = DEFAULT_RULES
    """Routing rules, first match wins."""
    models: Mapping[str, ModelSettings] = Field(default_factory=dict)
    """Models of the user's own by the names that `extractors`, `relation_extractor` and `cleaner` may then use."""
    ensembles: Mapping[str, EnsembleSettings] = Field(default_factory=dict)
    """Extractors that vote, by the names that `extractors` may then use."""
    cleaner: str = "rules"
    """``rules``, ``none``, or a copy-editor: a name among `models`, or its source."""
    terminologies: tuple[str, ...] = ("shipped",)
    """Files of ``kg-builder terms load-…`` and the word ``shipped``, the first with priority: it gives the ids."""
    relation_extractor: str = "classifier"
    """``classifier``: over whole documents, English; ``cooccurrence``: cue words within a sentence; ``none``; or a
    model: a name among `models`, or its source."""
    chat_model: str | None = None
    """What ``kg-builder ask`` and ``chat`` answer by: a name among `models`, or as LangChain's `init_chat_model` takes
    it (``provider:model``). None: the facts themselves are the answer."""
    allow_remote: bool = False
    """Let text go to models that run elsewhere. Without it, a document that needs one is set aside."""
    privacy: Policy = "block"
    """What becomes of a text in which something identifies people before such a model gets it: ``block`` sets its
    document aside, ``mask`` puts placeholders in their place, ``allow`` sends it as it is."""
    tagger_model: Path | None = None
    """``model/`` folder of a tagger that ``kg-builder train ner`` wrote; None: the shipped one."""
    vietnamese_model: Path | None = None
    """``model/`` folder that ``kg-builder train vietnamese`` wrote; None: the shipped one."""
    identifier_model: Path | None = None
    """``model/`` folder that ``kg-builder train identifiers`` wrote, beside the rules of `privacy`; None: the shipped
    one."""
    relation_model: Path | None = None
    """``model/`` folder of a classifier that ``kg-builder train relations`` wrote; None: the shipped one."""
    linking_model: Path | None = None
    """``model/`` folder of a linker that ``kg-builder train linker`` wrote; None: the shipped one."""
    link_threshold: Confidence | None = None
    """Least probability of a link to a concept; what is less sure stays unlinked. None: the linking model's own."""
    attempts: int = Field(default=3, ge=1, le=20)
    """How often an extractor that can mend its answer is asked."""
    min_confidence: Mapping[str, Confidence] = Field(default_factory=dict)
    """Threshold by entity type or predicate, ``*`` for the rest."""
    require_confidence: bool = False
    """Reject items without a confidence where a threshold is set."""
    item_rules: Mapping[str, ItemRules] = Field(default_factory=dict)
    """Minimum length and generic terms by ``extractor:language``, ``extractor``, ``*:language`` or ``*``."""
    roll_up: bool = False
    """Add IS_A edges to all broader concepts after a build; a graph that has them keeps them up anyway."""
    concurrency: int = Field(default=1, ge=1, le=256)
    """Documents in progress at once; more than one pays when an extractor waits for a model elsewhere."""
    document_timeout: float | None = Field(default=None, gt=0)
    """Seconds that a document may take; None: as long as it takes. Waiting for a model elsewhere ends then, work in
    this process at its next pause: between steps, attempts and pieces of a long text."""
    document_attempts: int = Field(default=3, ge=1)
    """Runs in which a document may fail, by its own fault, before later runs leave it out until it or the settings
    change."""
    breaker_failures: int = Field(default=5, ge=0)
    """Failures in a row of a model's backend, times `concurrency`, after which it isn't asked any more, but for a
    probe now and then; 0: it always is."""
    breaker_patience: float = Field(default=300.0, ge=0)
    """Seconds that a run which has nothing else to do waits for a backend before it ends early."""
    threads: int | None = Field(default=None, ge=1, le=64)
    """Threads that a model of ours spreads one text over; None: the usable cores, at most four."""
    engine: Engine = "local"
    """What reads the documents; the graph is the same."""
    ray: RaySettings = Field(default_factory=RaySettings)
    """For the engine of that name."""
    neo4j: Neo4jConnection = Field(default_factory=Neo4jConnection)
    """User, password and the like for a store in Neo4j; ``NEO4J_*`` variables set them too."""
    tracing: bool = False
    """Let LangSmith trace runs, as its own environment variables say. Off: no note text leaves, whatever they say."""

    @property
    def limits(self) -> Limits:
        """What the checks compare with."""
        return Limits(dict(self.item_rules), dict(self.min_confidence), self.require_confidence)

    def model(self, name: str) -> ModelSettings | None:
        """The model of that name, or the one that the name itself points at (``hf:…``); None if it does neither."""
        if (found := self.models.get(name)) is not None:
            return found
        return model_named(name) if name.partition(":")[0] in SCHEMES else None

    def described(self) -> dict[str, Any]:
        """What changes the graph, as plain data: part of the settings hash.

        What the terminologies hold counts, not where they lie: their versions are those of the parts that read them.
        """
        unchanging = {"allow_remote", "concurrency", "roll_up", "terminologies", "threads", "tracing"}
        unchanging |= {"document_timeout", "document_attempts", "breaker_failures", "breaker_patience"}
        unchanging |= {"engine", "ray", "neo4j", "chat_model", "privacy"}
        where_it_runs = {"__all__": {"batch_size", "device", "limits"}}
        said = self.model_dump(mode="json", exclude={**dict.fromkeys(unchanging, True), "models": where_it_runs})
        # blocked or not, what is read is read alike
        return said | ({"privacy": "mask"} if self.privacy == "mask" else {})


def model_named(source: str) -> ModelSettings:
    """The model at a place (``hf:…``), with its family's defaults. Raises SettingsError."""
    try:
        return ModelSettings(source=source)
    except ValidationError as error:
        schemes = ", ".join(f"{scheme}:" for scheme in SCHEMES)
        raise SettingsError(
            f"'{source}' names no model: it begins with one of {schemes} and goes on with a place"
        ) from error


_OF_THEIR_OWN: Mapping[str, type[BaseSettings]] = {"neo4j": Neo4jConnection, "ray": RaySettings}
"""Sections each of whose fields has an environment variable, which wins over the file, as for all settings."""


def load_settings(path: str | Path | None = None, **given: Any) -> Settings:
    """Settings from a YAML file, the environment and keyword arguments. Raises SettingsError naming the field."""
    from_file = _read(Path(path)) if path is not None else {}
    try:
        from_environment = Settings().model_fields_set
        for section, kind in _OF_THEIR_OWN.items():
            if isinstance(from_file.get(section), Mapping):
                said = kind().model_fields_set
                from_file[section] = {key: value for key, value in from_file[section].items() if key not in said}
        return Settings(**{key: value for key, value in from_file.items() if key not in from_environment} | given)
    except UnreadableVariable as error:
        raise SettingsError(
            f"Settings: {error} (lists and maps are written as JSON in KG_BUILDER_* variables)"
        ) from error
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise SettingsError(f"Settings{f' of {path}' if path else ''}: {problems}") from error


def with_family(settings: Settings, family: Family) -> Settings:
    """The settings with all models that the extractors, or the relation extractor, name directly or by name, of it."""
    named = {name: settings.model(name) for name in (*settings.extractors, settings.relation_extractor)}
    of_family = {
        name: model.model_copy(update={"family": family}) for name, model in named.items() if model is not None
    }
    models = {**settings.models, **of_family}
    return settings.model_copy(update={"models": models})


def _read(path: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror or 'cannot be read'}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 text (byte {error.start})") from error
    except yaml.YAMLError as error:
        line = error.problem_mark.line + 1 if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark else 1
        raise SettingsError(f"{path}:{line}: not valid YAML") from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise SettingsError(f"{path}:1: settings are a mapping of names to values")
    return {str(key): value for key, value in data.items()}
