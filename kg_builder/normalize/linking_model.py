"""The weights of the linker: a logistic regression that people can read, and the threshold of the unknown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from kg_builder.calibration import sigmoid
from kg_builder.errors import ModelError
from kg_builder.normalize.priors import Priors, unpack_priors

WEIGHTS, PRIORS = "linking.json", "priors.tsv.xz"
DIGITS = 4
"""Of the weights that are written."""


@dataclass(frozen=True, slots=True)
class LinkingModel:
    """Weights by feature; features without a weight say nothing."""

    version: str
    weights: Mapping[str, float]
    threshold: float
    """A mention whose best candidate is less sure stays unknown."""
    slope: float = 1.0
    """Platt's scaling of the best candidate's log odds."""
    intercept: float = 0.0
    priors: Priors = field(default_factory=Priors)

    def log_odds(self, features: Mapping[str, float]) -> float:
        """Of these features alone."""
        weights = self.weights
        return sum(value * weights.get(name, 0.0) for name, value in features.items())

    def probability(self, log_odds: float) -> float:
        """That the candidate is right, if it is the best."""
        return sigmoid(self.slope * log_odds + self.intercept)


def read_linking_model(folder: Traversable) -> LinkingModel:
    """Raises ModelError for a folder that holds no linking model."""
    try:
        described = json.loads(folder.joinpath(WEIGHTS).read_text(encoding="utf-8"))
        priors = unpack_priors(folder.joinpath(PRIORS).read_bytes())
        return LinkingModel(
            version=described["version"],
            weights=described["weights"],
            threshold=described["threshold"],
            slope=described["slope"],
            intercept=described["intercept"],
            priors=priors,
        )
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        raise ModelError(
            f"{folder}: not a linking model ({type(error).__name__})",
            hint="Name the model folder that 'kg-builder train linker' wrote.",
        ) from error


@lru_cache(maxsize=1)
def shipped_linking_model() -> LinkingModel:
    """The weights that come with the package."""
    return read_linking_model(files("kg_builder.models").joinpath("linking"))
