"""The model that a generative recipe trains: a base, whole or frozen under low-rank adapters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from kg_builder.backends.checkpoints import find_checkpoint
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.transformers_loading import choose_device, quantization, require, weights_type
from kg_builder.backends.transformers_loading import without_progress_bars as quietly
from kg_builder.errors import ModelError
from kg_builder.text.list_prompts import TURN_OPENING
from kg_builder.train.generative.recipe import GenerativeRecipe, Lora


@dataclass(frozen=True, slots=True)
class Trainee:
    """A model with its tokenizer, ready to be trained."""

    model: Any
    tokenizer: Any
    device: Any
    label: str
    """The base with its version."""
    precision: Any
    """Torch type of the products on a GPU; None: that of the weights."""

    @property
    def knows_headers(self) -> bool:
        """Whether Llama 3's turns are tokens of this model."""
        return TURN_OPENING in self.tokenizer.get_vocab()

    @property
    def pad(self) -> int:
        """A token to fill up with; it is never attended to."""
        token: int | None = self.tokenizer.pad_token_id
        return self.tokenizer.eos_token_id if token is None else token

    def trained(self) -> dict[str, torch.nn.Parameter]:
        """The weights that are trained, by name."""
        return {name: value for name, value in self.model.named_parameters() if value.requires_grad}


def load_trainee(recipe: GenerativeRecipe) -> Trainee:
    """Raises SettingsError, MissingExtraError, ModelError."""
    require(("torch", "transformers", "safetensors"), "Training a generative model")
    from transformers import AutoModelForCausalLM, AutoTokenizer

    settings = ModelSettings(
        source=f"hf:{recipe.base}", revision=recipe.revision, dtype=recipe.dtype, quantization=recipe.quantization
    )
    checkpoint = find_checkpoint(settings.place, settings.revision, code=False)
    checkpoint.require_safetensors()
    device = choose_device(None)
    packed = quantization(settings, device)
    options = {"quantization_config": packed, "device_map": {"": device}} if packed else {}
    weights = weights_type(settings, device)
    try:
        with quietly():
            tokenizer = AutoTokenizer.from_pretrained(checkpoint.folder, local_files_only=True)
            model = AutoModelForCausalLM.from_pretrained(
                checkpoint.folder, dtype=weights, use_safetensors=True, trust_remote_code=False, **options
            )
    except (OSError, ValueError, RuntimeError, ImportError, KeyError, AttributeError) as error:
        first = str(error).strip().partition("\n")[0]
        raise ModelError(f"checkpoint '{recipe.base}' could not be loaded: {first}") from error
    model = model if packed else model.to(device)
    if recipe.gradient_checkpointing:
        # renamed within transformers 5; the old name warns
        enable = getattr(model, "activation_checkpointing_enable", None) or model.gradient_checkpointing_enable
        enable({"use_reentrant": False})
        model.enable_input_require_grads()
    if recipe.lora is not None:
        torch.manual_seed(recipe.seed)
        model = _with_adapter(model, recipe.lora, recipe.base)
    half = weights in {torch.float16, torch.bfloat16}
    precision = weights if half and recipe.lora is not None and device.type == "cuda" else None
    return Trainee(model, tokenizer, device, checkpoint.label, precision)


def save_model(trainee: Trainee, recipe: GenerativeRecipe, folder: Path) -> None:
    """Write an adapter, or the whole model with its tokenizer, as safetensors."""
    if recipe.lora is not None and recipe.lora.saved_as == "float16":
        for value in trainee.trained().values():
            value.data = value.data.half()
    trainee.model.save_pretrained(folder)
    if recipe.lora is None:
        trainee.tokenizer.save_pretrained(folder)


def _with_adapter(model: Any, lora: Lora, base: str) -> Any:
    """Frozen weights with trainable adapters, which are float32."""
    require(("peft",), "Training an adapter")
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=list(lora.targets),
        task_type="CAUSAL_LM",
        base_model_name_or_path=base,
    )
    try:
        adapted = get_peft_model(model, config)
    except ValueError as error:
        raise ModelError(f"lora: {str(error).partition('.')[0]}") from error
    for parameter in adapted.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    return adapted
