from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.corpora import Row, Unreadable, read
from kg_builder.records import Document


def read_csv(data: str | bytes) -> list[Row]:
    raw = data.encode() if isinstance(data, str) else data
    return list(read(["-"], format="csv", stdin=io.BytesIO(raw)))


def test_columns_become_document_and_metadata() -> None:
    rows = read_csv('\ufeffID,Text,patient,tags,ward\nn1,"Cough, ""dry""\nand fever",p1,x;y,7B\n,No pain,,,\n')
    first, second = rows
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert (first.id, first.text) == ("n1", 'Cough, "dry"\nand fever')
    assert (first.metadata.patient, first.metadata.tags, dict(first.metadata.extra)) == (
        "p1",
        ("x", "y"),
        {"ward": "7B"},
    )
    assert (second.id, second.metadata.patient) == ("stdin:4", None)


def test_a_header_without_a_text_column_is_reported_without_quoting_it() -> None:
    [problem] = read_csv("id,Mr Smith has a cough\n1,2\n")
    assert isinstance(problem, Unreadable)
    assert (problem.code, problem.line) == ("no-text-column", 1)
    assert "'text'" in problem.message
    assert "Smith" not in str(problem)


def test_bad_rows_are_reported_with_their_line() -> None:
    rows = read_csv("id,text\na,One\nb,two, three\n\nc\nd,\ne,Five\n")
    assert [row.id for row in rows if isinstance(row, Document)] == ["a", "e"]
    found = [(row.code, row.line, row.document_id) for row in rows if isinstance(row, Unreadable)]
    assert found == [("bad-row", 3, "stdin:3"), ("bad-row", 5, "stdin:5"), ("empty-text", 6, "d")]


def test_long_fields_are_read() -> None:
    [document] = read_csv("text\n" + "a long note " * 50_000)
    assert isinstance(document, Document)
    assert len(document.text) == 600_000


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_shows_a_text_column(delimiter: str) -> None:
    [document] = read_csv(delimiter.join(["id", "text"]) + "\n" + delimiter.join(["n", "Cough"]))
    assert isinstance(document, Document)
    assert document.text == "Cough"


def test_old_encodings_are_found(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes("id;text\n1;Naïve café owner – took 5 µg at 38 °C\n".encode("cp1252"))
    [document] = list(read([path]))
    assert isinstance(document, Document)
    assert document.text == "Naïve café owner – took 5 µg at 38 °C"


def test_of_a_folder_only_tables_with_a_text_column_are_read(tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text("text\nCough\n", encoding="utf-8")
    (tmp_path / "labs.csv").write_text("patient,value\np1,3\n", encoding="utf-8")
    assert [row.id for row in read([tmp_path]) if isinstance(row, Document)] == ["notes.csv:2"]


@settings(deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), min_size=1).filter(
            lambda text: bool(text.strip())
        )
    )
)
def test_what_the_csv_module_writes_is_read_again(texts: list[str]) -> None:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(
        [("id", "text"), *((f"n{i}", text) for i, text in enumerate(texts))]
    )
    assert [row.text for row in read_csv(file.getvalue()) if isinstance(row, Document)] == texts
