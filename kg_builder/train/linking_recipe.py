"""The recipe of a linking model."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kg_builder.train.corpus_part import CorpusPart, RecipePart, check_corpora
from kg_builder.train.recipe import Overlap

Group = Annotated[str, Field(pattern=r"^[A-Z]{4}$")]


class LinkingCorpus(CorpusPart):
    """A corpus whose mentions carry ids."""

    types: Annotated[dict[str, Group], Field(min_length=1)]
    """The corpus's name of each type and the semantic group it stands for; other types are left out."""


class LinkingRecipe(RecipePart):
    """How one linking model is trained. Equal recipe, data and terminology: equal model."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    """Names the output folder unless another is given."""
    seed: Annotated[int, Field(ge=0)] = 1
    corpora_root: str | None = None
    """Folder that the corpora's paths start from; ``--corpora`` goes before it."""
    corpora: Annotated[tuple[LinkingCorpus, ...], Field(min_length=1)]
    exclude_overlap: Overlap = "refuse"
    """What to do with training documents that are in the evaluation documents too."""
    folds: Annotated[int, Field(ge=2, le=50)] = 5
    """Parts of the training documents for cross-validation."""
    fewest_documents: Annotated[int, Field(ge=1)] = 1
    """Documents that must agree before how they linked a name is remembered."""
    hidden: Annotated[float, Field(ge=0, lt=1)] = 0.3
    """Share of the concepts that are hidden in a second pass over the training documents, so that the model
    learns what a mention looks like whose concept the terminology hasn't."""
    hidden_weight: Annotated[float, Field(gt=0, le=10)] = 1.0
    """Of a mention of that pass, beside one of the first."""
    most_wrong: Annotated[float, Field(gt=0, le=1)] = 0.07
    """Share of the mentions of hidden concepts that may be linked to others; sets the threshold."""
    strength: Annotated[float, Field(gt=0)] = 1.0
    """Inverse of the penalty on large weights."""
    figures_from: str | None = None
    """Output folder of the run whose figures the card quotes where there are no evaluation documents."""

    @model_validator(mode="after")
    def _trains(self) -> Self:
        check_corpora(self.corpora)
        return self

    def of_role(self, role: Literal["train", "evaluate"]) -> tuple[LinkingCorpus, ...]:
        """The corpora of one role, in order."""
        return tuple(corpus for corpus in self.corpora if corpus.role == role)
