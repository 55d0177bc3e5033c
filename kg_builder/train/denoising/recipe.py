"""The recipe of a diffusion language model that tags mentions: everything that decides what comes out."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kg_builder.train.corpus_part import CorpusPart, RecipePart, check_corpora
from kg_builder.train.recipe import Overlap, Rate, Share

Weighting = Literal["inverse", "context"]


class Denoising(RecipePart):
    """How masked answers are restored, and how the weights follow.

    The published checkpoint's card names no hyperparameters. The defaults are those of its relatives: the learning
    rate of Dream-Coder's fine-tuning script, the epochs, weight decay and weighting of LLaDA (arXiv 2502.09992).
    """

    epochs: Annotated[int, Field(ge=1, le=10_000)] = 3
    batch_size: Annotated[int, Field(ge=1)] = 8
    accumulation: Annotated[int, Field(ge=1)] = 4
    """Batches that make one step together."""
    learning_rate: Rate = 5e-6
    """At its highest."""
    warmup: Share = 0.03
    """Share of all steps over which the rate rises; afterwards it falls linearly."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.1
    weighting: Weighting = "inverse"
    """``inverse``: one over the share that is masked, which makes the loss a bound of the likelihood (LLaDA);
    ``context``: by how near each masked token is to known ones (CART of Dream, arXiv 2508.15487)."""
    answer_tokens: Annotated[int, Field(ge=1)] | None = None
    """Answers are filled up to as many tokens with the end token, which is learned too; None: to the longest answer
    of their batch."""
    seed: Annotated[int, Field(ge=0)] = 1


class DenoisingRecipe(RecipePart):
    """How one diffusion model is fine-tuned. Equal recipe, data and machine: equal model."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    """Names the output folder unless another is given."""
    base: Annotated[str, Field(min_length=1)]
    """Folder or hub id of the diffusion model to begin with."""
    revision: str | None = None
    """Commit of a hub id."""
    trust_remote_code: bool = False
    """Run the Python code that comes with the model; diffusion models have no other."""
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    """``auto``: bfloat16 on a GPU, float32 on a CPU."""
    gradient_checkpointing: bool = False
    """Less memory, more time; for models whose code can."""
    corpora_root: str | None = None
    """Folder that the corpora's paths start from; ``--corpora`` goes before it."""
    corpora: Annotated[tuple[CorpusPart, ...], Field(min_length=1)]
    """Where two training corpora hold a document of one source, the first one's annotation is used."""
    exclude_overlap: Overlap = "refuse"
    """What to do with training documents that are in the evaluation documents too."""
    types: dict[str, str] = Field(default_factory=dict)
    """The corpora's labels and the names that the answers give them; empty: as they are. Others are left out."""
    max_characters: Annotated[int, Field(ge=20)] = 1000
    """Longer texts are split at sentence boundaries."""
    max_tokens: Annotated[int, Field(ge=16)] = 2048
    """Of prompt and answer; longer samples are left out, and counted."""
    training: Denoising = Denoising()
    threads: Annotated[int, Field(ge=1)] | None = None
    """On the CPU; None: as many as the process may use."""

    @model_validator(mode="after")
    def _trains(self) -> Self:
        check_corpora(self.corpora)
        return self
