"""Where a checkpoint in the Hugging Face layout lies: a folder, or the local copy of a hub checkpoint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg_builder.errors import SettingsError

FILES = (
    "*.json",
    "*.jinja",
    "*.txt",
    "*.model",
    "*.safetensors",
    "*.onnx",
    "*.onnx_data",
    "*/*.onnx",
    "*/*.onnx_data",
    "README.md",
)
"""What is taken from a hub: configuration, tokenizer and weights without pickles."""
CODE = ("*.py",)
SAMPLE = 1 << 20
"""Bytes at each end of a weights file that enter the digest."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint on this machine."""

    folder: Path
    name: str
    """Hub id, or the folder's name."""
    version: str
    """Hub commit, or ``sha256-…`` of a local folder's configuration and of both ends of its weights files."""

    @property
    def label(self) -> str:
        """For provenance."""
        return f"{self.name}@{self.version[:19]}"

    def read(self, file: str) -> Mapping[str, Any]:
        """A JSON file of the checkpoint; empty where there is none."""
        path = self.folder / file
        if not path.is_file():
            return {}
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise SettingsError(f"checkpoint '{self.name}': {file} is not valid JSON") from error
        return content if isinstance(content, dict) else {}

    def require_safetensors(self) -> None:
        """Raise SettingsError where the weights are missing or pickled: a pickle can run any code when it is loaded."""
        if any(self.folder.glob("*.safetensors")):
            return
        if any(self.folder.glob("*.bin")) or any(self.folder.glob("*.pt")) or any(self.folder.glob("*.pth")):
            raise SettingsError(
                f"checkpoint '{self.name}' has pickled weights only, which can run code when they are loaded",
                hint="Convert it to safetensors once, where you trust it: model.save_pretrained(folder).",
            )
        raise SettingsError(f"checkpoint '{self.name}' has no weights (*.safetensors)")


def find_checkpoint(place: str, revision: str | None = None, *, code: bool = False) -> Checkpoint:
    """The folder at `place`, or the hub checkpoint of that id, downloaded unless it is in the cache or we are offline.

    `code`: with the Python files that come with it. Raises SettingsError, saying what to do.
    """
    path = Path(place).expanduser()
    if path.is_dir():
        return Checkpoint(path, path.resolve().name, _digest(path))
    if place.startswith((".", "/", "~")) or place.count("/") != 1 or path.exists():
        raise SettingsError(
            f"no checkpoint at '{place}'", hint="Give its folder, or a hub id (owner/name) that can be downloaded."
        )
    if code and revision is None:
        raise SettingsError(
            f"checkpoint '{place}': trust_remote_code needs a fixed revision, since its code could change any day",
            hint="Give `revision`, a commit of the checkpoint whose code you have read.",
        )
    folder = _downloaded(place, revision, (*FILES, *CODE) if code else FILES)
    return Checkpoint(folder, place, folder.name)


def _downloaded(hub_id: str, revision: str | None, patterns: tuple[str, ...]) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    at = f" --revision {revision}" if revision else ""
    hint = f"On a machine with a network run: hf download {hub_id}{at}; or give the checkpoint's folder."
    try:
        return Path(snapshot_download(hub_id, revision=revision, allow_patterns=list(patterns)))
    except LocalEntryNotFoundError as error:
        raise SettingsError(f"checkpoint '{hub_id}' is not on this machine and can't be reached", hint=hint) from error
    except HFValidationError as error:
        raise SettingsError(f"'{hub_id}' is neither a folder nor a hub id (owner/name)") from error
    except GatedRepoError as error:
        raise SettingsError(
            f"checkpoint '{hub_id}' is given only to people who accepted its terms",
            hint="Accept them on its page, run `hf auth login`, and try again; or give the checkpoint's folder.",
        ) from error
    except (HfHubHTTPError, OSError) as error:
        reason = type(error).__name__
        raise SettingsError(f"checkpoint '{hub_id}' could not be downloaded ({reason})", hint=hint) from error


def _digest(folder: Path) -> str:
    """Whole weights files would take minutes: their sizes and both ends tell versions apart."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.json")):
        digest.update(path.name.encode() + path.read_bytes())
    for path in sorted([*folder.glob("*.safetensors"), *folder.glob("*.onnx")]):
        size = path.stat().st_size
        digest.update(f"{path.name}{size}".encode())
        with path.open("rb") as file:
            digest.update(file.read(SAMPLE))
            file.seek(max(0, size - SAMPLE))
            digest.update(file.read())
    return f"sha256-{digest.hexdigest()}"
