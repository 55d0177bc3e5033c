"""Dynamic prompt injection: which types a sample asks for.

A model that always saw the same list of types would learn the list; one that sees a different part of it each time
learns to read it. Only types that the sample's corpus annotates may be shown: of others nobody knows what is in the
text.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence

from kg_builder.train.generative.recipe import Injection


def choose_types(
    annotated: Sequence[str], present: Collection[str], settings: Injection, dice: random.Random
) -> list[str]:
    """The types that are shown, in random order: at least `settings.least`, sometimes none that the text has."""
    absent = [name for name in annotated if name not in present]
    pool = absent if absent and dice.random() < settings.absent else list(annotated)
    least = min(settings.least, len(pool))
    return dice.sample(pool, dice.randint(least, len(pool)))
