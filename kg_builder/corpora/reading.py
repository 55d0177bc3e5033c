"""One entry for all formats: paths in, documents out, with a report of whatever could not be read."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from kg_builder.corpora.brat import annotation_path, read_brat
from kg_builder.corpora.conll import read_conll
from kg_builder.corpora.doccano import read_doccano
from kg_builder.corpora.encodings import binary_kind, marked_encoding
from kg_builder.corpora.folders import folder_sources
from kg_builder.corpora.jsonl import read_jsonl
from kg_builder.corpora.medmentions import read_medmentions
from kg_builder.corpora.prompt_lists import read_prompt_lists
from kg_builder.corpora.pubtator import TEXT_LINE, read_pubtator
from kg_builder.corpora.records import Row, Unreadable
from kg_builder.corpora.sources import (
    DAMAGE,
    Source,
    SpecialFileError,
    file_source,
    head_of,
    is_folder,
    legible,
    stream_source,
    why_missing,
)
from kg_builder.corpora.tables import read_table, split_header
from kg_builder.corpora.text_files import read_text
from kg_builder.corpora.word_json import is_word_json, read_word_json
from kg_builder.errors import InputError

FORMATS: Mapping[str, str] = {
    "text": "plain text, one document a file (.txt, .text, .md)",
    "jsonl": "JSON Lines with 'text', and optionally 'id', metadata and gold 'entities' (.jsonl, .ndjson)",
    "csv": "comma- or tab-separated with a header and a 'text' column (.csv, .tsv)",
    "pubtator": "PubTator (.pubtator, or found by content)",
    "bioc-xml": "BioC XML (.xml)",
    "bioc-json": "BioC JSON (.json)",
    "brat": "brat stand-off (.txt with .ann beside it)",
    "conll": "a word and its tag a line: PhoNER_COVID19, VietBioNER (.conll, .bio, .iob)",
    "word-json": "JSON objects of words: PhoNER_COVID19's, ViMQ's (.json, .jsonl)",
    "doccano": "JSON Lines with 'text' and 'label' [start, end, type]: ViMedNER (.jsonl, .txt)",
    "medmentions": "PubTator with UMLS semantic types, brought to the 21 of ST21pv (.pubtator, .txt)",
    "prompt-lists": "JSON Lines of 'prompt' and 'completion' as list models are trained on (.jsonl)",
}
"""Names of the formats, with what they are."""


def _read_bioc_xml(source: Source) -> Iterator[Row]:
    from kg_builder.corpora.bioc_xml import read_bioc_xml

    return read_bioc_xml(source)


def _read_bioc_json(source: Source) -> Iterator[Row]:
    from kg_builder.corpora.bioc_json import read_bioc_json

    return read_bioc_json(source)


# BioC takes a while to load (an XML parser, models of its parts), so only where there is some
_READERS: Mapping[str, Callable[[Source], Iterator[Row]]] = {
    "text": read_text,
    "jsonl": read_jsonl,
    "csv": read_table,
    "pubtator": read_pubtator,
    "bioc-xml": _read_bioc_xml,
    "bioc-json": _read_bioc_json,
    "brat": read_brat,
    "conll": read_conll,
    "word-json": read_word_json,
    "doccano": read_doccano,
    "medmentions": read_medmentions,
    "prompt-lists": read_prompt_lists,
}
_BY_SUFFIX = {
    ".txt": "text",
    ".text": "text",
    ".md": "text",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".pubtator": "pubtator",
    ".xml": "bioc-xml",
    ".json": "bioc-json",
    ".ann": "brat",
    ".conll": "conll",
    ".bio": "conll",
    ".iob": "conll",
}
_IN_FOLDER = {
    "text": {".txt", ".text", ".md"},
    "jsonl": {".jsonl", ".ndjson"},
    "csv": {".csv", ".tsv"},
    "pubtator": {".pubtator", ".txt"},
    "bioc-xml": {".xml"},
    "bioc-json": {".json"},
    "brat": {".txt"},
    "conll": {".conll", ".bio", ".iob", ".txt"},
    "word-json": {".json", ".jsonl"},
    "doccano": {".jsonl", ".ndjson", ".json", ".txt"},
    "medmentions": {".pubtator", ".txt"},
    "prompt-lists": {".jsonl", ".ndjson"},
}
_TEXTS = (".txt", ".TXT", ".text", ".md")
_NO_DOCUMENTS = {
    ".xml": "XML, but not BioC",
    ".json": "JSON, but neither BioC nor sentences of words",
    ".csv": "a table without a column named 'text'",
    ".tsv": "a table without a column named 'text'",
}
_OFFICE = frozenset({".pdf", ".doc", ".docx", ".odt", ".rtf", ".html", ".htm"})


def read(
    paths: str | Path | Sequence[str | Path], *, format: str | None = None, stdin: BinaryIO | None = None
) -> Iterator[Row]:
    """Documents of a file or folder, or of several, in order; a bad file or row is an `Unreadable` among them.

    `format` is one of `FORMATS`; None: by suffix and content. The path ``-`` is standard input (or
    `stdin`). Of a folder, every file whose format is recognized is read, and every text without a
    suffix, its path in the folder being the document's id; office documents and web pages are
    reported as lost documents, other files, linked folders and special files as passed over, hidden
    files not at all. Raises InputError for an unknown format.
    """
    if format is not None and format not in FORMATS:
        raise InputError(f"unknown format '{format}'", hint=f"One of {', '.join(FORMATS)}.")
    return _read_all([paths] if isinstance(paths, str | Path) else paths, format, stdin)


def _read_all(paths: Sequence[str | Path], format: str | None, stdin: BinaryIO | None) -> Iterator[Row]:
    for path in paths:
        if str(path) == "-":
            source, head = stream_source(stdin or sys.stdin.buffer)
            yield from _guarded(source, _READERS[format or _format_of_stream(head)])
        elif is_folder(path):
            yield from _read_folder(Path(path), format)
        else:
            source = replace(file_source(Path(path)), name=legible(str(path)))
            yield from _guarded(source, lambda source: _READERS[format or guess_format(source)](source))


def _read_folder(folder: Path, format: str | None) -> Iterator[Row]:
    try:
        for source in folder_sources(folder):
            if isinstance(source, Unreadable):
                yield source
            elif not _is_annotations(source):
                yield from _guarded(source, lambda source: _read_in_folder(source, format))
    except OSError as error:
        message = f"the folder can't be read ({error.strerror or 'I/O error'})"
        yield file_source(folder).problem("unreadable", message)


def _is_annotations(source: Source) -> bool:
    """Whether it is the second of a pair of files, and so read with the first."""
    path = source.path
    return (
        path is not None and path.suffix.casefold() == ".ann" and any(path.with_suffix(end).is_file() for end in _TEXTS)
    )


def _read_in_folder(source: Source, format: str | None) -> Iterator[Row]:
    if (unfit := _unfit(source, format)) is not None:
        yield unfit
    else:
        yield from _READERS[format or guess_format(source)](source)


def _unfit(source: Source, format: str | None) -> Unreadable | None:
    """Why a file found in a folder isn't read; None: it is."""
    suffix = source.suffix
    if not suffix:
        problem = _not_text_of(source, format)
    elif format is not None:
        problem = None if suffix in _IN_FOLDER[format] else ("other-format", f"its suffix isn't one of {format} files")
    elif suffix in _OFFICE:
        return source.problem("unsupported-file", f"{suffix} files aren't read; convert it to text first")
    elif suffix == ".ann":
        problem = ("unsupported-file", "annotations without a text file beside them")
    elif suffix not in _BY_SUFFIX:
        problem = ("unsupported-file", "its suffix isn't one of a format that is read")
    else:
        problem = None if _recognized(source) else ("unsupported-file", _NO_DOCUMENTS[suffix])
    return problem and source.problem(problem[0], f"not read: {problem[1]}", lost="file")


