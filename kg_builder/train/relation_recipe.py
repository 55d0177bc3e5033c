"""The recipe of a relation model."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kg_builder.train.corpus_part import CorpusPart, RecipePart, check_corpora
from kg_builder.train.recipe import Overlap

Predicate = Literal["INDUCES", "TREATS"]


class RelationCorpus(CorpusPart):
    """A corpus with the relations that its annotators marked."""

    predicates: Annotated[dict[str, Predicate], Field(min_length=1)]
    """The corpus's name of each relation, for example ``CID``, and ours. Pairs without
    any are examples of none; pairs under a relation that isn't named here are left open."""


class RelationRecipe(RecipePart):
    """How one relation model is trained. Equal recipe and data: equal model."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    """Names the output folder unless another is given."""
    seed: Annotated[int, Field(ge=0)] = 1
    corpora_root: str | None = None
    """Folder that the corpora's paths start from; ``--corpora`` goes before it."""
    corpora: Annotated[tuple[RelationCorpus, ...], Field(min_length=1)]
    exclude_overlap: Overlap = "refuse"
    """What to do with training documents that are in the evaluation documents too."""
    folds: Annotated[int, Field(ge=2, le=50)] = 5
    """Parts of the training documents for cross-validation."""
    figures_from: str | None = None
    """Output folder of the run whose figures the card quotes where there are no evaluation documents."""

    @model_validator(mode="after")
    def _trains(self) -> Self:
        check_corpora(self.corpora)
        return self

    def of_role(self, role: Literal["train", "evaluate"]) -> tuple[RelationCorpus, ...]:
        """The corpora of one role, in order."""
        return tuple(corpus for corpus in self.corpora if corpus.role == role)
