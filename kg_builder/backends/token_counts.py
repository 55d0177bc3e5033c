"""How many tokens a request takes: by the model's own tokenizer where it lies on this machine, else estimated."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from kg_builder.backends.generation import GenerationRequest
from kg_builder.backends.model_settings import ModelSettings

BYTES_PER_TOKEN = 4
"""Of UTF-8: in English as many characters; letters with marks are two or three bytes, and take more tokens too."""
TOKENS_PER_MESSAGE = 4
"""For what stands around a message."""

CountTokens = Callable[[str], int]


def estimated_tokens(text: str) -> int:
    """Of a text, when nothing is known of the tokenizer."""
    return -(-len(text.encode("utf-8", "surrogatepass")) // BYTES_PER_TOKEN)


def token_counter(settings: ModelSettings) -> CountTokens | None:
    """The tokenizer's own count; None where there is none on this machine."""
    path = _tokenizer_file(settings)
    if path is None:
        return None
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    return lambda text: len(tokenizer.encode(_encodable(text), add_special_tokens=False).ids)


def prompt_tokens(request: GenerationRequest, count: CountTokens = estimated_tokens) -> int:
    """Of a request's prompt, with the JSON schema that it is held to."""
    schema = request.options.json_schema
    held = count(json.dumps(schema)) if schema is not None else 0
    if isinstance(request.prompt, str):
        return held + count(request.prompt)
    return held + sum(count(message.content) + TOKENS_PER_MESSAGE for message in request.prompt)


def _encodable(text: str) -> str:
    """Without lone surrogates, which no tokenizer takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _tokenizer_file(settings: ModelSettings) -> Path | None:
    if settings.scheme != "hf":
        return None
    inside = Path(settings.place) / "tokenizer.json"
    if inside.is_file():
        return inside
    if Path(settings.place).is_dir():
        return None
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(settings.place, "tokenizer.json", revision=settings.revision)
    except HFValidationError:
        return None
    return Path(found) if isinstance(found, str) else None