def _not_text_of(source: Source, format: str | None) -> tuple[str, str] | None:
    """Code and reason if a file without a suffix isn't text of this (or, with None, any) format."""
    head = head_of(source)
    if kind := binary_kind(head) if head else "nothing":
        return "unsupported-file", f"no suffix, and no text in it but {kind}"
    suited = format in {None, "text"} or format == guess_format(source)
    return None if suited else ("other-format", f"no suffix, and its content isn't {format}")


def _recognized(source: Source) -> bool:
    """Whether a file found in a folder is one of ours, for suffixes that say little."""
    head = head_of(source) if source.suffix in {".xml", ".json", ".csv", ".tsv"} else b""
    if source.suffix == ".xml":
        return b"<collection" in head
    if source.suffix == ".json":
        return b'"passages"' in head or b'"documents"' in head or is_word_json(head)
    if source.suffix in {".csv", ".tsv"}:
        return "text" in split_header(_first_line(head))[0]
    return True


def guess_format(source: Source) -> str:
    """The format of a file by suffix and, where that isn't enough, by its first line."""
    found = _BY_SUFFIX.get(source.suffix)
    if found == "text" and source.path is not None and annotation_path(source.path).is_file():
        return "brat"
    if found == "bioc-json" and is_word_json(head_of(source)):
        return "word-json"
    if found in {None, "text"}:
        line = _first_line(head_of(source))
        found = "pubtator" if _is_pubtator(line) else found or _format_of_line(line)
    return found or "text"


def _format_of_stream(head: bytes) -> str:
    line = _first_line(head)
    return "pubtator" if _is_pubtator(line) else _format_of_line(line)


def _format_of_line(line: str) -> str:
    """JSON Lines if the line is the beginning of an object that has a text, else plain text."""
    return "jsonl" if re.match(r'\s*\{\s*"', line) and re.search(r'"(text|page_content)"\s*:', line) else "text"


def _is_pubtator(line: str) -> bool:
    found = TEXT_LINE.fullmatch(line)
    return found is not None and found[2] == "t" and " " not in found[1]


def _first_line(head: bytes) -> str:
    text = head.decode(marked_encoding(head) or "utf-8", errors="ignore")
    return text.split("\n", 1)[0].rstrip("\r")


def _guarded(source: Source, reader: Callable[[Source], Iterator[Row]]) -> Iterator[Row]:
    """What the reader gives; what goes wrong with the file itself ends this file only."""
    try:
        yield from reader(source)
    except FileNotFoundError:
        yield source.problem(*why_missing(source.name))
    except SpecialFileError:
        message = "it is a pipe, socket or device; to read from one, name '-' and redirect it to standard input"
        yield source.problem("special-file", message)
    except PermissionError:
        yield source.problem("no-permission", "no permission to read it")
    except DAMAGE:
        yield source.problem("damaged-archive", "the compressed file is damaged; what came before the damage was kept")
    except OSError as error:
        yield source.problem("unreadable", f"it can't be read ({error.strerror or 'I/O error'})")
    except UnicodeError:
        yield source.problem("undecodable", "its bytes aren't text in the encoding that its first bytes tell")
