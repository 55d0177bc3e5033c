"""Sentences of tagged words, as CoNLL lines and as JSON."""

from __future__ import annotations

import io
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.corpora import GoldDocument, Row, Unreadable, read
from kg_builder.corpora.tagged_words import tagged_spans, word_document

PHONER = """\
Bệnh_nhân O
23 B-PATIENT_ID
, O
35 B-AGE
tuổi O
, O
sốt B-SYMPTOM_AND_DISEASE
nhẹ I-SYMPTOM_AND_DISEASE
, O
ho B-SYMPTOM_AND_DISEASE

Không O
sốt B-SYMPTOM_AND_DISEASE
"""
IO_TAGS = "viêm I-Symptom_and_Disease\nphổi I-Symptom_and_Disease\nở O\nHuế I-Location\n"


def rows_of(data: str | bytes, format: str) -> list[Row]:
    stream = io.BytesIO(data.encode() if isinstance(data, str) else data)
    return list(read(["-"], format=format, stdin=stream))


def gold_of(rows: list[Row]) -> list[GoldDocument]:
    return [row for row in rows if isinstance(row, GoldDocument)]


def problems(rows: list[Row]) -> list[tuple[str, int | None, str]]:
    return [(row.code, row.line, row.lost) for row in rows if isinstance(row, Unreadable)]


def found(gold: GoldDocument) -> list[tuple[str, str]]:
    return [(mention.text, mention.type) for mention in gold.mentions]


@pytest.mark.parametrize("separator", [" ", "\t", "   "])
def test_each_sentence_is_a_document_with_syllables_apart(separator: str) -> None:
    first, second = gold_of(rows_of(PHONER.replace(" ", separator), "conll"))
    assert first.document.text == "Bệnh nhân 23 , 35 tuổi , sốt nhẹ , ho"
    assert found(first) == [
        ("23", "PATIENT_ID"),
        ("35", "AGE"),
        ("sốt nhẹ", "SYMPTOM_AND_DISEASE"),
        ("ho", "SYMPTOM_AND_DISEASE"),
    ]
    assert found(second) == [("sốt", "SYMPTOM_AND_DISEASE")]
    assert (first.document.id, second.document.id) == ("stdin:1", "stdin:12")


def test_tags_without_prefix_of_their_own_join() -> None:
    [gold] = gold_of(rows_of(IO_TAGS, "conll"))
    assert found(gold) == [("viêm phổi", "Symptom_and_Disease"), ("Huế", "Location")]


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("B-X I-X O", [(0, 1, "X")]),
        ("B-X B-X", [(0, 0, "X"), (1, 1, "X")]),
        ("I-X I-Y", [(0, 0, "X"), (1, 1, "Y")]),
        ("B-X E-X S-X", [(0, 1, "X"), (2, 2, "X")]),
        ("X X O X", [(0, 1, "X"), (3, 3, "X")]),
        ("B-X-RAY I-X-RAY", [(0, 1, "X-RAY")]),
        ("T-cell", [(0, 0, "T-cell")]),
        ("O O", []),
    ],
)
def test_tag_schemes(tags: str, spans: list[tuple[int, int, str]]) -> None:
    assert list(tagged_spans(tags.split())) == spans


def test_what_cannot_be_used_of_a_sentence_is_reported_with_its_line() -> None:
    rows = rows_of("-DOCSTART- O\n\nsốt B-X\ncao\n\n".encode() + b"\xff\xfa\n\nok O\n", "conll")
    assert [gold.document.text for gold in gold_of(rows)] == ["sốt cao", "ok"]
    assert ("bad-row", 4, "annotation") in problems(rows)
    assert any(lost == "document" for _, _, lost in problems(rows))


def test_words_and_tags_as_json_lines_and_as_a_list() -> None:
    record = {"words": ["Sốt", "cao_độ"], "tags": ["B-SYM", "I-SYM"]}
    for data in (json.dumps(record) + "\n", json.dumps([record])):
        [gold] = gold_of(rows_of(data, "word-json"))
        assert (gold.document.text, found(gold)) == ("Sốt cao độ", [("Sốt cao độ", "SYM")])


