"""From settings to a generator, made once for equal settings."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock

from kg_builder.backends.family import Family
from kg_builder.backends.gathering import GatheringGenerator
from kg_builder.backends.generation import Generator
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.errors import SettingsError

ASKING = (
    "family",
    "max_characters",
    "system",
    "system_file",
    "max_new_tokens",
    "temperature",
    "top_p",
    "repetition_penalty",
    "few_shot",
    "constrained",
    "resamples",
    "retry",
    "limits",
)
"""Settings that come with each request, or are the asker's own: models that differ in them only are one in memory."""


DIFFUSING = ("steps", "keep_history")
"""Settings that only diffusion models have."""

_OPENING = Lock()


def open_generator(settings: ModelSettings, family: Family) -> Generator:
    """The model that `settings` names. Raises SettingsError, MissingExtraError, ModelError."""
    if family is Family.TOKENS:
        raise SettingsError(
            f"'{settings.source}' is a token classifier, which labels words and writes no answers",
            hint="Token classifiers extract; the other steps need another family.",
        )
    diffusion = family is Family.DIFFUSION
    unused = ASKING if diffusion else (*ASKING, *DIFFUSING)
    defaults = {name: ModelSettings.model_fields[name].default for name in unused}
    with _OPENING:  # so that two threads don't load one model twice
        return _opened(settings.model_copy(update=defaults), diffusion)


@lru_cache(maxsize=8)
def _opened(settings: ModelSettings, diffusion: bool) -> Generator:  # noqa: FBT001
    if diffusion and settings.scheme != "hf":
        raise SettingsError(f"'{settings.source}': diffusion models run from hf: checkpoints only")
    if settings.scheme == "chat":
        from kg_builder.backends.chat_generator import open_chat_model

        return open_chat_model(settings)
    return GatheringGenerator(_local(settings, diffusion=diffusion), settings.batch_size)


def _local(settings: ModelSettings, *, diffusion: bool) -> Generator:
    if settings.scheme == "gguf":
        from kg_builder.backends.llama_cpp_generator import LlamaCppGenerator

        return LlamaCppGenerator(settings)
    if settings.scheme == "onnx":
        raise SettingsError(f"'{settings.source}': onnx: is for token classifiers", hint="Use hf:, gguf: or chat:.")
    from kg_builder.backends.transformers_loading import NEEDED, require

    require(NEEDED, f"Model '{settings.place}'")
    if diffusion:
        from kg_builder.backends.diffusion_generator import DiffusionGenerator

        return DiffusionGenerator(settings)
    from kg_builder.backends.transformers_generator import TransformersGenerator

    return TransformersGenerator(settings)
