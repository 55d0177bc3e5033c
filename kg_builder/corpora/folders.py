"""What is in a folder: files to read, and what can't be one."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from kg_builder.corpora.records import Unreadable
from kg_builder.corpora.sources import Source, file_source, is_special

_NOWHERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


def folder_sources(folder: Path) -> Iterator[Source | Unreadable]:
    """Every file below a folder, in order of path; hidden files and folders are left out.

    Linked folders (they may lead round in a circle), links to nowhere, pipes and the like are
    `Unreadable`, as is a folder below that can't be listed. Raises OSError if `folder` can't be.
    """
    pending = _listed(folder)
    while pending:
        entry = pending.pop()
        path = Path(entry.path)
        source = file_source(path, path.relative_to(folder).as_posix())
        if not entry.is_dir(follow_symlinks=False):
            yield _no_file(entry, source) or source
            continue
        try:
            pending += _listed(path)
        except OSError as error:
            yield source.problem("unreadable", f"the folder can't be read ({error.strerror or 'I/O error'})")


def _listed(folder: Path) -> list[os.DirEntry[str]]:
    """Last first, to be taken from the end."""
    with os.scandir(folder) as entries:
        kept = [entry for entry in entries if not entry.name.startswith(".")]
    return sorted(kept, key=lambda entry: entry.name, reverse=True)


def _no_file(entry: os.DirEntry[str], source: Source) -> Unreadable | None:
    """What keeps an entry from being opened as a file."""
    try:
        if entry.is_dir():
            return source.problem("linked-folder", "not read: a link to a folder", lost="file")
        if is_special(entry.stat().st_mode):
            return source.problem("special-file", "not read: a pipe, socket or device", lost="file")
    except OSError as error:
        if entry.is_symlink() and error.errno in _NOWHERE:
            return source.problem("dangling-link", "not read: a link to a file that isn't there", lost="file")
    return None  # what else is wrong with it is told by opening it
