"""Causal language models loaded by transformers, with an adapter where there is one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.util import find_spec
from typing import Any

from kg_builder.backends.adapters import AdaptedBase, with_shared_base
from kg_builder.backends.checkpoints import Checkpoint, find_checkpoint
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.errors import MissingExtraError, ModelError, SettingsError

ADAPTER = "adapter_config.json"
NEEDED = ("torch", "transformers", "safetensors")


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """A loaded model with its tokenizer."""

    model: Any
    """In evaluation mode."""
    tokenizer: Any
    label: str
    """Checkpoint and, for an adapter, its base, each with its version."""
    device: Any
    end_tokens: frozenset[int]
    """Any of them ends an answer."""
    context: int | None
    """Most tokens of prompt and answer together; None: the configuration doesn't say."""
    lock: AbstractContextManager[Any] = field(default_factory=threading.Lock)
    """Held while it answers; adapters on one base share it."""
    prepare: Callable[[], None] = lambda: None
    """To be called with the lock held, before it answers."""


def require(modules: tuple[str, ...], purpose: str) -> None:
    """Raise MissingExtraError where one of `modules` isn't installed."""
    if any(find_spec(module) is None for module in modules):
        raise MissingExtraError(purpose, "hf")


def load_language_model(settings: ModelSettings) -> LanguageModel:
    """Load `settings.source`. Raises SettingsError, MissingExtraError, ModelError."""
    require(NEEDED, f"Model '{settings.place}'")
    checkpoint = find_checkpoint(settings.place, settings.revision, code=settings.trust_remote_code)
    checkpoint.require_safetensors()
    adapter = checkpoint.read(ADAPTER)
    device = choose_device(settings.device)
    if not adapter:
        return _finished(_load(checkpoint, settings, device), checkpoint, checkpoint.label, settings)
    require(("peft",), f"Adapter '{settings.place}'")
    if settings.merge_adapter and settings.quantization != "none":
        raise SettingsError("merge_adapter needs whole weights", hint="Leave `quantization` out, or don't merge.")
    base = _base_of(checkpoint, adapter.get("base_model_name_or_path"), adapter.get("revision"), settings)
    label = f"{checkpoint.label} on {base.label}"
    if settings.merge_adapter:
        return _finished(_merged(base, checkpoint, settings, device), base, label, settings, adapter=checkpoint)
    key = (str(base.folder.resolve()), base.version, settings.dtype, settings.quantization, str(device))
    shared, name = with_shared_base(key, lambda: _load(base, settings, device), checkpoint)
    finished = _finished(shared.model, base, label, settings, adapter=checkpoint)
    return replace(finished, lock=shared.lock, prepare=partial(shared.activate, name))


@contextmanager
def without_progress_bars() -> Iterator[None]:
    """Transformers draws none on the terminal meanwhile."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def choose_device(name: str | None) -> Any:
    """The device of that name; None: the first GPU, else the CPU. Raises SettingsError."""
    import torch

    if name is None:
        if torch.cuda.is_available():
            return torch.device("cuda", 0)
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise SettingsError(
            f"device '{name}': torch knows no such device", hint="For example cpu or cuda:0."
        ) from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise SettingsError(f"device '{name}': torch finds no such GPU here", hint="Use device cpu, or leave it out.")
    return device


def weights_type(settings: ModelSettings, device: Any) -> Any:
    """The torch type that the weights take: what is asked for, else float32 on a CPU and half precision on a GPU."""
    import torch

    if settings.dtype != "auto":
        return getattr(torch, settings.dtype)
    if device.type == "cpu":
        return torch.float32
    return torch.bfloat16 if device.type == "cuda" and torch.cuda.is_bf16_supported() else torch.float16


def quantization(settings: ModelSettings, device: Any) -> Any:
    """A configuration for bitsandbytes, or None. Raises SettingsError where it can't work."""
    if settings.quantization == "none":
        return None
    if device.type != "cuda":
        raise SettingsError("quantization '4bit' needs an NVIDIA GPU", hint="Leave `quantization` out on a CPU.")
    if find_spec("bitsandbytes") is None:
        raise SettingsError("quantization '4bit' needs bitsandbytes", hint="pip install bitsandbytes")
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=weights_type(settings, device),
    )


