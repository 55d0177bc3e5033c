"""Bytes to text: which encoding, and whether it is text at all."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from kg_builder.corpora.western import is_mostly_ascii, is_western

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"%PDF-", "a PDF file"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"{\\rtf", "a rich-text file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"BZh", "a bzip2 archive"),
    (b"SQLite format 3", "an SQLite database"),
)
_LEGACY = ["cp1252", "cp1258", "cp1250", "cp1251", "cp1253", "cp1254", "cp932", "gb18030", "big5", "cp949"]
"""Encodings that text of before UTF-8 is looked for in: what people's old exports are written in."""
_LEGACY_ACCENTS = ["cp1252", "cp1250", "cp1253", "cp1254", "cp1258"]
"""Those of them whose letters beyond ASCII may stand alone in a word or text."""

_SAMPLE = 65536


def binary_kind(data: bytes) -> str | None:
    """What kind of binary file these first bytes begin; None: it may be text."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if b"\0" in data and marked_encoding(data) is None:
        return "a binary file (it has NUL bytes)"
    return None


def marked_encoding(data: bytes) -> str | None:
    """The encoding that a byte order mark tells, or None."""
    return next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)


def detect(data: bytes) -> str | None:
    """The encoding: by byte order mark, else UTF-8, else the likeliest old one; None if nothing fits.

    Text that is UTF-8 but for a few bytes is damaged UTF-8, not something else: None, so that
    nobody gets the rest of it as mojibake.
    """
    if marked := marked_encoding(data):
        return marked
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return None if _mostly_utf8(data) else _legacy(data, error.start)
    return "utf-8"


def _mostly_utf8(data: bytes) -> bool:
    kept = data.decode(errors="replace")
    whole = sum(character > "\x7f" and character != "\ufffd" for character in kept)
    return whole > 0 and whole >= kept.count("\ufffd")


def _legacy(data: bytes, first: int) -> str | None:
    """The likeliest old encoding; `first` is the place of the first byte that isn't UTF-8."""
    few_accents = is_mostly_ascii(data)
    if few_accents and is_western(data):
        return "cp1252"
    from charset_normalizer import from_bytes

    start = max(0, first - _SAMPLE // 2)
    candidates = _LEGACY_ACCENTS if few_accents else _LEGACY
    matches = from_bytes(data[start : start + _SAMPLE], cp_isolation=candidates, enable_fallback=False)
    best = matches.best()
    if best is None:
        return None
    western = (match for match in matches if match.encoding == "cp1252" and match.chaos <= best.chaos)
    return next((match.encoding for match in western), best.encoding)


def decode(data: bytes) -> tuple[str, str]:
    """Text and its encoding, line ends as they are. Raises UnicodeError if none fits."""
    encoding = detect(data)
    if encoding is None:
        data.decode()
        raise UnicodeError("no known encoding")
    text = data.decode(encoding)
    return text, "utf-8" if encoding == "utf-8-sig" else encoding


def lines_of(stream: BinaryIO, *, guess: bool = False) -> Iterator[tuple[int, str | None]]:
    """Numbered lines with their ends, None for one that isn't text; memory stays flat.

    UTF-8 unless a byte order mark says otherwise, or, with `guess`, the first lines look like an old encoding.
    """
    sample = _first_lines(stream)
    encoding = marked_encoding(sample[0]) if sample else None
    if encoding is None and guess:
        encoding = detect(b"".join(sample))
    if encoding in {"utf-16", "utf-32"}:
        yield from _wide_lines(sample, stream, encoding)
        return
    if encoding in {None, "utf-8-sig"}:
        sample[:1] = [line.removeprefix(codecs.BOM_UTF8) for line in sample[:1]]
        encoding = "utf-8"
    for number, line in enumerate(_chain(sample, stream), start=1):
        try:
            yield number, line.decode(encoding)
        except UnicodeError:
            yield number, None


def _first_lines(stream: BinaryIO) -> list[bytes]:
    """Whole lines, up to about the size of the sample."""
    found: list[bytes] = []
    size = 0
    while size < _SAMPLE and (line := stream.readline()):
        found.append(line)
        size += len(line)
    return found


def _chain(sample: list[bytes], stream: BinaryIO) -> Iterator[bytes]:
    yield from sample
    yield from stream


def _wide_lines(sample: list[bytes], stream: BinaryIO, encoding: str) -> Iterator[tuple[int, str | None]]:
    """Lines of UTF-16 or UTF-32, where a line feed is more than one byte. Raises UnicodeError at the first damage."""
    decoder = codecs.getincrementaldecoder(encoding)()
    number, rest = 0, ""
    for piece in _chain(sample, stream):
        *whole, rest = (rest + decoder.decode(piece)).split("\n")
        for line in whole:
            number += 1
            yield number, line + "\n"
    rest += decoder.decode(b"", final=True)
    if rest:
        yield number + 1, rest
