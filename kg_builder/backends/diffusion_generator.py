"""Diffusion language models of the Dream kind: they fill a masked answer step by step, most certain tokens first."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from kg_builder.backends.checkpoints import Checkpoint, find_checkpoint
from kg_builder.backends.generation import Generated, GenerationRequest
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.prompt_tokens import encode_prompt
from kg_builder.backends.transformers_loading import (
    NEEDED,
    choose_device,
    require,
    weights_type,
    without_progress_bars,
)
from kg_builder.errors import ModelError, SettingsError

_HUB_ID = re.compile(r"[\w-][\w.-]*/[\w.-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SAMPLING = threading.Lock()
"""The code of such models draws from torch's one global generator, so no two of them may draw at a time."""


class DiffusionGenerator:
    """Loads the model once, with the code that comes with it; one request runs at a time.

    That code takes no generator of random numbers. Each request therefore seeds torch's global one, alone, and leaves
    it as it was: equal requests give equal answers. Other parts of a process that draw from the global generator in
    the same moment would disturb that.
    """

    remote = False

    def __init__(self, settings: ModelSettings) -> None:
        """Raises SettingsError unless the code may run, MissingExtraError, ModelError."""
        self._checkpoint = trusted_checkpoint(
            settings.place, settings.revision, trust_remote_code=settings.trust_remote_code
        )
        device = choose_device(settings.device)
        self._model, self._tokenizer = load_diffusion_model(
            self._checkpoint, dtype=weights_type(settings, device), device=device
        )
        self._model.eval()
        self._ends = _end_tokens(self._checkpoint, self._tokenizer)
        self._steps = settings.steps
        self._keep_history = settings.keep_history
        self.model = f"hf:{self._checkpoint.label}"
        self.history: Sequence[str] = ()
        """With `keep_history`: the last request's answer after each step, masks and all, for animations."""

    def generate(self, requests: Sequence[GenerationRequest]) -> Sequence[Generated]:
        """One answer a request, in order."""
        return [self._answer(request) for request in requests]

    def _answer(self, request: GenerationRequest) -> Generated:
        prompt = encode_prompt(self._tokenizer, request.prompt)
        self._require_room(len(prompt), request.options.max_new_tokens)
        output = self._denoise(prompt, request)
        ids = output.sequences[0, len(prompt) :].tolist()
        self.history = [self._decode(tokens[0, len(prompt) :].tolist()) for tokens in output.history or ()]
        length = next((place for place, token in enumerate(ids) if token in self._ends), len(ids))
        return Generated(
            self._decode(ids[:length], self._tokenizer.mask_token_id),
            complete=length < len(ids),
            prompt_tokens=len(prompt),
            new_tokens=length,
        )

    def _denoise(self, prompt: list[int], request: GenerationRequest) -> Any:
        options, device = request.options, self._model.device
        input_ids = torch.tensor([prompt], device=device)
        devices = [device] if device.type == "cuda" else []
        try:
            with _SAMPLING, torch.random.fork_rng(devices), torch.inference_mode():
                torch.manual_seed(options.seed)
                return self._model.diffusion_generate(
                    input_ids,
                    attention_mask=torch.ones_like(input_ids),
                    max_new_tokens=options.max_new_tokens,
                    output_history=self._keep_history,
                    return_dict_in_generate=True,
                    # as published, one token a step: 512 for 512
                    steps=self._steps or options.max_new_tokens,
                    temperature=options.temperature,
                    top_p=options.top_p,
                    alg="entropy",
                    alg_temp=0.0,
                )
        except torch.cuda.OutOfMemoryError as error:
            raise ModelError(
                "the GPU's memory is too small for this prompt",
                hint="Set `max_characters` or `max_new_tokens` lower.",
            ) from error
        except (RuntimeError, TypeError, ValueError, AttributeError, IndexError, KeyError) as error:
            raise ModelError(f"model {self.model} failed: {_first_line(error)}") from error

    def _require_room(self, prompt: int, answer: int) -> None:
        room = getattr(self._model.config, "max_position_embeddings", None)
        if not prompt:
            raise ModelError("the prompt is empty")
        if room is not None and prompt + answer > room:
            raise ModelError(
                f"a prompt of {prompt} tokens and an answer of {answer} don't fit into the model's {room}",
                hint="Set `max_characters` lower, so that long texts are split, or `max_new_tokens`.",
            )

    def _decode(self, ids: Sequence[int], *without: int) -> str:
        """Special tokens too: a fine-tuned model may have made its tags such."""
        kept = [token for token in ids if token not in without]
        text: str = self._tokenizer.decode(kept, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        return text


def trusted_checkpoint(place: str, revision: str | None, *, trust_remote_code: bool) -> Checkpoint:
    """The checkpoint, if its own code may run. Raises SettingsError otherwise; no code has run by then."""
    if not trust_remote_code:
        raise SettingsError(
            f"'{place}' is a diffusion language model: those run on Python code that comes with the checkpoint, "
            "with all your rights on this machine, so it isn't run unasked",
            hint="Read that code (*.py in the checkpoint). If you trust it set trust_remote_code to true, and for a "
            "checkpoint on the hub also `revision` to the commit whose code you have read.",
        )
    if _HUB_ID.fullmatch(place) and not Path(place).is_dir() and not _COMMIT.fullmatch(revision or ""):
        raise SettingsError(
            f"checkpoint '{place}': trust_remote_code needs a revision that can't change, which a commit is "
            "(40 digits and letters) and a branch or tag isn't",
            hint="Give `revision`, the commit of the checkpoint whose code you have read.",
        )
    checkpoint = find_checkpoint(place, revision, code=True)
    checkpoint.require_safetensors()
    for file in ("config.json", "tokenizer_config.json"):
        _refuse_foreign_code(checkpoint, file)
    return checkpoint


def load_diffusion_model(checkpoint: Checkpoint, *, dtype: Any, device: Any) -> tuple[Any, Any]:
    """Model and tokenizer of a trusted checkpoint, by its own code, which transformers copies below HF_HOME.

    Raises MissingExtraError, ModelError.
    """
    require(NEEDED, f"Model '{checkpoint.name}'")
    from transformers import AutoModel, AutoTokenizer

    try:
        with without_progress_bars():
            model = AutoModel.from_pretrained(
                checkpoint.folder, dtype=dtype, trust_remote_code=True, use_safetensors=True, local_files_only=True
            )
            tokenizer = AutoTokenizer.from_pretrained(checkpoint.folder, trust_remote_code=True, local_files_only=True)
    except Exception as error:  # anything can go wrong in code of others
        raise ModelError(
            f"checkpoint '{checkpoint.name}' could not be loaded: {_first_line(error)}",
            hint="Was its code written for another version of transformers? Its card may name one.",
        ) from error
    if not hasattr(model, "diffusion_generate"):
        raise SettingsError(
            f"checkpoint '{checkpoint.name}' is no diffusion language model: its code has no diffusion_generate",
            hint="Name its family with --family.",
        )
    return model.to(device), tokenizer


def _refuse_foreign_code(checkpoint: Checkpoint, file: str) -> None:
    """Code of another repository would come in whatever version that has today."""
    for place in (checkpoint.read(file).get("auto_map") or {}).values():
        for name in place if isinstance(place, list) else [place]:
            if "--" in str(name):
                repository = str(name).partition("--")[0]
                raise SettingsError(
                    f"checkpoint '{checkpoint.name}' runs code of another one, '{repository}', whose version {file} "
                    "doesn't fix",
                    hint=f"Copy the checkpoint into a folder and the Python files of '{repository}' beside it, and "
                    f"remove '{repository}--' from the auto_map in {file}; then name the folder.",
                )


def _end_tokens(checkpoint: Checkpoint, tokenizer: Any) -> frozenset[int]:
    """Any of them ends an answer: the tokenizer's, the configuration's, and what ends a turn in ChatML."""
    own = checkpoint.read("config.json").get("eos_token_id")
    named = checkpoint.read("generation_config.json").get("eos_token_id", own)
    ids = [*(named if isinstance(named, list) else [named]), tokenizer.eos_token_id, tokenizer.pad_token_id]
    turn_end = tokenizer.get_vocab().get("<|im_end|>")
    return frozenset(token for token in (*ids, turn_end) if isinstance(token, int))


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
