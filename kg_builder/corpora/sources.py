"""Where bytes come from: files (compressed or not), folders, standard input."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from kg_builder.corpora.records import Unreadable

_PACKED: dict[str, Callable[[Path], Any]] = {".xz": lzma.LZMAFile, ".gz": gzip.GzipFile, ".bz2": bz2.BZ2File}

DAMAGE = (EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile)
"""What the decompressors raise for a damaged file."""

_PEEKED = 65536
_LONGEST_NAME = 400


@dataclass(frozen=True, slots=True)
class Source:
    """One file, or standard input."""

    name: str
    """For messages and for ids of rows without one."""
    document_id: str
    """Id of the document, if the file is one: its path in the folder given, or its name."""
    open: Callable[[], BinaryIO]
    path: Path | None = None
    """None for standard input."""

    def problem(
        self, code: str, message: str, *, line: int | None = None, document_id: str | None = None
    ) -> Unreadable:
        """A lost document."""
        if document_id is None:
            document_id = self.document_id if line is None else self.row_id(line)
        return Unreadable(self.name, line, code, message, document_id)

    def row_id(self, line: int) -> str:
        """Id of a row that has none of its own."""
        return f"{self.document_id}:{line}"

    @property
    def suffix(self) -> str:
        """Suffix in small letters, compression left out."""
        name = (self.path.name if self.path else self.document_id).casefold()
        for compressed in _PACKED:
            name = name.removesuffix(compressed)
        return Path(name).suffix


def file_source(path: Path, document_id: str | None = None) -> Source:
    """A file; ``.xz``, ``.gz`` and ``.bz2`` are unpacked on the way."""
    return Source(_legible(str(path)), _as_id(document_id or path.name), partial(_open, path), path)


def _legible(name: str) -> str:
    """A file name whose bytes aren't UTF-8 comes with lone surrogates, which can't be written out again."""
    return name.encode("utf-8", "backslashreplace").decode()


def _as_id(name: str) -> str:
    """A name as a document id: the end of a very long one is stood for by a hash."""
    name = _legible(name)
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[:_LONGEST_NAME]}…{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def _open(path: Path) -> BinaryIO:
    unpack = _PACKED.get(path.suffix.casefold())
    return cast(BinaryIO, unpack(path)) if unpack else path.open("rb")


def folder_sources(folder: Path) -> Iterator[Source]:
    """Every file below a folder, in order of path; hidden ones and linked folders are left out."""
    pending = [folder]
    while pending:
        path = pending.pop()
        if path is not folder and not path.is_dir():
            yield file_source(path, path.relative_to(folder).as_posix())
            continue
        with os.scandir(path) as entries:
            kept = [entry for entry in entries if not entry.name.startswith(".")]
        kept = [entry for entry in kept if entry.is_file() or entry.is_dir(follow_symlinks=False)]
        pending += [Path(entry.path) for entry in sorted(kept, key=lambda entry: entry.name, reverse=True)]


def stream_source(stream: BinaryIO) -> tuple[Source, bytes]:
    """Standard input as a source that can be opened once, with its first line to guess the format from."""
    head = stream.readline()
    joined = io.BufferedReader(_Joined(head, stream), _PEEKED)
    return Source("stdin", "stdin", lambda: joined), head


class _Joined(io.RawIOBase):
    """Bytes already taken from a stream, then the rest of it."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self._head[: len(buffer)] or self._rest.read(len(buffer))
        self._head = self._head[len(piece) :]
        buffer[: len(piece)] = piece
        return len(piece)


def head_of(source: Source, size: int = 4096) -> bytes:
    """The first bytes of a file, to guess its format from. Raises what opening and reading raise."""
    with source.open() as stream:
        return stream.read(size)
