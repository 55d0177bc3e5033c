from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document as LangChainDocument

from kg_builder.corpora import Unreadable, from_langchain
from kg_builder.graphs.building import documents
from kg_builder.records import Document


def test_ids_come_from_the_document_its_metadata_or_its_place_in_the_source() -> None:
    given = [
        LangChainDocument(page_content="One", id="own"),
        LangChainDocument(page_content="Two", metadata={"id": "from-metadata"}),
        LangChainDocument(page_content="Three", metadata={"source": "a.pdf"}),
        LangChainDocument(page_content="Four", metadata={"source": "b.pdf"}),
        LangChainDocument(page_content="Five", metadata={"source": "a.pdf"}),
        LangChainDocument(page_content="Six", metadata={"source": "a.pdf", "page": 3}),
        LangChainDocument(page_content="Seven", metadata={"source": "a.pdf", "page": 3}),
        LangChainDocument(page_content="Eight", metadata={"source": "a.pdf", "page": 0}),
    ]
    found = [row for row in from_langchain(given) if isinstance(row, Document)]
    assert [document.id for document in found] == [
        *("own", "from-metadata", "a.pdf#0", "b.pdf#0", "a.pdf#1", "a.pdf#page=3", "a.pdf#page=3.1", "a.pdf#page=0"),
    ]


def test_a_text_without_a_source_is_named_after_itself() -> None:
    """What another list of documents holds has no say in it: two builds into one store don't overwrite each other."""
    one, other = (LangChainDocument(page_content=text) for text in ("One", "Other"))
    [first], [second] = from_langchain([one]), from_langchain([other])
    both = [row.id for row in from_langchain([other, one, one]) if isinstance(row, Document)]

    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert both == [second.id, first.id, f"{first.id}.1"]
    assert [first.id] == [row.id for row in documents("One") if isinstance(row, Document)]


class Loader(BaseLoader):
    """Counts what was taken of it."""

    def __init__(self) -> None:
        self.taken = 0

    def lazy_load(self) -> Iterator[LangChainDocument]:
        for number in range(1000):
            self.taken += 1
            yield LangChainDocument(page_content=f"Cough {number}", metadata={"source": "ward", "page": number})


def test_loaders_stream() -> None:
    loader, another = Loader(), Loader()
    rows = documents([loader, "A text.", another])

    assert [row.id for row in islice(rows, 3) if isinstance(row, Document)] == [
        "ward#page=0",
        "ward#page=1",
        "ward#page=2",
    ]
    assert (loader.taken, another.taken) == (3, 0)
    assert sum(1 for _ in documents(Loader())) == 1000


def test_metadata_is_mapped() -> None:
    metadata = {"source": "ward", "patient": "p1", "date": "2024-01-31", "page": 2, "loc": {"lines": 3}}
    [document] = from_langchain([LangChainDocument(page_content="Cough", metadata=metadata)])
    assert isinstance(document, Document)
    assert (document.metadata.patient, document.metadata.source) == ("p1", "ward")
    assert dict(document.metadata.extra) == {"page": 2}


def test_an_empty_document_is_reported_and_the_rest_given() -> None:
    rows = list(
        from_langchain([LangChainDocument(page_content=" ", id="e"), LangChainDocument(page_content="x", id="f")])
    )
    assert [type(row) for row in rows] == [Unreadable, Document]
