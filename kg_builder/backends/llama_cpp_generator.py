"""A GGUF file that llama.cpp runs: several times quicker than torch on a CPU, in a third of the memory."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import weakref
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kg_builder.backends.generation import Generated, GenerationOptions, GenerationRequest
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.prompt_tokens import defuse
from kg_builder.errors import ModelError, SettingsError

SAMPLE = 1 << 20
"""Bytes at each end of the file that enter its digest."""


CONTEXT = 8192
"""Tokens of prompt and answer; memory for the 131,072 that some models take would be 15 GB."""
CONTROL_TOKEN = re.compile(r"<\|[^|<>\s]{1,40}\|>|</?s>|<(?:start|end)_of_turn>")
"""In the vocabularies of Llama, Qwen, Phi, SmolLM; Mistral; Gemma."""


class LlamaCppGenerator:
    """Loads the file once and answers one request after the other; the prompt's beginning is reused from the last."""

    remote = False

    def __init__(self, settings: ModelSettings) -> None:
        path = Path(settings.place).expanduser()
        if not path.is_file():
            raise SettingsError(f"no GGUF file at '{settings.place}'")
        if find_spec("llama_cpp") is None:
            raise SettingsError(
                f"'{settings.source}' needs llama-cpp-python", hint="pip install llama-cpp-python (builds for minutes)"
            )
        self._model = _load(path, settings)
        weakref.finalize(self, self._model.close)  # at exit too, while llama.cpp's own modules are still there
        self._lock = threading.Lock()  # a Llama object is not thread-safe
        self.model = f"gguf:{path.name}@{_digest(path)}"

    def generate(self, requests: Sequence[GenerationRequest]) -> Sequence[Generated]:
        """One answer a request, in order."""
        with self._lock:
            return [self._answer(request) for request in requests]

    def knows_token(self, text: str) -> bool:
        """Whether `text` is one control token of the model."""
        with self._lock:
            return len(self._model.tokenize(text.encode(), add_bos=False, special=True)) == 1

    def _answer(self, request: GenerationRequest) -> Generated:
        try:
            options = _options(request.options)
            if isinstance(request.prompt, str):
                tokens = self._model.tokenize(request.prompt.encode(), add_bos=False, special=True)
                return _read(self._model.create_completion(tokens, **options))
            turns = [{"role": message.role, "content": _defused(message.content)} for message in request.prompt]
            return _read(self._model.create_chat_completion(turns, **options))
        except (ValueError, RuntimeError) as error:
            if "exceed context window" in str(error):
                raise ModelError(
                    f"a prompt doesn't fit {self.model}: {error}",
                    hint="Set `max_characters` lower, to split long texts.",
                ) from error
            raise ModelError(f"{self.model} failed ({type(error).__name__})") from error


def _load(path: Path, settings: ModelSettings) -> Any:
    from llama_cpp import Llama

    layers = 0 if settings.device == "cpu" else -1
    try:
        return Llama(str(path), n_ctx=CONTEXT, n_gpu_layers=layers, verbose=False)
    except (ValueError, RuntimeError, OSError) as error:
        raise ModelError(f"GGUF file {path.name} could not be loaded ({type(error).__name__})") from error


def _options(options: GenerationOptions) -> dict[str, Any]:
    """llama.cpp's own defaults (top-k, min-p, penalty) don't count."""
    from llama_cpp import LlamaGrammar

    named: dict[str, Any] = {
        "max_tokens": options.max_new_tokens,
        "temperature": options.temperature,
        "top_p": options.top_p,
        "top_k": 0,
        "min_p": 0.0,
        "repeat_penalty": options.repetition_penalty,
        "seed": options.seed % 2**31,
    }
    if options.json_schema is not None:
        named["grammar"] = LlamaGrammar.from_json_schema(json.dumps(options.json_schema), verbose=False)
    return named


def _defused(text: str) -> str:
    return defuse(text, sorted(set(CONTROL_TOKEN.findall(text))))


def _read(answer: dict[str, Any]) -> Generated:
    choice, usage = answer["choices"][0], answer["usage"]
    text = choice["message"]["content"] if "message" in choice else choice["text"]
    return Generated(
        text or "",
        complete=choice["finish_reason"] != "length",
        prompt_tokens=usage["prompt_tokens"],
        new_tokens=usage["completion_tokens"],
    )


def _digest(path: Path) -> str:
    digest = hashlib.sha256(str(path.stat().st_size).encode())
    with path.open("rb") as file:
        digest.update(file.read(SAMPLE))
        file.seek(max(0, path.stat().st_size - SAMPLE))
        digest.update(file.read())
    return f"sha256-{digest.hexdigest()[:12]}"
