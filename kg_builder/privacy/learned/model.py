"""The folder of the model: model.onnx, tokenizer.json and identifiers.json, which describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from kg_builder.extract.tagger.encoding import load_tokenizer
from kg_builder.model_folders import check_files, read_description
from kg_builder.privacy.identifiers import Kind
from kg_builder.privacy.learned.features import WIDTHS

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MODEL, TOKENIZER, SETTINGS = "model.onnx", "tokenizer.json", "identifiers.json"
_HINT = "Install the package again, or name the folder of another model."


class Description(BaseModel):
    """What identifiers.json says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    name: str = Field(min_length=1)
    version: str = Field(min_length=1)
    kinds: tuple[Kind, ...]
    """In the order of the scores, after that of words that identify nobody."""
    feature_values: tuple[int, ...]
    """How many values each feature of a word takes."""
    least: float = Field(gt=0.0, lt=1.0)
    """Probability from which a word is taken to identify somebody."""
    least_formed: float = Field(gt=0.0, lt=1.0)
    """The same for ages, dates and telephone numbers, whose form speaks for them, too."""
    least_doubtful: float = Field(gt=0.0, lt=1.0)
    """The same for names of one word that is an ordinary one, too, or an abbreviation."""
    least_eponym: float = Field(gt=0.0, lt=1.0)
    """The same for names of one word that a sign, an instrument, a maker or a place has, too."""
    least_again: float = Field(gt=0.0, lt=1.0)
    """The same for a word of a name that is found elsewhere in the text."""
    sha256: Mapping[str, str]
    """Of the files beside it."""

    @field_validator("feature_values")
    @classmethod
    def _ours(cls, values: tuple[int, ...]) -> tuple[int, ...]:
        if values != WIDTHS:
            raise ValueError("made for other features than this version has")
        return values


@dataclass(frozen=True)
class IdentifierModel:
    """A model folder that was found whole."""

    directory: Path
    description: Description

    @property
    def path(self) -> Path:
        """The ONNX file."""
        return self.directory / MODEL

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """Without padding and truncation."""
        return load_tokenizer(self.directory / TOKENIZER)


def shipped_directory() -> Path:
    """Where the package keeps its own model."""
    return Path(str(files("kg_builder.models").joinpath("identifiers")))


def load_model(directory: Path | None = None) -> IdentifierModel:
    """A model's folder, checked; None: the shipped one. Raises ModelError where it is missing, damaged or foreign."""
    directory = shipped_directory() if directory is None else directory
    description = read_description(directory / SETTINGS, Description, of="a model for identifiers", hint=_HINT)
    check_files(directory / SETTINGS, {name: description.sha256.get(name) for name in (MODEL, TOKENIZER)}, hint=_HINT)
    return IdentifierModel(directory, description)
