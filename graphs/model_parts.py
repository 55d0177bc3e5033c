"""Parts of a workflow that ask a model which the settings name; one generator serves all parts that name it alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg_builder.backends.family import Family
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.errors import SettingsError
from kg_builder.protocols import Cleaner, Extractor, Normalizer, RelationExtractor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kg_builder.records import Mention


def model_extractor(name: str, model: ModelSettings, normalizer: Normalizer) -> Extractor:
    """The extractor of the model's family; `normalizer` tells what a label that stands for several things means here.

    Raises SettingsError for a copy-editor, which extracts nothing."""
    family = family_of(name, model)
    if family is Family.TOKENS:
        from kg_builder.backends.token_classifiers import load_token_classifier
        from kg_builder.extract.token_classifier.extractor import TokenClassifierExtractor

        return TokenClassifierExtractor(load_token_classifier(model), model, name=name, normalizer=normalizer)
    if family is Family.EDITOR:
        raise SettingsError(f"'{name}' is a copy-editor: name it as the cleaner, not as an extractor")
    from kg_builder.backends.opening import open_generator

    generator = open_generator(model, family)
    if family is Family.LISTS:
        from kg_builder.extract.prompted.list_extractor import ListExtractor

        return ListExtractor(generator, model, name=name)
    if family is Family.DIFFUSION:
        from kg_builder.extract.prompted.diffusion_extractor import DiffusionExtractor

        return DiffusionExtractor(generator, model, name=name)
    from kg_builder.extract.prompted.json_extractor import PromptedExtractor

    return PromptedExtractor(generator, model, name=name)


def model_relations(name: str, model: ModelSettings) -> RelationExtractor:
    """The relation extractor of the model's family. Raises SettingsError for families that state no relations."""
    family = family_of(name, model)
    if family not in {Family.JSON, Family.LISTS}:
        raise SettingsError(f"'{name}' is of the family {family}, which states no relations")
    from kg_builder.backends.opening import open_generator

    generator = open_generator(model, family)
    if family is Family.LISTS:
        from kg_builder.relate.prompted.list_relations import ListRelationExtractor

        return ListRelationExtractor(generator, model, name=name)
    from kg_builder.relate.prompted.json_relations import PromptedRelationExtractor

    return PromptedRelationExtractor(generator, model, name=name)


def model_cleaner(
    name: str, model: ModelSettings, *, fallback: Cleaner, recognize: Callable[[str], Sequence[Mention]]
) -> Cleaner:
    """A copy-editor over the rules. A causal model named as the cleaner is taken for one."""
    from kg_builder.backends.opening import open_generator
    from kg_builder.clean.rewriting.cleaner import RewritingCleaner

    if model.family not in {None, Family.EDITOR}:
        raise SettingsError(f"'{name}' is of the family {model.family}; a cleaner is a copy-editor")
    generator = open_generator(model, Family.EDITOR)
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
