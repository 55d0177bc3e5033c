"""Export files that appear whole or not at all."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TextIO

from kg_builder.errors import InputError


@contextmanager
def written_whole(paths: Sequence[Path]) -> Iterator[list[TextIO]]:
    """Files to write to, put in place when the block ends well and thrown away when it doesn't.

    UTF-8 with the line ends that are written; a lone surrogate, which UTF-8 can't hold, becomes ``?``.
    Raises InputError where the folder can't be written to.
    """
    drafts: list[Path] = []
    try:
        with ExitStack() as stack:
            files: list[TextIO] = []
            for path in paths:
                file = _draft(path)
                stack.enter_context(file)
                drafts.append(Path(file.name))
                files.append(file)
            yield files
            for file in files:
                file.flush()
                os.fsync(file.fileno())
        for draft, path in zip(drafts, paths, strict=True):
            draft.replace(path)
    except OSError as error:
        raise InputError(f"{paths[0]}: can't be written ({error.strerror or 'I/O error'})") from error
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)


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
