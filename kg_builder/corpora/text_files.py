"""Plain text: one file, one document."""

from __future__ import annotations

from collections.abc import Iterator

from kg_builder.corpora.encodings import binary_kind, decode
from kg_builder.corpora.records import Row, Unreadable
from kg_builder.corpora.sources import Source
from kg_builder.records import Document, Metadata


def read_text(source: Source) -> Iterator[Row]:
    """The file as a document whose id is its path in the folder given, or its name."""
    yield text_document(source)


def text_document(source: Source) -> Document | Unreadable:
    """The same for readers that need the one document."""
    with source.open() as stream:
        data = stream.read()
    if kind := binary_kind(data):
        return source.problem("binary-file", f"not a text file but {kind}; convert it to text first")
    try:
        text, encoding = decode(data)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"neither UTF-8 (byte {error.start}) nor another encoding that is known"
        return source.problem("undecodable", message, line=line, document_id=source.document_id)
    except UnicodeError:
        return source.problem("undecodable", "not text in any encoding that is known")
    if not text.strip():
        return source.problem("empty-text", "there is no text in it")
    extra: dict[str, str | int | float | bool] = {} if encoding == "utf-8" else {"encoding": encoding}
    return Document(id=source.document_id, text=text, metadata=Metadata(source=source.document_id, extra=extra))
