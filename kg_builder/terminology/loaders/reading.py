"""Opens what vocabularies come in: plain, gzipped or zipped files, line by line, with what is wrong told by number."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import IO, BinaryIO, cast

from kg_builder.errors import InputError

LONGEST_LINE = 1 << 20
"""Bytes; no vocabulary has a longer line, a file of another kind may be a single one."""
SHOWN_PROBLEMS = 10
_HEAD = 4096
_TELL_EVERY = 1 << 20
"""Bytes between two reports of progress."""
_SIGNATURES = (
    (b"SQLite format 3\0", "an SQLite file"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip file"),
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xfe", "UTF-16 text; save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text; save it as UTF-8"),
)

_SEPARATORS = {"|": "bars", "\t": "tabs", ",": "commas", ";": "semicolons"}

OnProgress = Callable[[str, int, int], None]
"""Called with what is being read, the bytes done, and all bytes."""


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line that was skipped."""

    file: str
    number: int
    reason: str
    """Never with what the line says."""


class Reading:
    """What happens while files are read: how far it is, and which lines were skipped."""

    def __init__(self, on_progress: OnProgress | None = None) -> None:
        self.progress: OnProgress = on_progress or (lambda _what, _done, _all: None)
        self.first: list[BrokenLine] = []
        """The first few."""
        self.by_reason: Counter[str] = Counter()

    @property
    def broken(self) -> int:
        """How many lines were skipped as they could not be read."""
        return self.by_reason.total()

    def skip(self, file: str, number: int, reason: str) -> None:
        """Note a line that can't be used."""
        self.by_reason[reason] += 1
        if len(self.first) < SHOWN_PROBLEMS:
            self.first.append(BrokenLine(file, number, reason))


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file on disk, or one inside a zip archive."""

    path: Path
    member: str = ""

    @property
    def name(self) -> str:
        """As messages and reports write it."""
        return f"{self.path}:{self.member}" if self.member else str(self.path)

    @contextmanager
    def open(self) -> Iterator[tuple[BinaryIO, Callable[[], int], int]]:
        """The unpacked bytes, how many bytes are done, and all bytes. Raises InputError if it can't be read."""
        try:
            if self.member:
                with zipfile.ZipFile(self.path) as archive, self._inside(archive) as inner:
                    unpacked = gzip.GzipFile(fileobj=inner) if self.member.endswith(".gz") else inner
                    yield cast(BinaryIO, unpacked), inner.tell, archive.getinfo(self.member).file_size
                return
            with self.path.open("rb") as raw:
                size, packed = self.path.stat().st_size, raw.read(2) == b"\x1f\x8b"
                raw.seek(0)
                stream = gzip.GzipFile(fileobj=raw) if packed else raw
                yield cast(BinaryIO, stream), raw.tell, size
        except OSError as error:  # gzip.BadGzipFile among them
            raise InputError(f"{self.name}: {error.strerror or 'damaged: it cannot be unpacked'}") from error
        except (EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise InputError(f"{self.name}: damaged: it cannot be unpacked to its end") from error

    def _inside(self, archive: zipfile.ZipFile) -> IO[bytes]:
        try:
            return archive.open(self.member)
        except (RuntimeError, NotImplementedError) as error:
            raise InputError(f"{self.name}: is encrypted, or packed in a way that Python can't unpack") from error

    def head(self) -> bytes:
        """The first bytes."""
        with self.open() as (stream, _, _):
            return stream.read(_HEAD)

    def lines(self, reading: Reading, what: str = "") -> Iterator[tuple[int, str]]:
        """Lines of UTF-8 text with their numbers, from 1; one that isn't UTF-8 is skipped and noted."""
        label = what or self.path.name
        told = 0
        with self.open() as (stream, done, size):
            for number, raw in enumerate(iter(lambda: stream.readline(LONGEST_LINE), b""), start=1):
                told += len(raw)
                if told > _TELL_EVERY:
                    told = 0
                    reading.progress(label, done(), size)
                if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
                    raise InputError(f"{self.name}:{number}: a line of more than a megabyte: not a file of this kind")
                try:
                    yield number, (raw[3:] if number == 1 and raw.startswith(b"\xef\xbb\xbf") else raw).decode()
                except UnicodeDecodeError:
                    reading.skip(self.name, number, "not UTF-8")
            reading.progress(label, size, size)


def one_file(path: Path, *names: str) -> SourceFile:
    """The file itself, or the one in a zip or folder whose name ends like one of `names`, else a zip's only file."""
    if not path.exists():
        raise InputError(f"{path}: there is no such file")
    if path.is_dir():
        inside = [str(one.relative_to(path)) for one in sorted(path.rglob("*")) if one.is_file()]
        return SourceFile(path / _named(path, inside, names))
    members = zip_members(path)
    if members is None:
        return SourceFile(path)
    return SourceFile(path, members[0] if len(members) == 1 else _named(path, members, names))


def _named(path: Path, inside: Sequence[str], names: Sequence[str]) -> str:
    """The one that is called so; of several with a whole name the one nearest the top."""
    for name in names:
        found = [one for one in inside if one.lower().removesuffix(".gz").endswith(name.lower())]
        if len(found) > 1 and name.startswith("."):
            shown = ", ".join(found[:5]) + (" …" if len(found) > 5 else "")
            raise InputError(f"{path}: holds several {name} files ({shown})", hint="Unpack and name the one you mean.")
        if found:
            return min(found, key=lambda one: (one.count("/"), one))
    shown = ", ".join(inside[:5]) + (" …" if len(inside) > 5 else "")
    raise InputError(f"{path}: expected {' or '.join(names)} in it; it holds {shown or 'nothing'}")


def zip_members(path: Path) -> list[str] | None:
    """Names of the files in a zip archive; None for another file."""
    try:
        with path.open("rb") as raw:
            if raw.read(4) != b"PK\x03\x04":
                return None
        with zipfile.ZipFile(path) as archive:
            return [info.filename for info in archive.infolist() if not info.is_dir()]
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: cannot be read as a zip archive") from error


def wrong_file(source: SourceFile, expected: str, found: str = "") -> InputError:
    """The error for a file of another kind, with what it seems to be."""
    return InputError(f"{source.name}: expected {expected}; this is {found or described(source.head())}")


def must_be_text(source: SourceFile, expected: str, *, kinds: Collection[str] = ("text",)) -> None:
    """Raises InputError for a file that can't be what is expected; `kinds`: text, XML, JSON."""
    found = described(source.head())
    if found.partition(" ")[0] not in kinds:
        raise wrong_file(source, expected, found)


def described(head: bytes) -> str:
    """What a file seems to be, from its first bytes."""
    for signature, name in _SIGNATURES:
        if head.startswith(signature):
            return name
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        return "empty"
    return "a binary file" if b"\0" in head else _described_text(text)


def _described_text(head: bytes) -> str:
    start = head[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "an HTML page, as a server sends where one has to log in"
    if start.startswith(b"<?xml") or (start.startswith(b"<") and start[1:2].isalpha()):
        return "XML"
    if start.startswith((b"{", b"[{", b"[\n")):
        return "JSON"
    line = head.partition(b"\n")[0].decode("utf-8", "replace")
    count, name = max((line.count(mark), name) for mark, name in _SEPARATORS.items())
    return f"text whose first line has {count} {name}" if count else "text without columns"


def digest(*parts: SourceFile | str) -> str:
    """Hash of files and options: what a terminology was made from."""
    total = blake2b(digest_size=16)
    for part in parts:
        total.update(b"\0")
        if isinstance(part, str):
            total.update(part.encode())
            continue
        with part.open() as (stream, _, _):
            while block := stream.read(1 << 20):
                total.update(block)
    return total.hexdigest()
