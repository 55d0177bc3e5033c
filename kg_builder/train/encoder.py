"""Where the encoder of a recipe lies: a folder, or the model folder of an installed package."""

from __future__ import annotations

from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

from kg_builder.errors import InputError

FILES = ("config.json", "tokenizer.json", "model.safetensors")


def encoder_directory(name_or_path: str) -> Path:
    """The folder with `FILES`. The package is looked up and not imported. Raises InputError."""
    path = Path(name_or_path)
    if path.is_dir():
        return _whole(path)
    module = name_or_path.replace("-", "_")
    spec = find_spec(module) if module.isidentifier() else None
    if spec is None:
        raise InputError(
            f"encoder '{name_or_path}': neither a folder nor an installed package",
            hint=f"pip install {name_or_path}" if module.isidentifier() else "Give the folder's path.",
        )
    return _whole(_model_folder(spec))


def _model_folder(spec: ModuleSpec) -> Path:
    """``model`` inside the package, or the package itself."""
    root = Path(next(iter(spec.submodule_search_locations or [spec.name])))
    return root / "model" if (root / "model").is_dir() else root


def _whole(folder: Path) -> Path:
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise InputError(f"encoder {folder}: lacks {', '.join(missing)}")
    return folder
