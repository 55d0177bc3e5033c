"""What is read from JSON answers, and what is said of the rest."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kg_builder.answers.items import ReadAnswer
from kg_builder.answers.json_answers import read_json_items, read_json_relations

A, B = ("ho khan", "SYMPTOM"), ("aspirin", "DRUG")
WHOLE = '{"entity": "ho khan", "type": "SYMPTOM"}, {"entity": "aspirin", "type": "DRUG"}'


def items(read: ReadAnswer) -> list[tuple[str, str]]:
    return [(item.text, item.type) for item in read.items]


def codes(read: ReadAnswer) -> list[str]:
    return [issue.code for issue in read.issues]


@pytest.mark.parametrize(
    ("answer", "route"),
    [
        (f"[{WHOLE}]", "json"),
        (f"\n [{WHOLE}]\n", "json"),
        (WHOLE.replace("}, {", "}\n{"), "json"),
        (f"```json\n[{WHOLE}]\n```", "fenced"),
        (f"Here is the list:\n[{WHOLE}]\nI hope this helps.", "embedded"),
        (f"If there are none, return an empty list []\n\n[{WHOLE}]", "json"),
        (f"As said before [1], and in [2]:\n[{WHOLE}]", "embedded"),
        (f'<think>\n[{{"entity": "a draft", "type": "DRUG"}}]\n</think>\n[{WHOLE}]', "json"),
        (f'{{"entities": [{WHOLE}]}}', "json"),
        (f'{{"result": {{"Medical Entities": [{WHOLE}]}}}}', "json"),
        (f'{{"text": "ho khan, aspirin", "entities": [{WHOLE}]}}', "json"),
        ('{"SYMPTOM": ["ho khan"], "DRUG": ["aspirin"]}', "json"),
        ('{"SYMPTOM": "ho khan", "DRUG": [{"text": "aspirin"}], "notes": "none"}', "json"),
        ('{"ho khan": "SYMPTOM", "aspirin": "DRUG"}', "json"),
        ('[["ho khan", "SYMPTOM"], ["aspirin", "DRUG"]]', "json"),
        ('[{"Entity": "ho khan", "Entity Type": "SYMPTOM"}, {"label": "DRUG", "text": "aspirin"}]', "json"),
        ('[{"word": "ho khan", "entity": "SYMPTOM", "score": 0.9}, {"name": "aspirin", "category": "DRUG"}]', "json"),
        ('[{"entity": {"text": "ho khan", "type": "SYMPTOM"}}, {"entity": ["aspirin"], "type": "DRUG"}]', "json"),
        ('[{"entity": "ho khan", "type": "SYMPTOM",}, {"entity": "aspirin", "type": "DRUG"},]', "repaired"),
        ("[{'entity': 'ho khan', 'type': 'SYMPTOM'}, {'entity': \"aspirin\", 'type': 'DRUG'}]", "repaired"),
        ('[{entity: ho khan, type: "SYMPTOM"}, {entity: aspirin, type: DRUG}]', "repaired"),
        ('[{"entity": "ho khan", "type": "SYMPTOM" {"entity": "aspirin", "type": "DRUG"}', "repaired"),
        (f"[{WHOLE}", "repaired"),
        (f'[{WHOLE}, {{"entity": "cut o', "repaired"),
        ("[{“entity”： “ho khan”， “type”： “SYMPTOM”}, {“entity”： “aspirin”， “type”： “DRUG”}]", "repaired"),
    ],
)
def test_two_items_however_they_are_written(answer: str, route: str) -> None:
    read = read_json_items(answer)
    assert (items(read), read.route) == ([A, B], route)
    assert [answer[item.start : item.end] for item in read.items] == ["ho khan", "aspirin"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ('[{"entity": "Crohn\'s \\"disease\\"", "type": "D"}]', 'Crohn\'s "disease"'),
        ("[{'entity': 'Crohn's disease', 'type': 'D',}]", "Crohn's disease"),
        ('[{"entity": "the "so-called" rash", "type": "D",}]', 'the "so-called" rash'),
        ('[{"entity": "s\\u1ed1t \\ud83e\\udd12", "type": "D",}]', "sốt 🤒"),
        ('[{"entity": 45.50, "type": "D"}]', "45.50"),
    ],
)
def test_words_come_as_they_were_meant(answer: str, expected: str) -> None:
    assert items(read_json_items(answer)) == [(expected, "D")]


@pytest.mark.parametrize("answer", ["[]", '{"entities": []}', "```json\n[]\n```", "There are none: []", "{}"])
def test_an_empty_list_is_an_answer(answer: str) -> None:
    read = read_json_items(answer)
    assert (items(read), codes(read)) == ([], [])


@pytest.mark.parametrize(
    "answer",
    [
        "",
        " ",
        "3",
        "1" * 6000,
        "-1e999",
        "NaN",
        '"aspirin"',
        "null",
        "no entities",
        "[" * 5000,
        "return an empty list []",
    ],
)
def test_anything_else_is_none(answer: str) -> None:
    for read in (read_json_items(answer), read_json_relations(answer)):
        assert (read.items, read.pairs, read.route) == ((), (), "unreadable")
        assert codes(read)[0] == "unreadable-answer"


@pytest.mark.parametrize(
    ("answer", "expected", "code"),
    [
        (f'[{WHOLE}, {{"entity": "cut', [A, B], "truncated-answer"),
        (f'[{WHOLE}, {{"entity": "cut"', [A, B], "truncated-answer"),
        ('{"SYMPTOM": ["ho khan"], "DRUG": ["aspirin", "ibu', [A, B], "truncated-answer"),
        (f"<think>It may be [{WHOLE}", [A, B], "truncated-answer"),
        (f'[{WHOLE}, {{"entity": null, "type": "DRUG"}}]', [A, B], "unreadable-answer"),
        (f'[{WHOLE}, {{"type": "DRUG"}}, [], true, 3e400]', [A, B, ("3e400", "")], "unreadable-answer"),
        (f'[{WHOLE}, {{"entity": "", "type": "DRUG"}}]', [A, B], "unreadable-answer"),
    ],
)
def test_what_is_lost_is_said(answer: str, expected: list[tuple[str, str]], code: str) -> None:
    read = read_json_items(answer)
    assert (items(read), codes(read)) == (expected, [code])


def test_the_limit_of_tokens_is_said_of_answers_without_an_end() -> None:
    assert codes(read_json_items("The text says", complete=False)) == ["unreadable-answer", "truncated-answer"]
    assert codes(read_json_items(f"[{WHOLE}]\nAnd then", complete=False)) == []


def test_items_without_a_type_have_none() -> None:
    assert items(read_json_items('["ho khan", "aspirin"]')) == [("ho khan", ""), ("aspirin", "")]
    assert items(read_json_items('{"entities": ["ho khan"]}')) == [("ho khan", "")]


def test_entities_within_entities_are_found() -> None:
    answer = '[{"entity": "viêm phổi", "type": "D", "parts": [{"entity": "phổi", "type": "ORGAN"}]}]'
    assert items(read_json_items(answer)) == [("viêm phổi", "D"), ("phổi", "ORGAN")]


def test_repeats_are_kept_and_runaways_stopped() -> None:
    one = json.dumps({"entity": "ho", "type": "S"})
    assert len(read_json_items(f"[{one}, {one}, {one}]").items) == 3
    read = read_json_items(f"[{', '.join([one] * 5000)}, {WHOLE}")
    assert (len(read.items), codes(read)) == (66, ["repeating-answer"])
    many = ", ".join(json.dumps({"entity": f"vitamin B{number}", "type": "S"}) for number in range(5000))
    assert len(read_json_items(f"[{many}]").items) == 1000


def test_places_are_those_of_the_words_not_of_the_label() -> None:
    answer = '[{"type": "drug", "entity": "drug"}, {"entity": "drug", "type": "drug"}]'
    assert [item.start for item in read_json_items(answer).items] == [29, 49]


@pytest.mark.parametrize(
    "answer",
    [
        '[{"subject": "a", "predicate": "INDUCES", "object": "b", "evidence": "a gave b"}]',
        '{"relations": [{"head": "a", "relation": "INDUCES", "tail": {"text": "b"}, "sentence": "a gave b"}]}',
        '[["a", "INDUCES", "b", "a gave b"]]',
        '{"INDUCES": [{"source": "a", "target": "b", "evidence": "a gave b"}]}',
        "```\n[{'subject': 'a', 'predicate': 'INDUCES', 'object': 'b', 'evidence': 'a gave b'},]\n```",
    ],
)
def test_relations_however_they_are_written(answer: str) -> None:
    (pair,) = read_json_relations(answer).pairs
    assert (pair.subject, pair.predicate, pair.object, pair.evidence) == ("a", "INDUCES", "b", "a gave b")


def test_relations_without_an_end_are_lost_and_said() -> None:
    read = read_json_relations('[{"subject": "a", "object": "b"}, {"subject": "a", "predicate": "INDUCES"}]')
    assert [(pair.subject, pair.predicate, pair.object) for pair in read.pairs] == [("a", "", "b")]
    assert codes(read) == ["unreadable-answer"]
    several = read_json_relations('[{"subject": ["a", "b"], "predicate": "X", "object": "c"}]')
    assert ([pair.subject for pair in several.pairs], codes(several)) == (["a"], ["unreadable-answer"])
    assert codes(read_json_relations("[]")) == []


SCRAPS = [*"[]{}\",:'\\", "entity", '"entity": ', '"type": "DRUG"', "null", "1e9", "\n", " ", "“", "”", "```", "\ud800"]
scraps = st.lists(st.sampled_from(SCRAPS) | st.characters(), max_size=40).map("".join)


@settings(max_examples=60)
@given(scraps | st.text(), st.booleans())
@example("[" * 20_000, True)
@example('{"a":' * 2_000, True)
@example('"' * 3_000 + "[" + "'a " * 3_000, True)
@example("[" + '{"entity": "' * 1_000, False)
def test_no_answer_is_too_odd(answer: str, complete: bool) -> None:
    for read in (read_json_items(answer, complete=complete), read_json_relations(answer, complete=complete)):
        assert all(0 <= item.start <= item.end <= len(answer) for item in read.items)
        assert all(0 <= pair.start <= pair.end <= len(answer) for pair in read.pairs)
        assert read.issues or read.route != "unreadable"


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(lambda word: word.strip())


@settings(max_examples=60)
@given(st.lists(st.tuples(words, words), min_size=1, max_size=5), st.booleans(), scraps)
def test_whole_json_is_read_as_json_reads_it(pairs: list[tuple[str, str]], ascii_only: bool, prose: str) -> None:
    answer = json.dumps([{"entity": text, "type": kind} for text, kind in pairs], ensure_ascii=ascii_only)
    assert items(read_json_items(answer)) == pairs
    assert set(pairs) <= set(items(read_json_items(f"{answer}\n{prose}")))
