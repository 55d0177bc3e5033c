"""How a user names a model: where it comes from, what family it is of, and how it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from kg_builder.backends.family import Family
from kg_builder.backends.limits import ModelLimits

SCHEMES = ("hf", "onnx", "gguf", "chat")
"""``hf:`` a folder or hub id in the Hugging Face layout, ``onnx:`` an exported token classifier's folder, ``gguf:`` a
file for llama.cpp, ``chat:`` any LangChain chat model as ``init_chat_model`` names it (``chat:openai:gpt-…``)."""


class ModelSettings(BaseModel):
    """One model. What is None is the family's published default."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, protected_namespaces=())

    source: Annotated[str, StringConstraints(pattern=rf"^({'|'.join(SCHEMES)}):\S.*$")]
    """Scheme and place, see `SCHEMES`."""
    family: Family | None = None
    """None: told from the checkpoint's configuration, where that can be done."""
    revision: str | None = None
    """Commit of a hub checkpoint; needed with `trust_remote_code`."""
    trust_remote_code: bool = False
    """Run the Python code that comes with the checkpoint."""
    base: str | None = None
    """Folder or hub id of the model under an adapter; None: what the adapter's configuration names."""
    merge_adapter: bool = False
    """Add the adapter to the weights once, in float32: quicker answers, but no shared base."""
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    """``auto``: half precision on a GPU, float32 on a CPU."""
    quantization: Literal["none", "4bit"] = "none"
    """``4bit``: NF4 by bitsandbytes, on a GPU."""
    device: str | None = None
    """As torch names it; None: the first GPU, else the CPU."""
    batch_size: int = Field(default=16, ge=1, le=512)
    """Requests, or windows, that run together at most."""
    max_characters: int | None = Field(default=None, ge=100)
    """Longest text asked about at once; longer ones are split at sentence boundaries."""
    system: str | None = None
    """System text instead of the family's own; that of ``json`` may hold ``{types}``. Relation prompts keep theirs."""
    system_file: Path | None = None
    """The same, read from a UTF-8 file; one line break at its end is dropped."""
    max_new_tokens: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0)
    """0: greedy."""
    top_p: float | None = Field(default=None, gt=0, le=1)
    repetition_penalty: float | None = Field(default=None, gt=0)
    steps: int | None = Field(default=None, ge=1)
    """Denoising steps of a diffusion model."""
    keep_history: bool = False
    """Let a diffusion model keep every step's tokens, which only animations need."""
    few_shot: bool = True
    """Show the schema's examples, for prompts that have none by themselves; a checkpoint trained without is better off
    without: then False. The published Vietnamese checkpoint is never shown any."""
    constrained: bool = False
    """Hold the answer to the JSON schema where the backend can. Weak models then answer ``[]`` to prompts without
    examples."""
    resamples: int = Field(default=0, ge=0, le=20)
    """Further answers, sampled, whose agreement is the confidence; 0: the tokens' own probabilities."""
    retry: Literal["resample", "feedback", "feedback-then-resample"] = "resample"
    """What is done when an answer has something wrong with it: ask again with a new seed, or say what was wrong.
    ``lists`` models can't be told, so they are asked again."""
    limits: ModelLimits | None = None
    """Pace, budget and prices of a ``chat:`` model."""

    @model_validator(mode="after")
    def _limits_fit(self) -> Self:
        if self.limits is not None and self.scheme != "chat":
            raise ValueError("limits are for chat: models")
        return self

    @property
    def scheme(self) -> str:
        """Of `source`."""
        return self.source.partition(":")[0]

    @property
    def place(self) -> str:
        """`source` without its scheme: a folder, file, hub id or model name."""
        return self.source.partition(":")[2]
