"""The recipe of a generative model: JSON answers, lists of names, or rewritten clinical text."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kg_builder.train.corpus_part import CorpusPart, RecipePart, check_corpora
from kg_builder.train.recipe import Overlap, Rate, Share

GenerativeFamily = Literal["json", "lists", "copy-editor"]
Description = Annotated[str, Field(min_length=1)]
Positive = Annotated[int, Field(ge=1)]

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
"""All linear layers of a Llama or Qwen2 block."""


class Lora(RecipePart):
    """Low-rank adapters beside frozen weights (Hu et al. 2021)."""

    rank: Positive = 16
    alpha: Positive = 32
    dropout: Share = 0.05
    targets: Annotated[tuple[str, ...], Field(min_length=1)] = PROJECTIONS
    saved_as: Literal["float32", "float16"] = "float32"
    """``float16`` makes the adapter's file half as large."""


class PromptedType(RecipePart):
    """A type as prompts name it."""

    description: Description
    labels: Annotated[tuple[str, ...], Field(min_length=1)]
    """What corpora call it."""


class Injection(RecipePart):
    """Dynamic prompt injection: each sample shows some of the types, and only those are answered."""

    least: Positive = 1
    """Types shown at least."""
    absent: Share = 0.1
    """Share of samples that show only types of which the text has no mention, where there are such."""


class Lists(RecipePart):
    """What the list family's samples are made of."""

    pair_characters: Annotated[int, Field(ge=100)] | None = None
    """Longest text of samples about influences; None: as of the others."""
    entity_share: Share = 1.0
    """Share of the samples about chemicals and diseases that is used; influences are fewer, and harder."""
    entities_first: Share = 0.0
    """Share of the batches about chemicals and diseases that come before any about influences."""


class Steps(RecipePart):
    """How the weights follow. AdamW, a linear warm-up, then a cosine."""

    epochs: Annotated[int, Field(ge=1, le=1000)] = 3
    most_steps: Positive | None = None
    """Ends the run earlier, and the cosine with it."""
    batch_size: Positive = 4
    accumulation: Positive = 4
    """Batches that make one step together."""
    learning_rate: Rate = 5e-5
    """At its highest."""
    warmup: Share = 0.03
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    largest_gradient: Annotated[float, Field(gt=0)] = 1.0
    checkpoint_steps: Positive = 100
    """Steps between two checkpoints; there is one at the end of each epoch too."""
    share_beginnings: bool = False
    """Compute what all prompts of a batch begin with once; gives the same loss in less time, for short texts."""


class GenerativeRecipe(RecipePart):
    """How one generative model is fine-tuned on answers only. Equal recipe, data and machine: equal model."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    """Names the output folder unless another is given."""
    family: GenerativeFamily
    seed: Annotated[int, Field(ge=0)] = 1
    base: Annotated[str, Field(min_length=1)]
    """Folder or hub id of the model to begin with."""
    revision: str | None = None
    """Commit of a hub id."""
    lora: Lora | None = None
    """None: all weights are trained."""
    quantization: Literal["none", "4bit"] = "none"
    """``4bit``: the frozen weights as NF4, by bitsandbytes, on a GPU."""
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    """``auto``: half precision on a GPU, float32 on a CPU. Adapters are float32 in any case."""
    gradient_checkpointing: bool = False
    """Less memory, more time."""
    system: str | None = None
    """System text instead of the family's own; the same must be set where the model is used."""
    corpora_root: str | None = None
    """Folder that the corpora's paths start from; ``--corpora`` goes before it."""
    corpora: Annotated[tuple[CorpusPart, ...], Field(min_length=1)]
    """Where two training corpora hold a document of one source, the first one's annotation is used."""
    exclude_overlap: Overlap = "refuse"
    """What to do with training documents that are in the evaluation documents too."""
    types: dict[str, PromptedType] = Field(default_factory=dict)
    """Of the JSON family: the types by their names in prompts."""
    injection: Injection = Injection()
    lists: Lists = Lists()
    max_characters: Annotated[int, Field(ge=100)] = 4000
    """Longer texts are split at sentence boundaries."""
    empty_share: Share = 1.0
    """Share that is kept of the samples whose answer is empty."""
    max_tokens: Annotated[int, Field(ge=16)] = 2048
    """Of prompt and answer; longer samples are left out, and counted."""
    evaluated: Annotated[int, Field(ge=0)] = 200
    """Samples of the evaluation documents on which the loss is measured after each epoch."""
    training: Steps = Steps()
    threads: Positive | None = None
    """On the CPU; None: as many as the process may use."""

    @model_validator(mode="after")
    def _trains(self) -> Self:
        check_corpora(self.corpora)
        if (self.family == "json") != bool(self.types):
            raise ValueError("types: the JSON family needs them, and no other has them")
        if self.quantization == "4bit" and self.lora is None:
            raise ValueError("quantization: frozen weights only can be quantized, so 'lora' is needed")
        if self.dtype == "float16" and self.lora is None:
            raise ValueError("dtype: all weights can't be trained in float16, which loses small steps; take bfloat16")
        if self.gradient_checkpointing and self.training.share_beginnings:
            raise ValueError("training.share_beginnings: can't go together with gradient_checkpointing")
        return self
