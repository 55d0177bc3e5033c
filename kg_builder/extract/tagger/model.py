"""The folder of a tagger: model.onnx, tokenizer.json and tagger.json, which describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from kg_builder.calibration import Platt
from kg_builder.errors import ModelError
from kg_builder.extract.tagger.consistency import EVIDENCE
from kg_builder.extract.tagger.decoding import Floats, allowed
from kg_builder.extract.tagger.encoding import load_tokenizer
from kg_builder.extract.tagger.features import TYPES, WIDTHS
from kg_builder.model_folders import check_files, read_description

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MODEL, TOKENIZER, SETTINGS = "model.onnx", "tokenizer.json", "tagger.json"


class Description(BaseModel):
    """What tagger.json says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    name: str = Field(min_length=1)
    version: str = Field(min_length=1)
    languages: tuple[str, ...] = ("en",)
    types: tuple[str, ...]
    """Labels, in the order of the scores."""
    feature_values: tuple[int, ...]
    """How many values each feature of a word takes."""
    transitions: tuple[tuple[tuple[float, float, float], ...], ...]
    """types × from × to, over outside, begin and inside."""
    calibration: Mapping[str, Platt] = Field(default_factory=dict)
    """By type; none: probabilities as they come."""
    second_look: Mapping[str, tuple[float, ...]] = Field(default_factory=dict)
    """By type: a weight for each of `consistency.EVIDENCE`; none: the best sequences are taken as they come."""
    least: float = Field(default=0.0, ge=0.0, lt=1.0)
    """Mentions less probable than this, after the second look and calibration, are none."""
    sha256: Mapping[str, str]
    """Of the files beside it."""

    @field_validator("second_look")
    @classmethod
    def _weights_of_all_types(cls, weights: Mapping[str, tuple[float, ...]]) -> Mapping[str, tuple[float, ...]]:
        if weights and (set(weights) != set(TYPES) or any(len(row) != len(EVIDENCE) for row in weights.values())):
            raise ValueError(f"needs {len(EVIDENCE)} weights for each of {', '.join(TYPES)}")
        return weights


@dataclass(frozen=True)
class TaggerModel:
    """A model folder that was found whole."""

    directory: Path
    description: Description

    @property
    def path(self) -> Path:
        """The ONNX file."""
        return self.directory / MODEL

    @cached_property
    def transitions(self) -> Floats:
        """types × 3 × 3, *inside* after *outside* forbidden."""
        return np.array([allowed(np.array(matrix)) for matrix in self.description.transitions])

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """Without padding and truncation."""
        return load_tokenizer(self.directory / TOKENIZER)

    def mark(self, name: str) -> int:
        """Vocabulary id of ``[CLS]`` or ``[SEP]``. Raises ModelError for a tokenizer without it."""
        found: int | None = self.tokenizer.token_to_id(name)
        if found is None:
            raise ModelError(f"{self.directory / TOKENIZER}: the tokenizer has no {name}", hint=_HINT)
        return found


def shipped_directory() -> Path:
    """Where the package keeps its own tagger."""
    return Path(str(files("kg_builder.models").joinpath("tagger")))


def load_tagger(directory: Path | None = None) -> TaggerModel:
    """A tagger's folder, checked; None: the shipped one. Raises ModelError where it is missing, damaged or foreign."""
    directory = shipped_directory() if directory is None else directory
    description = _described(directory / SETTINGS)
    check_files(directory / SETTINGS, {name: description.sha256.get(name) for name in (MODEL, TOKENIZER)}, hint=_HINT)
    return TaggerModel(directory, description)


_HINT = "Install the package again, or name the folder of another tagger."


def _described(file: Path) -> Description:
    description = read_description(file, Description, of="a tagger", hint=_HINT)
    expected = (description.types, description.feature_values, len(description.transitions))
    if expected != (TYPES, WIDTHS, len(TYPES)):
        raise ModelError(f"{file}: made for other types or features than this version has", hint=_HINT)
    return description
