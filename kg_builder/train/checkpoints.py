"""What a run keeps after each epoch, so that it can go on: weights, the optimizer's state, and where it was.

A checkpoint is a folder ``epoch-N`` that appears whole or not at all. Weights are safetensors; the
optimizer's state is a torch file that is only ever read with ``weights_only=True``.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from kg_builder.errors import InputError

WEIGHTS, OPTIMIZER, STATE = "model.safetensors", "optimizer.pt", "state.json"
_NAME = re.compile(r"epoch-([0-9]+)")


@dataclass(frozen=True, slots=True)
class State:
    """Where a run was."""

    digest: str
    """Of recipe and data: a run only goes on with the same."""
    epoch: int
    """Epochs done."""
    history: tuple[Mapping[str, Any], ...]
    """The log's row of each epoch."""


def save_checkpoint(folder: Path, model: nn.Module, optimizer: torch.optim.Optimizer, state: State) -> Path:
    """Write ``folder/epoch-N``."""
    folder.mkdir(parents=True, exist_ok=True)
    staged = folder / f"epoch-{state.epoch}.part"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    weights = {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}
    save_file(weights, staged / WEIGHTS)
    torch.save(optimizer.state_dict(), staged / OPTIMIZER)
    content = {"format": 1, "digest": state.digest, "epoch": state.epoch, "history": list(state.history)}
    (staged / STATE).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    final = folder / f"epoch-{state.epoch}"
    shutil.rmtree(final, ignore_errors=True)
    staged.rename(final)
    return final


def latest_checkpoint(folder: Path) -> Path | None:
    """The checkpoint of the most epochs; None: there is none."""
    return max(_checkpoints(folder), key=_epoch, default=None)


def remove_others(folder: Path, kept: Collection[int]) -> None:
    """Remove the checkpoints of all epochs but these."""
    for checkpoint in _checkpoints(folder):
        if _epoch(checkpoint) not in kept:
            shutil.rmtree(checkpoint)


def read_state(checkpoint: Path) -> State:
    """Where the run was. Raises InputError for a file that isn't whole."""
    file = checkpoint / STATE
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return State(content["digest"], content["epoch"], tuple(content["history"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{file}: not a checkpoint's state", hint="Begin again with --fresh.") from error


def begin(folder: Path, model: nn.Module, optimizer: torch.optim.Optimizer, *, digest: str, resume: bool) -> State:
    """The state to go on from: model and optimizer as after the newest checkpoint in ``folder/checkpoints``, or as
    they are. `resume` False: checkpoints are removed first. Raises InputError where the folder is another run's.
    """
    checkpoints = folder / "checkpoints"
    if not resume:
        shutil.rmtree(checkpoints, ignore_errors=True)
    checkpoint = latest_checkpoint(checkpoints)
    folder.mkdir(parents=True, exist_ok=True)
    if checkpoint is None:
        return State(digest, 0, ())
    state = read_state(checkpoint)
    if state.digest != digest:
        raise InputError(
            f"{folder}: holds checkpoints of another recipe or of other data",
            hint="Name another folder with --output, or begin again with --fresh.",
        )
    load_weights(checkpoint, model)
    load_optimizer(checkpoint, optimizer)
    return state


def load_optimizer(checkpoint: Path, optimizer: torch.optim.Optimizer) -> None:
    """Give the optimizer back its state."""
    optimizer.load_state_dict(torch.load(checkpoint / OPTIMIZER, map_location="cpu", weights_only=True))


def load_weights(directory: Path, model: nn.Module) -> None:
    """Give the model the weights of a checkpoint, or of the newest one of an output folder. Raises InputError."""
    folder = directory if (directory / WEIGHTS).is_file() else latest_checkpoint(directory / "checkpoints")
    if folder is None:
        raise InputError(f"{directory}: neither a checkpoint nor the output folder of a run that has one")
    _give(load_file(folder / WEIGHTS), model, folder)


def load_average(folder: Path, epochs: Collection[int], model: nn.Module) -> None:
    """Give the model the mean of the weights after some epochs, in single precision."""
    mean: dict[str, Tensor] = {}
    for epoch in epochs:
        for name, value in load_file(folder / f"epoch-{epoch}" / WEIGHTS).items():
            mean[name] = mean.get(name, torch.zeros_like(value)) + value / len(epochs)
    _give(mean, model, folder)


def _give(weights: dict[str, Tensor], model: nn.Module, origin: Path) -> None:
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise InputError(f"{origin}: not the weights of a tagger on this encoder") from error


def _checkpoints(folder: Path) -> list[Path]:
    return [item for item in folder.glob("epoch-*") if _NAME.fullmatch(item.name) and (item / STATE).is_file()]


def _epoch(checkpoint: Path) -> int:
    return int(checkpoint.name.removeprefix("epoch-"))
