"""What every generative model is asked and answers, whatever runs it.

Talking to a model (a `Generator`) and translating for it (prompts, answer formats) are apart: a generator
knows nothing of schemas, an extractor nothing of tensors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


Prompt = tuple[Message, ...] | str
"""A conversation, rendered by the model's own chat template with the answer's turn opened; or a raw string, encoded
as it stands, without special tokens added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationOptions:
    """How an answer is generated. The defaults are greedy decoding."""

    max_new_tokens: int = 256
    temperature: float = 0.0
    """0: greedy."""
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    seed: int = 0
    """Sampling with equal requests and seeds gives equal answers, whatever else is in the batch."""
    json_schema: Mapping[str, Any] | None = None
    """The answer is held to it where the backend can; None: free text."""


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """One prompt with its options."""

    prompt: Prompt
    options: GenerationOptions = GenerationOptions()


@dataclass(frozen=True, slots=True)
class TokenScore:
    """A generated token's characters in the answer, half-open, and its natural-log probability when it was chosen."""

    start: int
    end: int
    logprob: float


@dataclass(frozen=True, slots=True)
class Generated:
    """One answer, without the prompt and without special tokens."""

    text: str
    complete: bool = True
    """False: it stopped at the limit of tokens, so its end is missing."""
    tokens: Sequence[TokenScore] = ()
    """In order; empty where the backend gives no probabilities."""
    prompt_tokens: int = 0
    new_tokens: int = 0


class Generator(Protocol):
    """A model that writes. Safe to call from several threads."""

    model: str
    """Checkpoint with its revision or digest, for provenance."""
    remote: bool
    """True: the text leaves this machine."""

    def generate(self, requests: Sequence[GenerationRequest]) -> Sequence[Generated]:
        """One answer a request, in order. Raises ModelError, TransientModelError for what may work later."""
        ...
