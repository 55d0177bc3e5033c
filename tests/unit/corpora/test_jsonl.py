from __future__ import annotations

import io
import json
import lzma
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.corpora import GoldDocument, GoldRelation, Row, Unreadable, read
from kg_builder.records import Assertion, Document, Mention

TEXT = "No cough. Fever after amoxicillin."


def read_rows(*rows: Any) -> list[Row]:
    lines = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    return list(read(["-"], format="jsonl", stdin=io.BytesIO(lines.encode("utf-8", "surrogatepass"))))


def test_known_fields_become_metadata_and_other_scalars_extra() -> None:
    row = {
        "id": 17,
        "text": TEXT,
        "patient": "p1",
        "encounter": 4,
        "date": "2024-02-29T08:30:00",
        "kind": "note",
        "tags": ["a", "b", "a"],
        "language": "en",
        "title": "A title",
        "page": 3,
        "nothing": None,
        "none": [],
    }
    [document] = read_rows(row)
    assert isinstance(document, Document)
    assert (document.id, document.language) == ("17", "en")
    metadata = document.metadata
    assert (metadata.patient, metadata.encounter, str(metadata.date)) == ("p1", "4", "2024-02-29")
    assert (metadata.kind, metadata.tags, metadata.source) == ("note", ("a", "b"), "stdin")
    assert dict(metadata.extra) == {"title": "A title", "page": 3}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"id": "a", "text"', "bad-json"),
        ("[" * 100_000, "bad-json"),
        ('{"text": "a", "n": ' + "9" * 5000 + "}", "bad-json"),
        ('["a list"]', "bad-row"),
        ('{"id": "a"}', "no-text"),
        ('{"id": "a", "text": 5}', "no-text"),
        ('{"id": "a", "text": "  "}', "empty-text"),
        ('{"id": ["a"], "text": "b"}', "bad-id"),
        ('{"id": "\\ud800", "text": "b"}', "bad-id"),
        ('{"id": "' + "x" * 600 + '", "text": "b"}', "bad-id"),
    ],
)
def test_a_bad_line_is_reported_with_its_number_and_the_rest_is_read(line: str, code: str) -> None:
    first, problem, last = read_rows({"text": "One."}, line, {"text": "Three."})
    assert isinstance(first, Document)
    assert isinstance(last, Document)
    assert (first.id, last.id) == ("stdin:1", "stdin:3")
    assert isinstance(problem, Unreadable)
    assert (problem.code, problem.line, problem.lost) == (code, 2, "document")
    assert len(str(problem)) < 200


def test_messages_never_quote_the_text() -> None:
    rows = read_rows(
        '{"text": "SECRET', '{"text": "SECRET" SECRET}', {"text": ["SECRET"]}, {"text": "x", "date": "SECRET"}
    )
    assert "SECRET" not in "".join(str(row) for row in rows if isinstance(row, Unreadable))


def test_a_line_that_is_not_utf8_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"text": "One."}\n{"text": "caf\xe9"}\n{"text": "Three."}\n')
    rows = list(read([path]))
    assert [row.code for row in rows if isinstance(row, Unreadable)] == ["undecodable"]
    assert [row.id for row in rows if isinstance(row, Document)] == ["x.jsonl:1", "x.jsonl:3"]


def test_utf16_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes('{"text": "Sốt"}\n{"text": "Ho"}'.encode("utf-16"))
    assert [row.text for row in read([path]) if isinstance(row, Document)] == ["Sốt", "Ho"]


def test_metadata_that_cannot_be_used_costs_only_itself() -> None:
    problem, document = read_rows({"id": "a", "text": TEXT, "date": "last week"})
    assert isinstance(problem, Unreadable)
    assert (problem.code, problem.lost, problem.document_id) == ("bad-metadata", "metadata", "a")
    assert isinstance(document, Document)
    assert document.metadata.date is None


