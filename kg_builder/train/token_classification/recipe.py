"""The recipe of a token classifier: fine-tunes a checkpoint to give every word a label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kg_builder.extract.token_classifier.label_schemes import is_nothing
from kg_builder.train.corpus_part import CorpusPart, RecipePart, check_corpora
from kg_builder.train.recipe import Overlap, Rate, Share

Label = Annotated[str, Field(min_length=1)]


class TokenClassificationRecipe(RecipePart):
    """How one token classifier is trained. Equal recipe, data and machine: equal model."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    """Names the output folder unless another is given."""
    seed: Annotated[int, Field(ge=0)] = 1
    base: Annotated[str, Field(min_length=1)]
    """Folder or hub id of the checkpoint to begin with, or an installed package of one."""
    revision: str | None = None
    """Commit of a hub id."""
    trust_remote_code: bool = False
    """Run the Python code that comes with the checkpoint."""
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes of the corpora; go into the card, from which the extractor knows them."""
    corpora_root: str | None = None
    """Folder that the corpora's paths start from; ``--corpora`` goes before it."""
    corpora: Annotated[tuple[CorpusPart, ...], Field(min_length=1)]
    """All have the same types annotated. Where two training corpora hold a document of one source, the first one's
    annotation is used."""
    exclude_overlap: Overlap = "refuse"
    """What to do with training documents that are in the evaluation documents too."""
    labels: Mapping[str, Label] | None = None
    """The corpora's types that are learned, each with the label it gets; None: all, under their own names."""
    scheme: Literal["IO", "BIO"] = "BIO"
    """``IO``: the bare label for every word of a mention; ``BIO``: ``B-`` and ``I-`` before it."""
    outside: Label = "O"
    """Label of words in no mention."""
    window: Annotated[int, Field(ge=16, le=512)] = 512
    """Most word pieces read at once, special tokens among them; fewer where the checkpoint takes fewer."""
    epochs: Annotated[int, Field(ge=1, le=1000)] = 6
    batch_size: Annotated[int, Field(ge=1)] = 6
    """Windows."""
    learning_rate: Rate = 5e-5
    """At its highest."""
    warmup: Share = 0.0
    """Share of all steps over which the rate rises; afterwards it falls linearly."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    """Of all weights but biases and norms."""
    threads: Annotated[int, Field(ge=1)] | None = None
    """On the CPU; None: as many as the process may use."""

    @model_validator(mode="after")
    def _trains(self) -> Self:
        check_corpora(self.corpora)
        given = list((self.labels or {}).values())
        if self.labels is not None and not given:
            raise ValueError("labels: names no type; leave it out to learn all")
        if not is_nothing(self.outside):
            raise ValueError(f"outside: '{self.outside}' would be read as a type; write O or None")
        if unusable := sorted(label for label in given if given.count(label) > 1 or is_nothing(label)):
            raise ValueError(f"labels: {unusable[0]} is given twice, or means a word in no mention")
        return self
