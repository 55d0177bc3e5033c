"""The folder of a Vietnamese model: a table of weights that can be read, and vietnamese.json, which describes it.

Each type is a linear-chain conditional random field (Lafferty et al. 2001) of its own over outside, begin and inside;
a word's scores are the sums of its features' weights.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, field_validator

from kg_builder.calibration import Platt, log_odds, sigmoid
from kg_builder.errors import ModelError
from kg_builder.extract.tagger.decoding import Floats, Lattice, allowed
from kg_builder.extract.vietnamese.labels import TYPES
from kg_builder.model_folders import check_files, read_description

WEIGHTS, DESCRIPTION = "weights.tsv.xz", "vietnamese.json"
STATES = 3
"""Outside, begin, inside."""
THOUSAND = 1000

_HINT = "Install the package again, or name the folder of another model."

Named = tuple[str, int, int]
"""Type, first word and end of a name of the dictionary."""
Matrix = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]
Weights = Mapping[str, Sequence[float]]
"""By feature: the weights of outside, begin and inside, type after type."""


class Decoding(BaseModel):
    """How the scores of one type become mentions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str
    transitions: Matrix
    """from × to, over outside, begin and inside."""
    calibration: Platt = Platt()
    least: float = Field(default=0.5, gt=0.0, lt=1.0)
    """Spans less probable than this, after calibration, are no mentions."""
    least_named: float = Field(default=0.5, gt=0.0, lt=1.0)
    """The same for spans that are names of the dictionary."""

    def takes(self, probability: float, *, named: bool) -> bool:
        """Whether a span of that calibrated probability is a mention."""
        return probability >= (self.least_named if named else self.least)

    @property
    def least_raw(self) -> float:
        """The lower of the two before calibration."""
        least = log_odds(min(self.least, self.least_named))
        return sigmoid((least - self.calibration.intercept) / self.calibration.slope)


class Description(BaseModel):
    """What vietnamese.json says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    name: str = Field(min_length=1)
    version: str = Field(min_length=1)
    terminology: str = ""
    """Whose names were features when it was trained."""
    decoding: tuple[Decoding, ...]
    """In the order of the weights."""
    sha256: str
    """Of the weights' file."""

    @field_validator("decoding")
    @classmethod
    def _of_all_types(cls, decoding: tuple[Decoding, ...]) -> tuple[Decoding, ...]:
        if [one.type for one in decoding] != [one.name for one in TYPES]:
            raise ValueError("made for other types than this version has")
        return decoding


@dataclass(frozen=True, slots=True)
class Found:
    """Words `first` to `last`, exclusive, as a mention."""

    type: str
    first: int
    last: int
    probability: float
    """Calibrated."""


class SequenceModel:
    """Labels the words of a sentence. Reads its weights when the first sentence comes; any thread may use it."""

    def __init__(self, description: Description, weights: Path | Weights) -> None:
        self.description = description
        self._given = weights
        self._transitions = [allowed(np.array(one.transitions, dtype=np.float64)) for one in description.decoding]

    def label(self, features: Sequence[Sequence[str]], names: Set[Named] = frozenset()) -> list[Found]:
        """Mentions of a sentence, from the features of each of its words and the dictionary's names, in order; they
        don't overlap.
        """
        return without_overlaps(
            Found(decoding.type, span.first, span.last, probability)
            for decoding, lattice in zip(self.description.decoding, self.lattices(features), strict=True)
            for span in lattice.likely(decoding.least_raw)
            if decoding.takes(
                probability := decoding.calibration.apply(span.probability),
                named=(decoding.type, span.first, span.last) in names,
            )
        )

    def lattices(self, features: Sequence[Sequence[str]]) -> list[Lattice]:
        """Type by type, the sums over all sequences of labels."""
        return [
            Lattice(scores, transitions)
            for scores, transitions in zip(self.scores(features), self._transitions, strict=True)
        ]

    def scores(self, features: Sequence[Sequence[str]]) -> list[Floats]:
        """Type by type: words × 3. Features that training hasn't seen count nothing."""
        rows, table = self._table
        known = [[place for name in word if (place := rows.get(name)) is not None] or [-1] for word in features]
        if not known:
            return [np.zeros((0, STATES)) for _ in self._transitions]
        starts = np.cumsum([0, *map(len, known[:-1])])
        summed = np.add.reduceat(table[list(chain.from_iterable(known))], starts, axis=0).astype(np.float64)
        return [np.ascontiguousarray(summed[:, first : first + STATES]) for first in range(0, summed.shape[1], STATES)]

    @cached_property
    def _table(self) -> tuple[dict[str, int], NDArray[np.float32]]:
        """Row of each feature, and the weights; the last row is that of no feature."""
        weights = read_weights(self._given) if isinstance(self._given, Path) else self._given
        width = STATES * len(TYPES)
        table = np.zeros((len(weights) + 1, width), dtype=np.float32)
        for place, row in enumerate(weights.values()):
            table[place] = row
        return {name: place for place, name in enumerate(weights)}, table


def without_overlaps(found: Iterable[Found]) -> list[Found]:
    """In order, the more probable one of any two that share a word; of equal ones the longer, then the earlier."""
    kept: list[Found] = []
    taken: set[int] = set()
    for one in sorted(found, key=lambda item: (-item.probability, item.first - item.last, item.first, item.type)):
        if taken.isdisjoint(range(one.first, one.last)):
            kept.append(one)
            taken.update(range(one.first, one.last))
    return sorted(kept, key=lambda item: item.first)


def shipped_directory() -> Path:
    """Where the package keeps its own model."""
    return Path(str(files("kg_builder.models").joinpath("vietnamese")))


def load_model(directory: Path | None = None) -> SequenceModel:
    """A model's folder, checked; None: the shipped one. Raises ModelError where it is missing, damaged or foreign."""
    directory = shipped_directory() if directory is None else directory
    description = read_description(directory / DESCRIPTION, Description, of="a Vietnamese model", hint=_HINT)
    check_files(directory / DESCRIPTION, {WEIGHTS: description.sha256}, hint=_HINT)
    return SequenceModel(description, directory / WEIGHTS)


def read_weights(file: Path) -> dict[str, list[float]]:
    """The table: a feature a line, then its weights as thousandths. Raises ModelError."""
    try:
        content = lzma.decompress(file.read_bytes()).decode("utf-8")
        rows = (line.split("\t") for line in content.split("\n")[:-1])
        return {name: [int(weight or 0) / THOUSAND for weight in weights] for name, *weights in rows}
    except (OSError, ValueError, lzma.LZMAError) as error:
        raise ModelError(f"{file}: not a table of weights ({type(error).__name__})", hint=_HINT) from error


def pack_weights(weights: Weights) -> bytes:
    """The bytes of that table; equal weights give equal bytes."""
    lines = []
    for name, row in sorted(weights.items()):
        whole = [round(weight * THOUSAND) for weight in row]
        if any(whole):
            lines.append("\t".join((name, *(str(weight or "") for weight in whole))) + "\n")
    return lzma.compress("".join(lines).encode("utf-8"), preset=9 | lzma.PRESET_EXTREME)
