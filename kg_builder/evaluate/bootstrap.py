"""Percentile bootstrap over documents.

Efron, Tibshirani, "An Introduction to the Bootstrap", chapter 13. Counts of the documents are
resampled, not figures: a resample's figure comes from its summed counts, as the figure itself does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg_builder.evaluate.counts import Cell, Count, Counts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Sums = NDArray[np.float64]

CELLS_AT_ONCE = 4_000_000
"""Largest block of resampling weights held in memory (resamples by documents)."""


@dataclass(frozen=True, slots=True)
class Resampling:
    """How intervals are made."""

    resamples: int = 1000
    seed: int = 20
    level: float = 0.95

    def __post_init__(self) -> None:
        if self.resamples < 1 or not 0 < self.level < 1:
            raise ValueError("resampling needs at least one resample and a level between 0 and 1")


THOUSAND = Resampling()
"""The default: 1,000 resamples, 95 %, one fixed seed."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Summed counts of each cell: of the corpus, then of each resample (shape: 1 + resamples, 3)."""

    cells: dict[Cell, Sums]
    resampling: Resampling

    def of(self, cells: Sequence[Cell]) -> Sums:
        """Counts of several cells together."""
        import numpy as np

        nothing = np.zeros((1 + self.resampling.resamples, len(Count._fields)))
        return sum((self.cells[cell] for cell in cells if cell in self.cells), nothing)


def totals(documents: Sequence[Counts], resampling: Resampling) -> Totals:
    """Sums over the corpus and over resamples of it: the same for the same documents in the same order."""
    import numpy as np

    cells = sorted({cell for counts in documents for cell in counts})
    index = {cell: column for column, cell in enumerate(cells)}
    width = len(Count._fields)
    matrix = np.zeros((len(documents), len(cells) * width))
    for row, counts in enumerate(documents):
        for cell, count in counts.items():
            column = width * index[cell]
            matrix[row, column : column + width] = count
    blocks = [
        matrix.sum(axis=0, keepdims=True),
        *(weights @ matrix for weights in _weights(len(documents), resampling)),
    ]
    sums = np.concatenate(blocks).reshape(1 + resampling.resamples, len(cells), width)
    return Totals({cell: sums[:, column, :] for cell, column in index.items()}, resampling)


def interval(values: Sums, level: float) -> tuple[float, float] | None:
    """Percentile interval of resampled figures; those that are not defined (nan) are left out. None: none is."""
    import numpy as np

    defined = values[~np.isnan(values)]
    if not defined.size:
        return None
    low, high = np.quantile(defined, ((1 - level) / 2, (1 + level) / 2))
    return float(low), float(high)


def _weights(documents: int, resampling: Resampling) -> Iterator[Sums]:
    """How often each document is drawn, a row a resample."""
    import numpy as np

    if not documents:
        yield np.zeros((resampling.resamples, 0))
        return
    generator = np.random.default_rng(resampling.seed)
    at_once = max(1, CELLS_AT_ONCE // documents)
    for done in range(0, resampling.resamples, at_once):
        rows = min(at_once, resampling.resamples - done)
        yield generator.multinomial(documents, np.full(documents, 1 / documents), size=rows).astype(np.float64)
