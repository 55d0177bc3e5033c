"""What a generative run keeps on the way: trained weights, the optimizer's state, and where it was.

A checkpoint is a folder ``step-N`` that appears whole or not at all; only the newest is kept. Weights are safetensors,
the optimizer's state is a torch file that is only ever read with ``weights_only=True``.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from kg_builder.errors import InputError

_WEIGHTS, _OPTIMIZER, _STATE = "trained.safetensors", "optimizer.pt", "state.json"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run was."""

    digest: str
    """Of recipe and data: a run only goes on with the same."""
    step: int = 0
    """Steps done."""
    history: tuple[Mapping[str, Any], ...] = ()
    """A row an epoch done."""
    losses: tuple[float, ...] = ()
    """Of the steps of the epoch that isn't done yet."""


def save_progress(
    folder: Path, trained: Mapping[str, torch.Tensor], optimizer: torch.optim.Optimizer, progress: Progress
) -> None:
    """Write ``folder/step-N`` and remove the others."""
    folder.mkdir(parents=True, exist_ok=True)
    staged, final = folder / "writing.part", folder / f"step-{progress.step}"
    for old in (staged, final):
        shutil.rmtree(old, ignore_errors=True)
    staged.mkdir()
    save_file({name: value.detach().cpu().contiguous() for name, value in trained.items()}, staged / _WEIGHTS)
    torch.save(optimizer.state_dict(), staged / _OPTIMIZER)
    content = {
        "digest": progress.digest,
        "step": progress.step,
        "history": list(progress.history),
        "losses": list(progress.losses),
    }
    (staged / _STATE).write_text(json.dumps(content) + "\n", encoding="utf-8")
    staged.rename(final)
    for other in folder.glob("step-*"):
        if other != final:
            shutil.rmtree(other)


def read_progress(folder: Path) -> tuple[Path, Progress] | None:
    """The newest checkpoint and where the run was; None: there is none. Raises InputError for one that isn't whole."""
    found = [item for item in folder.glob("step-*") if item.name.removeprefix("step-").isdecimal()]
    if not found:
        return None
    newest = max(found, key=lambda item: int(item.name.removeprefix("step-")))
    try:
        content = json.loads((newest / _STATE).read_text(encoding="utf-8"))
        progress = Progress(content["digest"], content["step"], tuple(content["history"]), tuple(content["losses"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{newest / _STATE}: not a checkpoint's state", hint="Begin again with --fresh.") from error
    return newest, progress


def restore(checkpoint: Path, trained: Mapping[str, torch.nn.Parameter], optimizer: torch.optim.Optimizer) -> None:
    """Give weights and optimizer back their state. Raises InputError for those of another model."""
    weights = load_file(checkpoint / _WEIGHTS)
    if weights.keys() != trained.keys():
        raise InputError(f"{checkpoint}: not the weights of this model", hint="Begin again with --fresh.")
    for name, value in trained.items():
        value.data.copy_(weights[name])
    optimizer.load_state_dict(torch.load(checkpoint / _OPTIMIZER, map_location="cpu", weights_only=True))
