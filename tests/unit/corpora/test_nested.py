from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.documents import Document as LangChainDocument

from kg_builder.corpora import GoldDocument, Row, Unreadable, from_langchain, read
from kg_builder.records import Document, Metadata, Scalar


def read_rows(*rows: str | dict[str, Any], format: str | None = "jsonl") -> list[Row]:
    lines = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    return list(read(["-"], format=format, stdin=io.BytesIO(lines.encode())))


def read_one(row: dict[str, Any]) -> tuple[Document, list[Unreadable]]:
    rows = read_rows(row)
    problems = [row for row in rows if isinstance(row, Unreadable)]
    [document] = [row for row in rows if isinstance(row, Document)]
    assert all((problem.code, problem.lost) == ("bad-metadata", "metadata") for problem in problems)
    return document, problems


def test_nested_metadata_is_read_like_the_row() -> None:
    metadata = {
        "patient": 7,
        "date": "2024-02-29",
        "kind": "note",
        "source": "ward",
        "tags": ["a", "b"],
        "language": "vi",
        "page": 3,
        "extra": {"title": "A", "patient": "other", "nothing": None},
    }
    document, problems = read_one({"id": "n", "text": "Cough.", "metadata": metadata})
    assert not problems
    assert document.language == "vi"
    assert document.metadata == Metadata(
        patient="7",
        date=dt.date(2024, 2, 29),
        kind="note",
        source="ward",
        tags=("a", "b"),
        extra={"page": 3, "title": "A", "patient": "other"},
    )


def test_the_row_wins_and_says_so() -> None:
    row = {"text": "Cough.", "patient": "p1", "kind": "", "metadata": {"patient": "p2", "kind": "note", "id": "n"}}
    document, [problem] = read_one(row)
    assert (document.id, document.metadata.patient, document.metadata.kind) == ("n", "p1", "note")
    assert "'patient'" in problem.message
    assert "p2" not in problem.message


@pytest.mark.parametrize(
    ("metadata", "named"),
    [
        ({"loc": {"lines": 3}, "authors": ["A"]}, ["'authors'", "'loc'"]),
        ({"extra": {"deep": {"er": 1}}}, ["'deep'"]),
        ({"extra": ["a"]}, ["'extra'"]),
        ({"date": "last week"}, ["'date'"]),
        ({"tags": [1]}, ["'tags'"]),
        ({"patient": {"id": 1}}, ["'patient'"]),
        ({"language": ["en"]}, ["'language'"]),
        ({"entities": [{"start": 0}]}, ["'entities'"]),
        ({"score": float("nan")}, ["'score'"]),
        (["a list"], ["'metadata'"]),
        ({"Cough since May": ["x"]}, ["odd name"]),
        ({f"f{i}": [i] for i in range(9)}, ["'f4' and 4 more"]),
    ],
)
def test_what_cannot_be_used_is_reported_and_the_rest_kept(metadata: Any, named: list[str]) -> None:
    document, [problem] = read_one({"id": "n", "text": "Cough.", "ward": "7B", "metadata": metadata})
    assert dict(document.metadata.extra) == {"ward": "7B"}
    assert (problem.document_id, problem.line) == ("n", 1)
    assert all(name in problem.message for name in named)
    assert "since" not in problem.message


def test_a_nested_value_in_the_row_itself_is_reported_too() -> None:
    _, [problem] = read_one({"text": "Cough.", "labs": {"K": 4.1}})
    assert "'labs'" in problem.message


def test_gold_rows_may_have_nested_metadata() -> None:
    row = {"text": "Cough.", "entities": [{"start": 0, "end": 5, "type": "Symptom"}], "metadata": {"patient": "p"}}
    [gold] = read_rows(row)
    assert isinstance(gold, GoldDocument)
    assert (gold.document.metadata.patient, len(gold.mentions)) == ("p", 1)


def test_documents_of_langchain_as_json_are_read_as_from_langchain() -> None:
    given = [
        LangChainDocument(page_content="Cough.", id="a", metadata={"source": "x.pdf", "page": 2, "patient": "p"}),
        LangChainDocument(page_content="Fever.", metadata={"id": "b", "source": "x.pdf"}),
    ]
    found = read_rows(*(document.model_dump_json() for document in given), format=None)
    assert found == list(from_langchain(given))


def test_a_text_in_the_metadata_serves_where_there_is_no_other() -> None:
    document, problems = read_one({"id": "v", "metadata": {"text": "Cough.", "page": 1}})
    assert (document.text, dict(document.metadata.extra), problems) == ("Cough.", {"page": 1}, [])


@pytest.mark.parametrize("row", [{"page_content": " "}, {"page_content": 3}, {"metadata": {"patient": "p"}}])
def test_rows_without_a_text_are_reported(row: dict[str, Any]) -> None:
    [problem] = read_rows(row)
    assert isinstance(problem, Unreadable)
    assert problem.lost == "document"


words = st.text("abc É1", min_size=1, max_size=6).filter(lambda word: word == word.strip())
scalars: st.SearchStrategy[Scalar] = words | st.integers(-9, 9) | st.booleans() | st.floats(-1, 1)
metadata_records = st.builds(
    Metadata,
    patient=st.none() | words,
    encounter=st.none() | words,
    date=st.none() | st.dates(),
    kind=st.none() | words,
    source=words,
    tags=st.lists(words, unique=True, max_size=3).map(tuple),
    extra=st.dictionaries(words | st.sampled_from(["patient", "text", "id", "metadata"]), scalars, max_size=3),
)


@given(st.builds(Document, id=words, text=words, metadata=metadata_records, language=st.none() | st.just("en")))
def test_our_own_documents_as_json_are_read_again(document: Document) -> None:
    assert read_rows(document.model_dump_json()) == [document]
