"""Marked entities: tags, token/tag lines, brackets, typed lines and JSON, told apart by themselves."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.answers.aligning import align_items
from kg_builder.answers.items import ReadAnswer
from kg_builder.answers.tagged_answers import read_tagged
from kg_builder.records import Provenance


def items(read: ReadAnswer) -> list[tuple[str, str]]:
    return [(item.text, item.type) for item in read.items]


def codes(read: ReadAnswer) -> list[str]:
    return [issue.code for issue in read.issues]


@pytest.mark.parametrize(
    ("answer", "route"),
    [
        ("<SYMPTOM>ho khan</SYMPTOM> và <DISEASE>cúm</DISEASE>.", "tags"),
        ("<ner>\nBị <symptom> ho khan </symptom><br/> <DISEASE>cúm</DISEASE>\n</ner>", "tags"),
        ('<entity type="SYMPTOM">ho khan</entity>, <entity type="DISEASE">cúm</entity>', "tags"),
        ("Bị\tO\nho\tB-SYMPTOM\nkhan\tI-SYMPTOM\n,\tO\ncúm\tB-DISEASE", "token-lines"),
        ("```\nho B-SYMPTOM\nkhan E-SYMPTOM\nvà O\ncúm S-DISEASE\n```", "token-lines"),
        ("ho I-SYMPTOM\nkhan I-SYMPTOM\ncúm I-DISEASE\n. O", "token-lines"),
        ("[SYMPTOM ho khan] và [DISEASE cúm]", "brackets"),
        ("(ho khan)[SYMPTOM] và (cúm)[DISEASE]", "brackets"),
        ("[ho khan](SYMPTOM), [cúm](DISEASE)", "brackets"),
        ("ho khan: SYMPTOM\ncúm: DISEASE", "typed-lines"),
        ("- ho khan | SYMPTOM\n- cúm | DISEASE", "typed-lines"),
        ("* ho khan (SYMPTOM)\n* cúm (DISEASE)", "typed-lines"),
        ("SYMPTOM: ho khan\nDISEASE: cúm", "typed-lines"),
        ("SYMPTOM:\n- ho khan\nDISEASE:\n- cúm", "typed-lines"),
        ('[{"entity": "ho khan", "type": "SYMPTOM"}, {"entity": "cúm", "type": "DISEASE"}]', "json"),
        ('Đây:\n[{"entity": "ho khan", "type": "SYMPTOM"}, {"entity": "cúm", "type": "DISEASE"}]', "embedded"),
        ("<think><DISEASE>a draft</DISEASE></think><SYMPTOM>ho khan</SYMPTOM> <DISEASE>cúm</DISEASE>", "tags"),
    ],
)
def test_two_entities_however_they_are_marked(answer: str, route: str) -> None:
    read = read_tagged(answer)
    assert ([(text, kind.upper()) for text, kind in items(read)], read.route) == (
        [("ho khan", "SYMPTOM"), ("cúm", "DISEASE")],
        route,
    )
    assert not read.issues


def test_nested_and_crossing_tags() -> None:
    nested = read_tagged("<DISEASE>ung thư <ORGAN>phổi</ORGAN></DISEASE>")
    assert items(nested) == [("phổi", "ORGAN"), ("ung thư phổi", "DISEASE")]
    crossing = read_tagged("<A>đau <B>bụng</A> dưới</B>")
    assert items(crossing) == [("đau bụng", "A"), ("bụng dưới", "B")]


def test_a_column_of_tags_for_each_level() -> None:
    read = read_tagged("ung B-DISEASE O\nthư I-DISEASE O\nphổi I-DISEASE B-ORGAN\n\nphổi O B-ORGAN")
    assert items(read) == [("ung thư phổi", "DISEASE"), ("phổi", "ORGAN"), ("phổi", "ORGAN")]
    assert items(read_tagged("a\tB-Sign or Symptom\nb\tI-Sign or Symptom")) == [("a b", "Sign or Symptom")]


def test_sentences_and_new_beginnings_end_entities() -> None:
    read = read_tagged("ho B-S\n\nho I-S\nho B-S\nho I-T\nho O")
    assert items(read) == [("ho", "S"), ("ho", "S"), ("ho", "S"), ("ho", "T")]


@pytest.mark.parametrize("answer", ["ho O\nkhan O", "[]", '{"entities": []}', "none", "Không có thực thể nào."])
def test_nothing_is_an_answer_when_it_is_said(answer: str) -> None:
    assert (items(read_tagged(answer)), codes(read_tagged(answer))) == ([], [])


def test_a_mere_copy_says_that_there_is_nothing() -> None:
    assert codes(read_tagged("Không ho.", source="Không  ho.")) == []
    assert codes(read_tagged("Không ho.")) == ["unreadable-answer"]
    assert codes(read_tagged("", source="Không ho.")) == ["unreadable-answer"]


@pytest.mark.parametrize(
    ("answer", "complete"),
    [
        ("<S>ho</S> và <S>số", True),
        ("<S>ho</S> và", False),
        ("ho B-S\nvà O\nsốt B-", False),
        ("ho\tB-S\nvà\tO\nsố\tB-S", False),
    ],
)
def test_cut_answers_keep_what_is_whole(answer: str, complete: bool) -> None:
    read = read_tagged(answer, complete=complete)
    assert (items(read), codes(read)) == ([("ho", "S")], ["truncated-answer"])


def test_marks_in_a_copy_say_which_occurrence_is_meant() -> None:
    text = "Không ho. Nay ho nhiều, ho khan."
    read = read_tagged("Không ho. Nay <S>ho</S> nhiều, <S>ho khan</S>.")
    mentions, _ = align_items(read.items, text, provenance=Provenance(extractor="test"))
    assert [(mention.start, mention.text) for mention in mentions] == [(14, "ho"), (24, "ho khan")]
    tokens = read_tagged("Không O\nho O\n. O\nNay O\nho B-S\nnhiều O\n, O\nho O\nkhan O\n. O")
    mentions, _ = align_items(tokens.items, text, provenance=Provenance(extractor="test"))
    assert [mention.start for mention in mentions] == [14]


SCRAPS = [
    "<S>",
    "</S>",
    "<T a='b'>",
    "<",
    "</",
    "ho",
    " B-S",
    "\tO",
    "\n",
    "[S ",
    "]",
    "(",
    ")[S]",
    ": S",
    " | ",
    '{"',
    "[]",
]


@settings(max_examples=80)
@given((st.lists(st.sampled_from(SCRAPS) | st.characters())).map("".join), st.booleans(), st.text(max_size=10))
def test_no_answer_is_too_odd(answer: str, complete: bool, source: str) -> None:
    read = read_tagged(answer, complete=complete, source=source)
    assert all(0 <= item.start <= item.end <= len(answer) for item in read.items)
    assert read.issues or read.route != "unreadable"


def test_many_tags_take_little_time() -> None:
    for answer in ("<A>" * 4000 + "</B>" * 4000, "<A>" * 2000 + "x" + "</A>" * 2000, "<S>ho</S> " * 2000):
        assert len(read_tagged(answer).items) <= 1000
