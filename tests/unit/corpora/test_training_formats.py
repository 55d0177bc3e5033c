"""Formats that published models were trained on: doccano's lines, prompts with completions, MedMentions' types."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kg_builder.corpora import GoldDocument, Row, Unreadable, read
from kg_builder.corpora.medmentions import subset_types

ARTICLE = "Zolmiprid caused renal failure. Acute\nrenal failure after ZOLMIPRID (ZMD) is rare."
ASK = (
    "The following article contains technical terms including diseases, drugs and chemicals. "
    "Create a list only of the {what} mentioned.\n\n{text}\n\nList of extracted {task}:\n"
)
PAIRS = "influences between the chemicals and diseases"


def prompt(task: str, what: str | None = None, text: str = ARTICLE) -> str:
    return ASK.format(what=what or task, task=task, text=text)


def rows_of(format: str, *records: Any) -> list[Row]:
    lines = "\n".join(record if isinstance(record, str) else json.dumps(record) for record in records)
    return list(read(["-"], format=format, stdin=io.BytesIO(lines.encode())))


def gold_of(rows: list[Row]) -> list[GoldDocument]:
    return [row for row in rows if isinstance(row, GoldDocument)]


def problems(rows: list[Row]) -> list[tuple[str, int | None, str]]:
    return [(row.code, row.line, row.lost) for row in rows if isinstance(row, Unreadable)]


def test_doccano_labels_become_mentions() -> None:
    record = {"id": 7, "text": "ho và sốt", "label": [[0, 2, "SYMPTOM"], [6, 9, "SYMPTOM"]], "Comments": []}
    [gold] = gold_of(rows_of("doccano", record))
    assert gold.document.id == "7"
    assert [mention.text for mention in gold.mentions] == ["ho", "sốt"]


@pytest.mark.parametrize("label", [[0, 99, "X"], [1, 1, "X"], ["0", 2, "X"], [0, 2], "X", [0, 2, ""], None])
def test_labels_that_cannot_be_used_are_reported_and_the_others_kept(label: Any) -> None:
    rows = rows_of("doccano", {"text": "ho và sốt", "label": [label, [0, 2, "SYMPTOM"]]})
    assert [mention.text for mention in gold_of(rows)[0].mentions] == ["ho"]
    assert [(line, lost) for _, line, lost in problems(rows)] == [(1, "annotation")]


def test_rows_that_are_no_documents_are_reported() -> None:
    rows = rows_of("doccano", "{", [1], {"label": []}, {"text": " "}, {"text": "ho", "label": 3}, {"text": "ho"})
    assert [(code, line) for code, line, _ in problems(rows)] == [
        ("bad-json", 1),
        ("bad-row", 2),
        ("no-text", 3),
        ("empty-text", 4),
        ("bad-annotation", 5),
    ]
    assert len(gold_of(rows)) == 2


def test_the_prompts_of_one_article_become_one_document() -> None:
    rows = rows_of(
        "prompt-lists",
        {"prompt": prompt("chemicals"), "completion": "- zolmiprid\n- zmd"},
        {"prompt": prompt("chemicals", text="Another text."), "completion": ""},
        {"prompt": prompt("influences", PAIRS), "completion": "- zolmiprid | renal failure\n"},
        {"prompt": prompt("diseases"), "completion": "- renal failure\n- acute renal failure"},
    )
    assert not problems(rows)
    gold, other = gold_of(rows)
    assert (gold.document.text, other.document.text) == (ARTICLE, "Another text.")
    assert [(mention.text, mention.type) for mention in gold.mentions] == [
        ("Zolmiprid", "Chemical"),
        ("renal failure", "Disease"),
        ("Acute\nrenal failure", "Disease"),
        ("ZOLMIPRID", "Chemical"),
        ("ZMD", "Chemical"),
    ]
    [relation] = gold.relations
    assert (relation.predicate, relation.subject_mention, relation.object_mention) == ("CID", 0, 1)


def test_names_that_only_stand_within_longer_ones_are_kept_there() -> None:
    record = {"prompt": prompt("diseases", text="Acute renal failure."), "completion": "- failure\n- renal failure"}
    [gold] = gold_of(rows_of("prompt-lists", record))
    assert [mention.text for mention in gold.mentions] == ["renal failure", "failure"]


def test_answers_that_cannot_be_used_are_reported_and_the_others_kept() -> None:
    rows = rows_of(
        "prompt-lists",
        {"prompt": prompt("chemicals"), "completion": "- aspirin\n- zmd"},
        {"prompt": prompt("influences", PAIRS), "completion": "- zmd\n- zmd | renal failure\n- zmd | nausea"},
        {"prompt": "What is this?", "completion": "- x"},
        {"prompt": prompt("chemicals")},
        {"prompt": prompt("chemicals", text=" "), "completion": ""},
        "{",
    )
    [gold] = gold_of(rows)
    assert len(gold.relations) == 1
    assert sorted(problems(rows), key=str) == sorted(
        [
            ("not-in-text", 1, "annotation"),
            ("bad-relation", 2, "annotation"),
            ("not-in-text", 2, "annotation"),
            ("bad-row", 3, "document"),
            ("bad-row", 4, "document"),
            ("bad-row", 5, "document"),
            ("bad-json", 6, "document"),
        ],
        key=str,
    )


def test_sentences_of_earlier_prompts_are_read_as_pairs() -> None:
    answer = "- Chemical ZMD influences disease renal failure"
    [gold] = gold_of(rows_of("prompt-lists", {"prompt": prompt("influences", PAIRS), "completion": answer}))
    assert len(gold.relations) == 1


def test_messages_hold_no_text_of_the_article() -> None:
    rows = rows_of("prompt-lists", {"prompt": prompt("chemicals"), "completion": "- secretine"})
    assert not any("secretine" in str(row) for row in rows if isinstance(row, Unreadable))


MEDMENTIONS = """\
11|t|Beagles had nephritis on Mondays
11|a|
11\t0\t7\tBeagles\tT015\tC0000001
11\t12\t21\tnephritis\tT047,T033\tUMLS:C0000002
11\t25\t32\tMondays\tT079\tC0000003
"""


def test_semantic_types_are_brought_to_those_of_the_subset() -> None:
    [gold] = list(read(["-"], format="medmentions", stdin=io.BytesIO(MEDMENTIONS.encode())))
    assert isinstance(gold, GoldDocument)
    assert [(mention.text, mention.type) for mention in gold.mentions] == [("Beagles", "T204"), ("nephritis", "T038")]
    assert gold.skipped == {"mention of a semantic type outside ST21pv": 1}


def test_the_subset_has_21_types_each_standing_for_itself() -> None:
    types = subset_types()
    assert len(set(types.values())) == 21
    assert all(types[subset] == subset for subset in types.values())
    assert types["T121"] == "T103"
    assert "T079" not in types


FORMATS = ("conll", "word-json", "doccano", "medmentions", "prompt-lists")
scalars = st.none() | st.booleans() | st.integers(-3, 9) | st.floats(allow_nan=False) | st.text(max_size=5)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4), max_leaves=8)
fields = st.sampled_from(
    ["id", "text", "label", "words", "tags", "sentence", "seq_label", "prompt", "completion", "metadata"]
)
records = st.dictionaries(fields, values, max_size=5) | values


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(FORMATS))
def test_no_bytes_are_too_odd(data: bytes, format: str) -> None:
    assert all(isinstance(row, GoldDocument | Unreadable) for row in read(["-"], format=format, stdin=io.BytesIO(data)))


@settings(max_examples=150, deadline=None)
@given(st.lists(records, max_size=3), st.sampled_from(FORMATS))
@example([""], "doccano")
@example(["a\nb"], "doccano")
def test_no_record_is_too_odd_and_each_gives_something(rows: list[Any], format: str) -> None:
    found = rows_of(format, *map(json.dumps, rows))
    assert all(isinstance(row, GoldDocument | Unreadable) for row in found)
    if format in {"doccano", "prompt-lists"}:
        lost = [row for row in found if isinstance(row, Unreadable) and row.lost == "document"]
        assert len(gold_of(found)) + len(lost) == len(rows)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=12), max_size=4), st.text(max_size=80))
def test_listed_names_are_in_the_text_or_reported(listed: list[str], text: str) -> None:
    completion = "\n".join(f"- {name}" for name in listed)
    rows = rows_of("prompt-lists", {"prompt": prompt("chemicals", text=text), "completion": completion})
    for gold in gold_of(rows):
        for mention in gold.mentions:
            assert gold.document.text[mention.start : mention.end] == mention.text