def _load(checkpoint: Checkpoint, settings: ModelSettings, device: Any) -> Any:
    """The model on its device. Weights are read by safetensors only, code of the checkpoint runs when allowed only."""
    from transformers import AutoModelForCausalLM

    checkpoint.require_safetensors()
    packed = quantization(settings, device)
    options = {"quantization_config": packed, "device_map": {"": device}} if packed else {}
    merge = settings.merge_adapter and not packed
    try:
        with without_progress_bars():
            model = AutoModelForCausalLM.from_pretrained(
                checkpoint.folder,
                dtype="float32" if merge else weights_type(settings, device),
                use_safetensors=True,
                trust_remote_code=settings.trust_remote_code,
                **options,
            )
    except (OSError, ValueError, RuntimeError, ImportError, KeyError, AttributeError) as error:
        raise ModelError(_told(checkpoint, error, settings)) from error
    return model if packed else model.to(device)


def _told(checkpoint: Checkpoint, error: Exception, settings: ModelSettings) -> str:
    first = str(error).strip().partition("\n")[0]
    if "trust_remote_code" in str(error) and not settings.trust_remote_code:
        first = "it comes with Python code of its own, which runs only with trust_remote_code and a fixed revision"
    return f"checkpoint '{checkpoint.name}' could not be loaded: {first}"


def _base_of(adapter: Checkpoint, named: str | None, revision: str | None, settings: ModelSettings) -> Checkpoint:
    place = settings.base or named
    if not place:
        raise SettingsError(f"adapter '{adapter.name}' names no base model", hint="Give it as `base`.")
    try:
        return find_checkpoint(place, None if settings.base else revision, code=settings.trust_remote_code)
    except SettingsError as error:
        raise SettingsError(
            f"base model of adapter '{adapter.name}': {error.message}",
            hint=error.hint if settings.base else f"{error.hint or ''} `base` names another place.".strip(),
        ) from error


def _merged(base: Checkpoint, adapter: Checkpoint, settings: ModelSettings, device: Any) -> Any:
    """In half precision merging moves logits by more than 1, in float32 by 7e-5: merged first, then made small."""
    adapted = AdaptedBase(_load(base, settings, device))
    adapted.add(adapter)
    return adapted.model.merge_and_unload().to(weights_type(settings, device))


def _finished(
    model: Any, base: Checkpoint, label: str, settings: ModelSettings, *, adapter: Checkpoint | None = None
) -> LanguageModel:
    """With the tokenizer: the adapter's, where it has one, since training may have changed it."""
    from transformers import AutoTokenizer

    own = adapter is not None and (adapter.folder / "tokenizer_config.json").is_file()
    tokenizer_of = adapter if adapter is not None and own else base
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            tokenizer_of.folder, trust_remote_code=settings.trust_remote_code, local_files_only=True
        )
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise ModelError(_told(tokenizer_of, error, settings)) from error
    return LanguageModel(
        model=model.eval(),
        tokenizer=tokenizer,
        label=label,
        device=model.device,
        end_tokens=_end_tokens(base, tokenizer),
        context=getattr(model.config, "max_position_embeddings", None),
    )


def _end_tokens(base: Checkpoint, tokenizer: Any) -> frozenset[int]:
    """Those of the generation configuration and the tokenizer's own; nothing else of that configuration is used."""
    named = base.read("generation_config.json").get("eos_token_id", base.read("config.json").get("eos_token_id"))
    ids = named if isinstance(named, list) else [named]
    return frozenset(token for token in (*ids, tokenizer.eos_token_id) if isinstance(token, int))
