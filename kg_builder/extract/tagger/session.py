"""The ONNX Runtime session of a tagger: loaded once, when the first window comes; any thread may use it.

Every window is run on its own. On a CPU, batches cost more than they save (276 pieces a window, one core:
236 µs a piece alone, 258 in fours, 317 in sixteens, although sorted by length), and the activations of an
8-bit model are scaled by the largest value in the whole batch, so that a window's scores would depend on
its neighbours. Alone they depend on nothing but the window.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kg_builder.errors import ModelError
from kg_builder.extract.tagger.encoding import Window
from kg_builder.onnx_sessions import open_session, usable_cores

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

INPUTS = ("input_ids", "features", "kept")
OUTPUT = "scores"

MOST_THREADS = 4
"""More threads than these don't speed up a window of at most 512 pieces."""


def feed(window: Window) -> dict[str, NDArray[np.int64]]:
    """The inputs of one window, as a batch of one."""
    return dict(zip(INPUTS, (window.input_ids[None], window.features[None], window.kept[None]), strict=True))


def of_words(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without the rows of the marks at both ends."""
    return scores[1:-1]


class Session:
    """Scores of windows. `threads`: those one window is spread over; None: the usable cores, at most four."""

    def __init__(self, path: Path, *, threads: int | None = None) -> None:
        self._path = path
        self._threads = threads or min(usable_cores(), MOST_THREADS)
        self._lock = Lock()

    def run(self, window: Window) -> NDArray[np.float32]:
        """words × (types · 3). Raises ModelError for a file that ONNX Runtime can't read or run."""
        with self._lock:
            session = self._session
        try:
            outputs: list[NDArray[np.float32]] = session.run([OUTPUT], feed(window))
        except Exception as error:  # ONNX Runtime's own exceptions derive from nothing narrower
            raise ModelError(f"{self._path}: the model could not be run ({type(error).__name__})") from error
        return of_words(outputs[0][0])

    @cached_property
    def _session(self) -> InferenceSession:
        try:
            return open_session(self._path, threads=self._threads)
        except Exception as error:
            raise ModelError(
                f"{self._path}: ONNX Runtime can't load the model ({type(error).__name__})",
                hint="Install the package again, or export the model again.",
            ) from error
