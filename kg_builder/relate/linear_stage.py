"""Logistic regression over words and numbers: weights that people can read, log odds that add up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

from kg_builder.relate.pair_words import NAME, TREE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CLIP = 4.0
"""Standard deviations beyond which a number counts no more."""


@dataclass(frozen=True, slots=True)
class LinearStage:
    """The weights of one predicate."""

    words: Mapping[str, Mapping[str, float]]
    """By family and feature."""
    mean: Floats
    scale: Floats
    weights: Floats
    """Of the numbers, standardized."""
    intercept: float

    def sums(self, features: Sequence[Mapping[str, Collection[str]]]) -> list[list[float]]:
        """For each row the weight of its words by family. Rows may share a family's features: they are summed once."""
        known: dict[tuple[str, int], float] = {}
        found = []
        for row in features:
            sums = []
            for family, weights in self.words.items():
                words = row[family]
                key = (family, id(words))
                if (value := known.get(key)) is None:
                    value = known[key] = family_sum(family, weights, words)
                sums.append(value)
            found.append(sums)
        return found

    def numbers(self, values: Floats) -> Floats:
        """Weight of the numbers with the intercept; `values`: rows × numbers."""
        import numpy as np

        standard = np.clip((values - self.mean) / self.scale, -CLIP, CLIP)
        found: Floats = standard @ self.weights + self.intercept
        return found


def family_sum(family: str, weights: Mapping[str, float], features: Iterable[str]) -> float:
    """Summed weight of the features that are known."""
    found = [weight for weight in map(weights.get, features) if weight is not None]
    # exact, so that the order in which a set gives them changes nothing
    return fsum(found) * family_scale(family, len(found)) if found else 0.0


def family_scale(family: str, count: int) -> float:
    """What each of so many known features of a family counts.

    Words of names and branches count one by one; of the other families a longer text has more, so they
    share a fixed length.
    """
    return 1.0 if not count or family.endswith((NAME, TREE)) else 2.0 / float(count) ** 0.5
