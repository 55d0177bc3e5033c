"""Documents of LangChain's loaders and text splitters."""

from __future__ import annotations

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
    """Our documents, in order; one that can't be used (an empty text, say) is an `Unreadable`.

    The id is the document's, else ``metadata["id"]``, else ``<source>#<n>``, counting those of the
    same source from 0. Metadata fields that we know keep their meaning, other scalars go to
    `Metadata.extra`, nested values are left out.
    """
    seen: Counter[str] = Counter()
    for index, document in enumerate(documents, start=1):
        metadata: Mapping[str, Any] = document.metadata or {}
        source = metadata.get("source")
        name = source if isinstance(source, str) and source else "langchain"
        fallback = f"{name}#{seen[name]}"
        own_id = document.id or metadata.get("id")
        seen[name] += not own_id
        yield from _read({**metadata, "id": own_id, "text": document.page_content}, index, fallback, name)


def _read(record: Mapping[str, Any], index: int, fallback: str, source: str) -> Iterator[Document | Unreadable]:
    try:
        read = read_document(record, fallback_id=fallback, source=source, skip=frozenset())
    except BadFieldError as error:
        yield Unreadable(source, index, error.code, str(error), reported_id(record["id"], fallback))
        return
    for problem in read.problems:
        yield Unreadable(source, index, "bad-metadata", problem, read.document.id, "metadata")
    yield read.document
