from __future__ import annotations

from langchain_core.documents import Document as LangChainDocument

from kg_builder.corpora import Unreadable, from_langchain
from kg_builder.records import Document


def test_ids_come_from_the_document_its_metadata_or_its_place_in_the_source() -> None:
    given = [
        LangChainDocument(page_content="One", id="own"),
        LangChainDocument(page_content="Two", metadata={"id": "from-metadata"}),
        LangChainDocument(page_content="Three", metadata={"source": "a.pdf"}),
        LangChainDocument(page_content="Four", metadata={"source": "b.pdf"}),
        LangChainDocument(page_content="Five", metadata={"source": "a.pdf"}),
        LangChainDocument(page_content="Six"),
    ]
    found = [row for row in from_langchain(given) if isinstance(row, Document)]
    assert [document.id for document in found] == [
        *("own", "from-metadata", "a.pdf#0", "b.pdf#0", "a.pdf#1", "langchain#0"),
    ]


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
