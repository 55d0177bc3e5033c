"""Documents of LangChain's loaders and text splitters."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from kg_builder.corpora.fields import BadFieldError, read_document, reported_id
from kg_builder.corpora.records import Unreadable
from kg_builder.records import Document


class LangChainDocument(Protocol):
    """What is used of ``langchain_core.documents.Document``."""

    id: str | None
    page_content: str
    metadata: Any
    """A mapping from names to values."""


def from_langchain(documents: Iterable[LangChainDocument]) -> Iterator[Document | Unreadable]:
    """Our documents, in order and as they come; one that can't be used (an empty text, say) is an `Unreadable`.

    The id is the document's, else ``metadata["id"]``, else ``<source>#<n>``, counting those of the same source from 0;
    with ``metadata["page"]``, ``<source>#page=<page>``, and ``.<n>`` from the second of a page on. Without a source it
    is made of a hash of the text. Metadata fields that we know keep their meaning, other scalars go to
    `Metadata.extra`, nested values are left out.
    """
    seen: Counter[str] = Counter()
    for index, document in enumerate(documents, start=1):
        metadata: Mapping[str, Any] = document.metadata or {}
        own_id = document.id or metadata.get("id")
        source = metadata.get("source")
        name = source if isinstance(source, str) and source else "langchain"
        place = _place(source, metadata.get("page"), document.page_content)
        fallback = f"{place}#{seen[place]}" if place == source else f"{place}.{seen[place]}".removesuffix(".0")
        seen[place] += not own_id
        yield from _read({**metadata, "id": own_id, "text": document.page_content}, index, fallback, name)


def _place(source: object, page: object, text: str) -> str:
    """What documents without an id are told apart by, as far as their metadata do."""
    if not isinstance(source, str) or not source:
        return f"text-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
    return f"{source}#page={page}" if isinstance(page, int | str) and page != "" else source


def _read(record: Mapping[str, Any], index: int, fallback: str, source: str) -> Iterator[Document | Unreadable]:
    try:
        read = read_document(record, fallback_id=fallback, source=source, skip=frozenset())
    except BadFieldError as error:
        yield Unreadable(source, index, error.code, str(error), reported_id(record["id"], fallback))
        return
    for problem in read.problems:
        yield Unreadable(source, index, "bad-metadata", problem, read.document.id, "metadata")
    yield read.document
