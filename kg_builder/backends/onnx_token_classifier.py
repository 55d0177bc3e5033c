"""Exported token classifiers, run by ONNX Runtime on the CPU: no torch, no transformers.

The folder holds model.onnx, tokenizer.json and config.json, as ``kg-builder export-model`` and other exporters write
it. Windows are run one by one: on a CPU batches cost more than they save, and with 8-bit weights a window's scores
would depend on its neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kg_builder.backends.checkpoints import Checkpoint
from kg_builder.backends.token_classifiers import checked_scores, labels_of, languages_of, window_of
from kg_builder.backends.token_windows import Scores
from kg_builder.errors import ModelError, SettingsError
from kg_builder.onnx_sessions import open_session, usable_cores

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

MODEL, TOKENIZER, CONFIG = "model.onnx", "tokenizer.json", "config.json"
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUT = "logits"
_MOST_THREADS = 4


class OnnxTokenClassifier:
    """An exported checkpoint."""

    def __init__(self, checkpoint: Checkpoint, session: InferenceSession, tokenizer: Tokenizer) -> None:
        config = checkpoint.read(CONFIG)
        self.model = checkpoint.label
        self.labels: Sequence[str] = labels_of(config, checkpoint.name)
        self.languages = languages_of(checkpoint)
        self.tokenizer = tokenizer
        limit = checkpoint.read("tokenizer_config.json").get("model_max_length")
        self.window = window_of(config, limit, checkpoint.name)
        self._session = session
        self._inputs = [given.name for given in session.get_inputs()]
        if unknown := sorted(set(self._inputs) - set(INPUTS)):
            raise SettingsError(
                f"{checkpoint.folder / MODEL}: it asks for {', '.join(unknown)}, which text doesn't give"
            )
        columns = session.get_outputs()[0].shape[-1]
        if isinstance(columns, int) and columns != len(self.labels):
            raise SettingsError(
                f"{checkpoint.folder / MODEL}: it has {columns} labels, but id2label in {CONFIG} has {len(self.labels)}"
            )

    def scores(self, windows: Sequence[Sequence[int]]) -> Sequence[Scores]:
        """Log probabilities, pieces × labels, of each window."""
        return [checked_scores(self._run(np.array([window], np.int64)), self.model) for window in windows]

    def _run(self, ids: NDArray[np.int64]) -> Scores:
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        try:
            logits: Scores = self._session.run(None, {name: given[name] for name in self._inputs})[0][0]
        except Exception as error:  # ONNX Runtime's own exceptions derive from nothing narrower
            raise ModelError(f"model '{self.model}' could not be run ({type(error).__name__})") from error
        shifted = logits.astype(np.float32) - logits.max(axis=-1, keepdims=True)
        rows: Scores = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        return rows


def load_onnx_classifier(checkpoint: Checkpoint) -> OnnxTokenClassifier:
    """Load an exported folder. Raises SettingsError for what isn't there or doesn't fit together, ModelError."""
    missing = [name for name in (MODEL, TOKENIZER, CONFIG) if not (checkpoint.folder / name).is_file()]
    if missing:
        raise SettingsError(
            f"checkpoint '{checkpoint.name}' lacks {', '.join(missing)}",
            hint="Export a checkpoint with: kg-builder export-model SOURCE -o FOLDER.",
        )
    return OnnxTokenClassifier(checkpoint, _session(checkpoint), _tokenizer(checkpoint))


def _session(checkpoint: Checkpoint) -> InferenceSession:
    try:
        return open_session(checkpoint.folder / MODEL, threads=min(usable_cores(), _MOST_THREADS))
    except Exception as error:
        raise ModelError(
            f"{checkpoint.folder / MODEL}: ONNX Runtime can't load the model ({type(error).__name__})",
            hint="Export the model again.",
        ) from error


def _tokenizer(checkpoint: Checkpoint) -> Tokenizer:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(checkpoint.folder / TOKENIZER))
    except Exception as error:  # the library raises plain Exception
        raise SettingsError(f"{checkpoint.folder / TOKENIZER}: not a tokenizer") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