def test_gold_entities_and_relations() -> None:
    row = {
        "id": "g",
        "text": TEXT,
        "entities": [
            {"start": 3, "end": 8, "text": "cough", "type": "Symptom", "assertion": "negated"},
            {"start": 22, "end": 33, "text": "amoxicillin", "type": "Drug", "id": "D000658|D001"},
            {"start": 10, "end": 15, "text": "Fever", "type": "Symptom", "concepts": ["HP:0001945"]},
        ],
        "relations": [
            {"subject": 1, "predicate": "causes", "object": 2},
            {"subject": "MESH:D000658", "predicate": "causes", "object": "HP:0001945", "note": "sure"},
        ],
    }
    [gold] = read_rows(row)
    assert isinstance(gold, GoldDocument)
    assert (gold.mentions[0].text, gold.mentions[0].assertion) == ("cough", Assertion.NEGATED)
    assert [mention.concepts for mention in gold.mentions] == [(), ("MESH:D000658", "CORPUS:D001"), ("HP:0001945",)]
    first, second = gold.relations
    assert first == GoldRelation("causes", ("MESH:D000658", "CORPUS:D001"), ("HP:0001945",), 1, 2)
    assert second == GoldRelation("causes", ("MESH:D000658",), ("HP:0001945",), note="sure")
    assert second.concept_pairs == (("MESH:D000658", "HP:0001945"),)


def test_bad_entities_are_reported_and_relations_keep_pointing_at_the_right_ones() -> None:
    row = {
        "id": "g",
        "text": TEXT,
        "entities": [
            {"start": 0, "end": 5, "text": "cough", "type": "Symptom"},
            {"start": 3, "end": 900, "type": "Symptom"},
            {"start": "3", "end": 8, "type": "Symptom"},
            "cough",
            {"start": 3, "end": 8, "type": "Symptom", "assertion": "maybe"},
            {"start": 3, "end": 8, "type": "Symptom"},
            {"start": 22, "end": 33, "type": "Drug"},
        ],
        "relations": [{"subject": 6, "predicate": "p", "object": 5}, {"subject": 0, "predicate": "p", "object": 5}, 3],
    }
    gold, *bad = read_rows(row)
    assert isinstance(gold, GoldDocument)
    assert [mention.text for mention in gold.mentions] == ["cough", "amoxicillin"]
    assert [(item.subject_mention, item.object_mention) for item in gold.relations] == [(1, 0)]
    codes = [item.code for item in bad if isinstance(item, Unreadable) and item.lost == "annotation"]
    assert codes == [
        *("offset-mismatch", "bad-offsets", "bad-offsets", "bad-annotation", "bad-assertion"),
        *("bad-relation", "bad-relation"),
    ]


def test_packed_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.xz"
    path.write_bytes(lzma.compress(b'{"id": "a", "text": "One."}\n'))
    [document] = list(read([path]))
    assert isinstance(document, Document)


def test_memory_stays_flat(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    line = json.dumps({"text": "Some words. " * 80}) + "\n"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(line for _ in range(5_000))
    tracemalloc.start()
    assert sum(1 for _ in read([path])) == 5_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert path.stat().st_size > 4_500_000
    assert peak < 1_000_000


@st.composite
def gold_documents(draw: st.DrawFn) -> GoldDocument:
    text = draw(st.text(st.characters(), min_size=1, max_size=60).filter(lambda text: bool(text.strip())))
    spans = draw(st.lists(st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text))), max_size=5))
    mentions = tuple(
        Mention(start=start, end=end, text=text[start:end], type="Any", concepts=("X:1",))
        for start, end in spans
        if start < end
    )
    return GoldDocument(Document(id=draw(st.text("ab./é 1", min_size=1, max_size=9)), text=text), mentions)


@settings(deadline=None)
@given(st.lists(gold_documents(), min_size=1, max_size=4))
def test_what_is_written_is_read_again(written: list[GoldDocument]) -> None:
    rows = [
        {
            "id": gold.document.id,
            "text": gold.document.text,
            "entities": [
                mention.model_dump(include={"start", "end", "text", "type", "concepts"}) for mention in gold.mentions
            ],
        }
        for gold in written
    ]
    found = read_rows(*rows)
    assert _content(iter(found)) == _content(iter(written))


def _content(rows: Iterator[Row]) -> list[Any]:
    return [
        (
            row.document.id,
            row.document.text,
            [(*mention.key, mention.text, mention.concepts) for mention in row.mentions],
        )
        for row in rows
        if isinstance(row, GoldDocument)
    ]
