"""From a trained tagger in torch to the ONNX file that is shipped: fused operators, 8-bit weights, one check.

Eager attention and the exporter that traces give the graph in which ONNX Runtime's optimizer finds layer norm
and gelu whole. Attention is left in pieces and additions stay apart from layer norms: for one window on one core
the fused operators are slower (attention 29 ms instead of 14 a window of 320 pieces, layer norm 9 instead of 3).
Weights get 7 bits a channel: with all 8, processors without VNNI saturate their 16-bit sums, and
one model would give different answers on different machines.
"""

from __future__ import annotations

import json
import logging
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from kg_builder.errors import ModelError
from kg_builder.extract.tagger.encoding import Window
from kg_builder.extract.tagger.features import TYPES, WIDTHS
from kg_builder.extract.tagger.model import MODEL, SETTINGS, TOKENIZER, Description
from kg_builder.extract.tagger.session import INPUTS, OUTPUT, Session, feed, of_words
from kg_builder.model_folders import sha256
from kg_builder.onnx_sessions import without_telemetry
from kg_builder.train.tagger_model import Tagger
from kg_builder.train.word_network import WordNetwork

Run = Callable[[Window], NDArray[np.float32]]
"""A window's scores: words × (types · 3)."""

MOST_DRIFT = 0.005
"""How far F1 on the development documents may move between torch and the shipped file."""

MOST_BYTES = 25_000_000


@dataclass(frozen=True, slots=True)
class Drift:
    """F1 on the same documents before and after the export."""

    before: float
    after: float

    @property
    def size(self) -> float:
        """How far it moved, either way."""
        return abs(self.after - self.before)


def write_model(model: Tagger, directory: Path, *, tokenizer: str, described: Mapping[str, object]) -> Description:
    """Write model.onnx, tokenizer.json (the given text) and tagger.json; `described` are `Description`'s other fields.

    Raises ModelError if the model is too large to be shipped.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / "fused.onnx"
        export_onnx(model, full)
        quantize(full, directory / MODEL)
    if (size := (directory / MODEL).stat().st_size) > MOST_BYTES:
        raise ModelError(f"{directory / MODEL} has {size:,} bytes; at most {MOST_BYTES:,} are shipped")
    (directory / TOKENIZER).write_text(tokenizer, encoding="utf-8")
    files = {name: sha256(directory / name) for name in (MODEL, TOKENIZER)}
    description = Description.model_validate(
        {
            **described,
            "types": TYPES,
            "feature_values": WIDTHS,
            "transitions": model.transitions.detach().double().tolist(),
            "sha256": files,
        }
    )
    content = json.dumps(description.model_dump(mode="json"), indent=2, ensure_ascii=False)
    (directory / SETTINGS).write_text(content + "\n", encoding="utf-8")
    return description


def export_onnx(model: WordNetwork, path: Path) -> None:
    """Write a trained network as ONNX in single precision, with layer norm and gelu as operators of their own."""
    without_telemetry()
    from onnxruntime.transformers.fusion_options import FusionOptions
    from onnxruntime.transformers.optimizer import optimize_model

    config = model.encoder.config
    options = FusionOptions("bert")
    options.enable_attention = options.enable_skip_layer_norm = options.enable_bias_skip_layer_norm = False
    with tempfile.TemporaryDirectory() as scratch, quiet():
        traced = Path(scratch) / "traced.onnx"
        _trace(model, traced)
        fused = optimize_model(
            str(traced),
            model_type="bert",
            num_heads=config.num_attention_heads,
            hidden_size=config.hidden_size,
            opt_level=0,
            optimization_options=options,
        )
        fused.save_model_to_file(str(path))


def quantize(source: Path, target: Path) -> None:
    """Weights and embeddings in 8 bits, activations quantized as they come."""
    without_telemetry()
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with quiet():
        quantize_dynamic(
            source,
            target,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )


def check(score: Callable[[Run], float], model: Tagger, path: Path, *, most: float = MOST_DRIFT) -> Drift:
    """Score torch and the exported file alike. Raises ModelError where they differ by more than `most`.

    `score` gives F1 on the development documents for a function that runs one window.
    """
    drift = Drift(score(torch_run(model)), score(onnx_run(path)))
    if drift.size > most:
        raise ModelError(f"The export moves F1 from {drift.before:.4f} to {drift.after:.4f}, more than {most}.")
    return drift


def torch_run(model: WordNetwork) -> Run:
    """The trained model, one window at a time."""
    model.eval()

    def run(window: Window) -> NDArray[np.float32]:
        tensors = [torch.from_numpy(values) for values in feed(window).values()]
        with torch.no_grad():
            scores: NDArray[np.float32] = model(*tensors)[0].numpy()
        return of_words(scores)

    return run


def onnx_run(path: Path, threads: int = 1) -> Run:
    """An exported file, one window at a time, as at run time."""
    return Session(path, threads=threads).run


def _trace(model: WordNetwork, path: Path) -> None:
    """Trace two short windows. At run time there is no padding: the exported model takes no masks."""
    model.eval()
    attention = model.encoder.config._attn_implementation
    model.encoder.set_attn_implementation("eager")
    pieces, features = torch.ones(2, 16, dtype=torch.long), torch.zeros(2, 16, len(model.features), dtype=torch.long)
    inputs = (pieces, features, torch.arange(12).expand(2, -1))
    axes = {name: {0: "batch", 1: "pieces"} for name in INPUTS[:2]} | {
        name: {0: "batch", 1: "words"} for name in (INPUTS[2], OUTPUT)
    }
    try:
        torch.onnx.export(
            model,
            inputs,
            path,
            input_names=list(INPUTS),
            output_names=[OUTPUT],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
    finally:
        model.encoder.set_attn_implementation(attention)


@contextmanager
def quiet() -> Iterator[None]:
    """Without the warnings and log lines that exporter and quantizer write about each node."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