def test_spans_of_words_may_be_nested() -> None:
    record = {
        "sentence": "Đau_đầu và ho kéo_dài ?",
        "seq_label": [[0, 0, "SYMPTOM"], [2, 2, "SYMPTOM"], [2, 3, "SYMPTOM"]],
        "sent_label": "cause",
    }
    [gold] = gold_of(rows_of(json.dumps([record]), "word-json"))
    assert gold.document.text == "Đau đầu và ho kéo dài ?"
    assert found(gold) == [("Đau đầu", "SYMPTOM"), ("ho", "SYMPTOM"), ("ho kéo dài", "SYMPTOM")]


@pytest.mark.parametrize(
    ("record", "code", "lost"),
    [
        ({"words": ["a"], "tags": []}, "bad-row", "document"),
        ({"words": "ab", "tags": "OO"}, "bad-row", "document"),
        ({"words": ["a", 1], "tags": ["O", "O"]}, "bad-row", "document"),
        ({"words": [], "tags": []}, "empty-text", "document"),
        ({"sentence": 3}, "empty-text", "document"),
        ({"sentence": "a b", "seq_label": 5}, "bad-annotation", "annotation"),
        ({"sentence": "a b", "seq_label": [[0, 2, "X"]]}, "bad-annotation", "annotation"),
        ({"sentence": "a b", "seq_label": [[1, 0, "X"]]}, "bad-annotation", "annotation"),
        ({"sentence": "a b", "seq_label": [["0", 1, "X"]]}, "bad-annotation", "annotation"),
        ({"sentence": "a b", "seq_label": [[0, 1, ""]]}, "bad-annotation", "annotation"),
        (5, "bad-row", "document"),
    ],
)
def test_hostile_records_are_reported_and_their_neighbours_kept(record: Any, code: str, lost: str) -> None:
    whole = {"words": ["ho"], "tags": ["O"]}
    rows = rows_of("\n".join(map(json.dumps, (record, whole))), "word-json")
    assert gold_of(rows)[-1].document.text == "ho"
    assert problems(rows) == [(code, 1, lost)]
    listed = rows_of(json.dumps([record, whole]), "word-json")
    assert gold_of(listed)[-1].document.text == "ho"
    assert [(row.code, row.message[:7]) for row in listed if isinstance(row, Unreadable)] == [(code, "item 1:")]


@pytest.mark.parametrize("data", ["[", "[1, ", "\xff", "{]", "[" * 100_000])
def test_broken_json_is_one_report(data: str) -> None:
    rows = problems(rows_of(data.encode("latin-1"), "word-json"))
    assert rows[0][0] in {"bad-json", "undecodable"}


def test_files_are_recognized_by_suffix_and_content(tmp_path: Path) -> None:
    (tmp_path / "a.conll").write_text(PHONER, encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps([{"sentence": "ho", "seq_label": []}]), encoding="utf-8")
    (tmp_path / "c.json").write_text('{"words": ["ho"], "tags": ["O"]}\n', encoding="utf-8")
    (tmp_path / "d.json").write_text('{"some": "settings"}', encoding="utf-8")
    rows = list(read(tmp_path))
    assert [gold.document.id for gold in gold_of(rows)] == ["a.conll:1", "a.conll:12", "b.json:1", "c.json:1"]
    assert [row.lost for row in rows if isinstance(row, Unreadable)] == ["file"]


words = st.lists(st.text(min_size=1).filter(str.strip), min_size=1, max_size=8)


@settings(max_examples=50)
@given(words, st.data())
def test_every_span_of_words_is_a_mention_with_its_own_characters(sentence: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(sentence) - 1))
    last = data.draw(st.integers(first, len(sentence) - 1))
    gold = word_document(sentence, [(first, last, "X")], id="d", source="s")
    [mention] = gold.mentions
    assert gold.document.text[mention.start : mention.end] == mention.text


@settings(max_examples=50)
@given(st.lists(st.sampled_from(["O", "B-X", "I-X", "E-X", "S-X", "X", "I-Y", ""])))
def test_spans_are_in_order_and_apart(tags: list[str]) -> None:
    spans = list(tagged_spans(tags))
    assert all(first <= last for first, last, _ in spans)
    assert all(before[1] < after[0] for before, after in pairwise(spans))
