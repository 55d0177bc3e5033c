"""Parts of a workflow that ask a model which the settings name; one generator serves all parts that name it alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kg_builder.backends.family import Family
from kg_builder.backends.generation import Generator
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.spending import Spending
from kg_builder.errors import SettingsError
from kg_builder.protocols import Cleaner, Extractor, Normalizer, RelationExtractor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.language_models import BaseChatModel

    from kg_builder.records import Mention
    from kg_builder.settings import Settings

OpenGenerator = Callable[[str, ModelSettings, Family], Generator]
"""The model of a name, with its settings, asked as one of its family."""


@dataclass(frozen=True, slots=True)
class Models:
    """Opens models, with their use noted and held to their limits."""

    spending: Spending
    given: Mapping[str, BaseChatModel] = field(default_factory=dict)
    """Ready-made ones, by the names that the settings use."""

    def open(self, name: str, model: ModelSettings, family: Family) -> Generator:
        """Raises SettingsError, MissingExtraError, ModelError."""
        from kg_builder.backends.metered_generator import MeteredGenerator

        generator = self._opened(name, model, family)
        return MeteredGenerator(generator, self.spending.account(generator.model, model.limits), model)

    def _opened(self, name: str, model: ModelSettings, family: Family) -> Generator:
        if name in self.given:
            from kg_builder.backends.chat_generator import ChatModelGenerator

            return ChatModelGenerator(self.given[name])
        from kg_builder.backends.opening import open_generator

        return open_generator(model, family)


def with_given_models(settings: Settings, given: Mapping[str, BaseChatModel]) -> Settings:
    """Settings in which the names of ready-made models stand for them; what they say of such a name stays.

    Raises SettingsError for what is no chat model.
    """
    if not given:
        return settings
    from kg_builder.backends.chat_generator import chat_source

    models: dict[str, Any] = {name: ModelSettings(source=chat_source(name, model)) for name, model in given.items()}
    for name in given:
        if (said := settings.models.get(name)) is not None:
            models[name] = said.model_copy(update={"source": models[name].source})
    return settings.model_copy(update={"models": {**settings.models, **models}})


def model_extractor(
    name: str, model: ModelSettings, normalizer: Normalizer, open_generator: OpenGenerator
) -> Extractor:
    """The extractor of the model's family; `normalizer` tells what a label that stands for several things means here.

    Raises SettingsError for a copy-editor, which extracts nothing."""
    family = family_of(name, model)
    if family is Family.TOKENS:
        from kg_builder.backends.token_classifiers import load_token_classifier
        from kg_builder.extract.token_classifier.extractor import TokenClassifierExtractor

        return TokenClassifierExtractor(load_token_classifier(model), model, name=name, normalizer=normalizer)
    if family is Family.EDITOR:
        raise SettingsError(f"'{name}' is a copy-editor: name it as the cleaner, not as an extractor")
    generator = open_generator(name, model, family)
    if family is Family.LISTS:
        from kg_builder.extract.prompted.list_extractor import ListExtractor

        return ListExtractor(generator, model, name=name)
    if family is Family.DIFFUSION:
        from kg_builder.extract.prompted.diffusion_extractor import DiffusionExtractor

        return DiffusionExtractor(generator, model, name=name)
    from kg_builder.extract.prompted.json_extractor import PromptedExtractor

    return PromptedExtractor(generator, model, name=name)


def model_relations(name: str, model: ModelSettings, open_generator: OpenGenerator) -> RelationExtractor:
    """The relation extractor of the model's family. Raises SettingsError for families that state no relations."""
    family = family_of(name, model)
    if family not in {Family.JSON, Family.LISTS}:
        raise SettingsError(f"'{name}' is of the family {family}, which states no relations")
    generator = open_generator(name, model, family)
    if family is Family.LISTS:
        from kg_builder.relate.prompted.list_relations import ListRelationExtractor

        return ListRelationExtractor(generator, model, name=name)
    from kg_builder.relate.prompted.json_relations import PromptedRelationExtractor

    return PromptedRelationExtractor(generator, model, name=name)


def model_cleaner(
    name: str,
    model: ModelSettings,
    open_generator: OpenGenerator,
    *,
    fallback: Cleaner,
    recognize: Callable[[str], Sequence[Mention]],
) -> Cleaner:
    """A copy-editor over the rules. A causal model named as the cleaner is taken for one."""
    from kg_builder.clean.rewriting.cleaner import RewritingCleaner

    if model.family not in {None, Family.EDITOR}:
        raise SettingsError(f"'{name}' is of the family {model.family}; a cleaner is a copy-editor")
    generator = open_generator(name, model, Family.EDITOR)
    return RewritingCleaner(generator, model, name=name, fallback=fallback, recognize=recognize)


def family_of(name: str, model: ModelSettings) -> Family:
    """As the settings say, else as the checkpoint's configuration tells."""
    if model.family is not None:
        return model.family
    from kg_builder.backends.recognizing import recognize_family

    try:
        return recognize_family(model).family
    except SettingsError as error:
        told = error.message if f"'{name}'" in error.message else f"Model '{name}': {error.message}"
        raise SettingsError(told, hint=error.hint) from error
