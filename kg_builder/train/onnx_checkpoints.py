"""A token classifier's checkpoint as ONNX, so that it runs without torch: ``kg-builder export-model``.

The exported folder holds model.onnx, tokenizer.json, tokenizer_config.json, config.json with the labels, and the
card, if there is one. It is used as ``onnx:FOLDER``, and by other tools that know this layout.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from kg_builder.backends.checkpoints import Checkpoint, find_checkpoint
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.onnx_token_classifier import CONFIG, INPUTS, MODEL, OUTPUT, TOKENIZER, load_onnx_classifier
from kg_builder.backends.token_classifiers import TokenClassifier, score_text
from kg_builder.backends.torch_token_classifier import TorchTokenClassifier, load_network, load_tokenizer
from kg_builder.errors import ModelError, SettingsError
from kg_builder.train.export import quantize, quiet

CARD = "README.md"
MOST_DRIFT = 0.01
"""How far a label's probability may move on the sample texts."""
LEAST_AGREEMENT = 0.97
"""Share of pieces whose likeliest label 8-bit weights must leave."""
_ONE_FILE = 1_800_000_000
"""Bytes of weights that fit into one ONNX file; larger ones get a file of their own beside it."""

SAMPLES = (
    "Cisplatin (75 mg/m2) induced acute kidney injury in two of 14 patients; creatinine rose to 3.1 mg/dL.",
    "Bệnh nhân nam 45 tuổi bị sốt cao và ho khan, đã uống paracetamol 500 mg nhưng không đỡ.",
    "Mice infected with influenza A virus were treated at the university hospital. " * 12,
)
"""Short and long, with numbers and another script's marks."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How an exported model compares with the checkpoint on `SAMPLES`."""

    pieces: int
    same: float
    """Share of pieces with the same likeliest label."""
    drift: float
    """Largest difference of a label's probability."""


class _Logits(nn.Module):
    """A network of transformers as a function of tensors alone."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """windows × pieces × labels."""
        logits: Tensor = self.network(input_ids=input_ids, attention_mask=attention_mask).logits
        return logits


def export_token_classifier(
    source: ModelSettings, output: Path, *, quantized: bool = False, samples: Sequence[str] = SAMPLES
) -> Agreement:
    """Write the exported folder, once it is seen to agree with the checkpoint. `quantized`: 8-bit weights.

    Raises SettingsError for what can't be exported, ModelError where the export gives other labels. An `output` that
    holds anything is refused.
    """
    if source.scheme != "hf":
        raise SettingsError(f"'{source.source}': only checkpoints in the Hugging Face layout (hf:…) are exported")
    if output.exists() and any(output.iterdir()):
        raise SettingsError(f"{output}: the folder isn't empty", hint="Name a new one.")
    checkpoint = find_checkpoint(source.place, source.revision, code=source.trust_remote_code)
    checkpoint.require_safetensors()
    network = load_network(checkpoint, trust_remote_code=source.trust_remote_code, dtype=torch.float32).eval()
    tokenizer, limit = load_tokenizer(checkpoint, trust_remote_code=source.trust_remote_code)
    with tempfile.TemporaryDirectory(dir=_existing(output)) as scratch:
        staged = Path(scratch) / "exported"
        staged.mkdir()
        _write_model(network, staged, quantized=quantized)
        (staged / TOKENIZER).write_text(tokenizer.to_str(), encoding="utf-8")
        _write_rest(checkpoint, network, staged, limit)
        exported = load_onnx_classifier(find_checkpoint(str(staged)))
        original = TorchTokenClassifier(checkpoint, network, tokenizer, window=exported.window, batch=1)
        agreement = compare(original, exported, samples)
        _check(agreement, quantized=quantized)
        output.mkdir(parents=True, exist_ok=True)
        for file in staged.iterdir():
            shutil.move(file, output / file.name)
    return agreement


def compare(original: TokenClassifier, exported: TokenClassifier, samples: Sequence[str]) -> Agreement:
    """Both on the same texts."""
    pairs = [(score_text(original, text)[1], score_text(exported, text)[1]) for text in samples]
    pieces = sum(len(rows) for rows, _ in pairs)
    same = sum(int((ours.argmax(axis=1) == theirs.argmax(axis=1)).sum()) for ours, theirs in pairs)
    drift = max(float(np.abs(np.exp(ours) - np.exp(theirs)).max(initial=0)) for ours, theirs in pairs)
    return Agreement(pieces, same / max(1, pieces), drift)


def _check(agreement: Agreement, *, quantized: bool) -> None:
    if quantized and agreement.same < LEAST_AGREEMENT:
        raise ModelError(
            f"With 8-bit weights {1 - agreement.same:.1%} of the sample's pieces get another label.",
            hint="Export it without --quantized.",
        )
    if not quantized and agreement.drift > MOST_DRIFT:
        raise ModelError(f"The export moves a probability by {agreement.drift:.3f}, more than {MOST_DRIFT}.")


def _existing(output: Path) -> Path:
    """The nearest folder above that is there: what is staged on the same disk moves at once."""
    return next(folder for folder in output.resolve().parents if folder.is_dir())


def _write_model(network: Any, folder: Path, *, quantized: bool) -> None:
    if not quantized:
        export_onnx(network, folder / MODEL)
        return
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        export_onnx(network, Path(scratch) / MODEL)
        quantize(Path(scratch) / MODEL, folder / MODEL)


def export_onnx(network: Any, path: Path) -> None:
    """Write a token classifier of transformers as ONNX in single precision; any number of windows of any length."""
    weights = sum(value.numel() * value.element_size() for value in network.state_dict().values())
    ids = torch.ones(2, 12, dtype=torch.long)
    batch, length = torch.export.Dim("batch", min=1), torch.export.Dim("length", min=2)
    shapes = {name: {0: batch, 1: length} for name in INPUTS[:2]}
    network.set_attn_implementation("eager")
    with quiet():
        torch.onnx.export(
            _Logits(network),
            (ids, torch.ones_like(ids)),
            path,
            input_names=list(INPUTS[:2]),
            output_names=[OUTPUT],
            dynamic_shapes=shapes,
            opset_version=18,
            dynamo=True,
            external_data=weights > _ONE_FILE,
            verbose=False,
        )


def _write_rest(checkpoint: Checkpoint, network: Any, folder: Path, limit: object) -> None:
    """Configuration with the labels, the tokenizer's length, and the card."""
    (folder / CONFIG).write_text(network.config.to_json_string(use_diff=False), encoding="utf-8")
    content = dict(checkpoint.read("tokenizer_config.json")) | {"model_max_length": limit}
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    (folder / "tokenizer_config.json").write_text(text, encoding="utf-8")
    card = checkpoint.folder / CARD
    if card.is_file():
        shutil.copyfile(card, folder / CARD)
