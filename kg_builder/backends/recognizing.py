"""Which family a checkpoint is of, told from its name or configuration."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from kg_builder.backends.checkpoints import Checkpoint, find_checkpoint
from kg_builder.backends.family import Family
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.errors import SettingsError

PUBLISHED = (
    (r"Qwen2\.5-7B-Vietnamese-Medical-NER", Family.JSON),
    (r"dream-diffusion-ner-recovery", Family.DIFFUSION),
    (r"llama3-medical-ner-lora(-.+)?", Family.LISTS),
    (r"Clinical-NER-MedMentions-GatorTronS", Family.TOKENS),
    (r"clinical-info-corrector-1B", Family.EDITOR),
)
"""The five published checkpoints by the last part of their names, under which copies lie in folders too."""

WAYS = (
    "Say which with `family` (--family): 'json' (instruct models: types in the prompt, answer as JSON), 'lists' "
    "(bullet lists and 'chemical | disease' pairs), 'diffusion' (diffusion language models), 'token-classification' "
    "(a label a word), 'copy-editor' (rewrites text, for the clean step)."
)


@dataclass(frozen=True, slots=True)
class Recognized:
    """A family, and what told it."""

    family: Family
    reason: str


def recognize_family(settings: ModelSettings) -> Recognized:
    """The family of `settings`, as set or as told from the checkpoint. Raises SettingsError where it can't be told."""
    if settings.family is not None:
        return Recognized(settings.family, "as set")
    name = PurePath(settings.place.rstrip("/")).name
    for pattern, family in PUBLISHED:
        if re.fullmatch(rf"{pattern}(\.gguf)?", name, flags=re.IGNORECASE):
            return Recognized(family, f"published under the name {name}")
    match settings.scheme:
        case "onnx":
            return Recognized(Family.TOKENS, "onnx: holds token classifiers")
        case "chat":
            return Recognized(Family.JSON, "chat models answer as JSON")
        case "gguf":
            raise SettingsError(f"'{settings.source}': a GGUF file doesn't say what it answers", hint=WAYS)
    return _by_configuration(find_checkpoint(settings.place, settings.revision))


def _by_configuration(checkpoint: Checkpoint) -> Recognized:
    adapter = checkpoint.read("adapter_config.json")
    if adapter:
        return _of_adapter(checkpoint, adapter.get("task_type"))
    config = checkpoint.read("config.json")
    if not config:
        raise SettingsError(f"'{checkpoint.name}' is no checkpoint: it has neither config.json nor adapter_config.json")
    classes = [str(name) for name in config.get("architectures") or ()]
    own_code = {str(place).rpartition(".")[2] for place in (config.get("auto_map") or {}).values()}
    told = ", ".join(classes) or "none"
    if any(name.endswith("ForTokenClassification") for name in classes):
        return Recognized(Family.TOKENS, f"architecture {told}")
    if _diffuses(str(config.get("model_type", "")), {*classes, *own_code}):
        return Recognized(Family.DIFFUSION, f"architecture {told}, a diffusion language model")
    if any(name.endswith(("ForCausalLM", "LMHeadModel")) for name in classes):
        if _has_template(checkpoint):
            return Recognized(Family.JSON, f"architecture {told} with a chat template")
        raise SettingsError(
            f"'{checkpoint.name}' ({told}) has no chat template, so what it answers can't be told",
            hint=WAYS,
        )
    raise SettingsError(f"'{checkpoint.name}': its architecture ({told}) tells no family", hint=WAYS)


def _of_adapter(checkpoint: Checkpoint, task: object) -> Recognized:
    if task not in (None, "CAUSAL_LM"):
        raise SettingsError(
            f"'{checkpoint.name}' is an adapter for {task}, and adapters of causal language models can be used only",
            hint="Merge it into its base (merge_and_unload) and save the whole model.",
        )
    return Recognized(Family.LISTS, "an adapter of a causal language model (adapter_config.json)")


def _diffuses(kind: str, classes: set[str]) -> bool:
    words = " ".join((kind, *classes)).lower()
    return any(word in words for word in ("dream", "diffusion", "llada"))


def _has_template(checkpoint: Checkpoint) -> bool:
    if (checkpoint.folder / "chat_template.jinja").is_file() or (checkpoint.folder / "chat_template.json").is_file():
        return True
    return bool(checkpoint.read("tokenizer_config.json").get("chat_template"))
