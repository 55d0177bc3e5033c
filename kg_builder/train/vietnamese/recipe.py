"""The recipe of a Vietnamese model."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kg_builder.train.corpus_part import CorpusPart, RecipePart, check_corpora
from kg_builder.train.recipe import Overlap

Penalty = Annotated[float, Field(ge=0, le=100)]


class VietnameseRecipe(RecipePart):
    """How one Vietnamese model is trained. Equal recipe, data and terminology: equal model."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    """Names the output folder unless another is given."""
    version: Annotated[str, Field(min_length=1)] = "1"
    """Of the model; written into every mention's provenance."""
    seed: Annotated[int, Field(ge=0)] = 1
    """Of the parts for cross-validation."""
    corpora_root: str | None = None
    """Folder that the corpora's paths start from; ``--corpora`` goes before it."""
    corpora: Annotated[tuple[CorpusPart, ...], Field(min_length=1)]
    """Annotated with VietBioNER's types."""
    exclude_overlap: Overlap = "refuse"
    """What to do with training documents that are in the evaluation documents too, or nearly."""
    folds: Annotated[int, Field(ge=2, le=50)] = 5
    """Parts of the training documents for cross-validation."""
    l1: Penalty = 0.05
    """Penalty on the sum of the weights' sizes, which makes most of them zero."""
    l2: Penalty = 0.05
    """Penalty on the sum of their squares."""
    iterations: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Steps of L-BFGS at most."""
    named_cost: Annotated[float, Field(ge=0, le=0.1)] = 0.01
    """F1 that a type may give up in cross-validation for taking doubtful spans that are names of the dictionary:
    training texts of one field hardly show the diseases of the others."""
    figures_from: str | None = None
    """Output folder of the run whose figures the card quotes where there are no evaluation documents."""

    @model_validator(mode="after")
    def _trains(self) -> Self:
        check_corpora(self.corpora)
        return self

    def of_role(self, role: Literal["train", "evaluate"]) -> tuple[CorpusPart, ...]:
        """The corpora of one role, in order."""
        return tuple(corpus for corpus in self.corpora if corpus.role == role)
