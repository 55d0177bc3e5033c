"""Export files that appear whole or not at all, and never in the place of a database."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TextIO

from kg_builder.errors import InputError
from kg_builder.stores.sqlite_file import is_sqlite

BESIDE = ("-wal", "-shm", "-journal", ".lock")
"""What the names of a database's other files end in."""


@contextmanager
def written_whole(paths: Sequence[Path]) -> Iterator[list[TextIO]]:
    """Files to write to, put in place when the block ends well and thrown away when it doesn't.

    Devices and pipes can't be put in place: they are written to directly. A link stays, and what it
    points to is replaced. UTF-8 with the line ends that are written; a lone surrogate, which UTF-8
    can't hold, becomes ``?``. Raises InputError for a folder, a database, or what can't be written.
    """
    drafts: dict[Path, Path] = {}
    try:
        for path in paths:
            _check(path)
        with ExitStack() as stack:
            files = [stack.enter_context(_opened(path, drafts)) for path in paths]
            yield files
            for file in files:
                file.flush()
                if Path(file.name) in drafts:
                    os.fsync(file.fileno())
        for draft, path in drafts.items():
            draft.replace(path)
    except OSError as error:
        raise InputError(f"{paths[0]}: can't be written ({error.strerror or 'I/O error'})") from error
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)


def _check(path: Path) -> None:
    """Raise InputError for a folder, a database, or a file that belongs to a database."""
    if path.is_dir():
        raise InputError(f"{path}: is a folder", hint="Give the name of a file.")
    target = Path(os.path.realpath(path))
    owners = [target.with_name(target.name.removesuffix(suffix)) for suffix in ("", *BESIDE) if target.name != suffix]
    if any(owner.is_file() and is_sqlite(owner) for owner in owners):
        raise InputError(
            f"{path}: is a store or another database, or a file that belongs to one; an export never replaces it",
            hint="Give the name of another file.",
        )


def _opened(path: Path, drafts: dict[Path, Path]) -> TextIO:
    """What is written to: a draft, which is noted with what it will replace, or the path itself."""
    target = Path(os.path.realpath(path))
    if path.exists() and not (path.is_file() and target.exists()):  # /dev/stdout may lead to what has no path
        return path.open("w", encoding="utf-8", errors="replace", newline="")
    file = _draft(target)
    drafts[Path(file.name)] = target
    return file


def _draft(path: Path) -> TextIO:
    """A new file beside the one it will become, with the rights that any new file gets."""
    name = f".{path.name[:100]}.{uuid.uuid4().hex}.part"
    return path.with_name(name).open("x", encoding="utf-8", errors="replace", newline="")


def json_text(value: Any) -> str:
    """JSON as people read it, escaped to ASCII where UTF-8 can't hold it (lone surrogates)."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False)
    return text


def write_items(file: TextIO, items: Iterator[Any]) -> None:
    """The items of a JSON list, one a line."""
    for number, item in enumerate(items):
        file.write(("," if number else "") + "\n" + json_text(item))
