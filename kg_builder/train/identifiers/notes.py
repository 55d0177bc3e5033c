"""Which notes are for training (and for writing rules), and which are kept back."""

from __future__ import annotations

import random
from collections.abc import Sequence

from kg_builder.train.identifiers.made_up import Half

_DRAWN, _SEED = 300, 9
_READ = 300
"""Notes of the rest that were read while rules were written."""


def notes_of(texts: Sequence[str], half: Half) -> list[str]:
    """Half of the notes drawn by chance, then of the others the first ones (training) or the rest."""
    drawn = random.Random(_SEED).sample(texts, min(_DRAWN, len(texts)))
    rest = [text for text in texts if text not in set(drawn)]
    middle = len(drawn) // 2
    return drawn[:middle] + rest[:_READ] if half == "train" else drawn[middle:] + rest[_READ:]
