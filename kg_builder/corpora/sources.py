"""Where bytes come from: files (compressed or not) and standard input."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import re
import stat
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from kg_builder.corpora.records import Lost, Unreadable

_PACKED: dict[str, Callable[[Path], Any]] = {".xz": lzma.LZMAFile, ".gz": gzip.GzipFile, ".bz2": bz2.BZ2File}

DAMAGE = (EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile)
"""What the decompressors raise for a damaged file."""

_PEEKED = 65536
# Windows drives have one letter; a path object has made one slash of two
_URL = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)
_SUFFIX = re.compile(r"\.[^\W\d]\S*")
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
        self,
        code: str,
        message: str,
        *,
        line: int | None = None,
        document_id: str | None = None,
        lost: Lost = "document",
    ) -> Unreadable:
        """Something lost of it: a document, if nothing else is said."""
        if document_id is None:
            document_id = self.document_id if line is None else self.row_id(line)
        return Unreadable(self.name, line, code, message, document_id, lost)

    def row_id(self, line: int) -> str:
        """Id of a row that has none of its own."""
        return f"{self.document_id}:{line}"

    @property
    def suffix(self) -> str:
        """Suffix in small letters, compression left out; the ends of ``visit.2`` and ``Dr. Who`` are none."""
        name = (self.path.name if self.path else self.document_id).casefold()
        for compressed in _PACKED:
            name = name.removesuffix(compressed)
        found = Path(name).suffix
        return found if _SUFFIX.fullmatch(found) else ""


class SpecialFileError(OSError):
    """A pipe, socket or device: opening it may wait for ever, reading it may never end."""


def file_source(path: Path, document_id: str | None = None) -> Source:
    """A file; ``.xz``, ``.gz`` and ``.bz2`` are unpacked on the way."""
    return Source(legible(str(path)), _as_id(document_id or path.name), partial(_open, path), path)


def legible(name: str) -> str:
    """A file name whose bytes aren't UTF-8 comes with lone surrogates, which can't be written out again."""
    return name.encode("utf-8", "backslashreplace").decode()


def _as_id(name: str) -> str:
    """A name as a document id: the end of a very long one is stood for by a hash."""
    name = legible(name)
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[:_LONGEST_NAME]}…{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def _open(path: Path) -> BinaryIO:
    try:
        mode = path.stat().st_mode
    except ValueError:
        raise FileNotFoundError(str(path)) from None  # a name that no file can have
    if is_special(mode):
        raise SpecialFileError
    unpack = _PACKED.get(path.suffix.casefold())
    return cast(BinaryIO, unpack(path)) if unpack else path.open("rb")


def is_special(mode: int) -> bool:
    """Whether a file's mode is that of a pipe, socket or device."""
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def missing(paths: Sequence[str | Path]) -> list[str]:
    """Those of the paths that don't exist, as given; ``-`` is standard input and exists."""
    return [str(path) for path in paths if str(path) != "-" and not _exists(path)]


def why_missing(path: str | Path) -> tuple[str, str]:
    """Code and sentence for a path that doesn't exist."""
    if _URL.match(str(path)):
        return "url", "it is a URL; only local files are read"
    if Path(path).is_symlink():
        return "dangling-link", "it is a link to a file that isn't there"
    return "not-found", "there is no such file"


def is_folder(path: str | Path) -> bool:
    """Whether it is one; False where nobody may know."""
    try:
        return Path(path).is_dir()
    except OSError:
        return False


def _exists(path: str | Path) -> bool:
    try:
        Path(path).stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError:  # something is there, and reading it tells why it can't be read
        return True
    return True


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
