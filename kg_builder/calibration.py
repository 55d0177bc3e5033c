"""From a model's own probability to one that means something: of what is given 0.8, four in five are right."""

from __future__ import annotations

import math
from dataclasses import dataclass

NEAREST = 1e-6
"""How near to 0 or 1 a probability is taken to be at most, so that its log odds are finite."""


def log_odds(probability: float) -> float:
    """log(p / (1 - p)), for any p from 0 to 1."""
    inside = min(max(probability, NEAREST), 1 - NEAREST)
    return math.log(inside / (1 - inside))


def sigmoid(value: float) -> float:
    """1 / (1 + e^-v). Each branch takes the exponential of what isn't positive, which can't overflow."""
    if value >= 0:
        return 1 / (1 + math.exp(-value))
    return math.exp(value) / (1 + math.exp(value))


@dataclass(frozen=True, slots=True)
class Platt:
    """Platt's scaling on log odds (Platt 1999): slope and intercept of a logistic curve.

    Slope 1 and intercept 0 change nothing; a slope under 1 tempers a model that is too sure of itself.
    """

    slope: float = 1.0
    intercept: float = 0.0

    def apply(self, p: float) -> float:
        """The calibrated probability of `p`."""
        return sigmoid(self.slope * log_odds(p) + self.intercept)
