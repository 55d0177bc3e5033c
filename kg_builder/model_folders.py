"""Folders of models: a JSON file describes the others, with their check sums."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from kg_builder.errors import ModelError

Described = TypeVar("Described", bound=BaseModel)


def read_description(file: Path, kind: type[Described], *, of: str, hint: str) -> Described:
    """What the JSON file says. `of`: what it describes, ``a tagger``. Raises ModelError, which names wrong fields."""
    try:
        return kind.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise ModelError(f"{file}: {error.strerror or 'cannot be read'}", hint=hint) from error
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, item["loc"])) or "format" for item in error.errors()}))
        raise ModelError(f"{file}: not the description of {of} ({fields})", hint=hint) from error
    except ValueError as error:
        raise ModelError(f"{file}: not valid JSON", hint=hint) from error


def check_files(description: Path, sums: Mapping[str, str | None], *, hint: str) -> None:
    """Raise ModelError for a file beside the description that is missing or has another SHA-256 than it says."""
    for name, expected in sums.items():
        file = description.parent / name
        if not file.is_file():
            raise ModelError(f"{file}: there is no such file", hint=hint)
        if sha256(file) != expected:
            raise ModelError(f"{file}: not the file that {description.name} describes (its SHA-256 differs)", hint=hint)


def sha256(path: Path) -> str:
    """Of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
