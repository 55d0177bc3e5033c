"""Names and pairs, one a line: bullets of any kind, lines, commas, tables, and what is said of the rest."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.answers.items import ReadAnswer
from kg_builder.answers.json_answers import read_json_items
from kg_builder.answers.list_answers import read_list, read_pairs
from kg_builder.answers.tagged_answers import read_tagged


def names(read: ReadAnswer) -> list[str]:
    return [item.text for item in read.items]


def ends(read: ReadAnswer) -> list[tuple[str, str]]:
    return [(pair.subject, pair.object) for pair in read.pairs]


def codes(read: ReadAnswer) -> list[str]:
    return [issue.code for issue in read.issues]


@pytest.mark.parametrize(
    ("answer", "route"),
    [
        ("- lithium\n- n-acetylcysteine\n", "bullets"),
        ("* lithium\n* n-acetylcysteine", "bullets"),
        ("• lithium\n• n-acetylcysteine", "bullets"),
        ("1. lithium\n2. n-acetylcysteine", "bullets"),
        ("1) **lithium**\n2) `n-acetylcysteine`,", "bullets"),
        ("lithium\n- n-acetylcysteine", "bullets"),
        ("Here is the list:\n\n- lithium\n- n-acetylcysteine\n\nThese are all of the chemicals.", "bullets"),
        ("```\n- lithium\n- n-acetylcysteine\n```", "bullets"),
        ("<think>\n- a draft\n</think>\n- lithium\n- n-acetylcysteine", "bullets"),
        ("List of extracted chemicals:\n- lithium\n- n-acetylcysteine", "bullets"),
        ("- lithium: given for mania\n- n-acetylcysteine – the antidote", "bullets"),
        ("lithium\nn-acetylcysteine\n", "lines"),
        ("Chemicals:\nlithium\n---\nn-acetylcysteine", "lines"),
        ("lithium, n-acetylcysteine", "one-line"),
        ("lithium; n-acetylcysteine.", "one-line"),
        ('["lithium", "n-acetylcysteine"]', "json"),
        ('Here it is:\n```json\n["lithium", "n-acetylcysteine"]\n```', "fenced"),
    ],
)
def test_two_names_however_they_are_listed(answer: str, route: str) -> None:
    read = read_list(answer)
    assert ([name.rstrip(".") for name in names(read)], read.route) == (["lithium", "n-acetylcysteine"], route)
    assert all(answer[item.start : item.end] == item.text for item in read.items)
    assert not read.issues


def test_commas_within_names_stay() -> None:
    assert names(read_list("- 1,2-dimethylhydrazine\n- failure, renal")) == ["1,2-dimethylhydrazine", "failure, renal"]
    assert names(read_list("- aspirin, ibuprofen, naproxen")) == ["aspirin", "ibuprofen", "naproxen"]
    assert names(read_list("fever, nausea and vomiting")) == ["fever", "nausea", "vomiting"]


def test_names_that_begin_like_bullets_stay_whole() -> None:
    listed = ["e. coli", "5-fluorouracil", "(s)-warfarin", "25-hydroxyvitamin d"]
    assert names(read_list("".join(f"- {name}\n" for name in listed))) == listed
    assert names(read_list("\n".join(listed))) == listed


@pytest.mark.parametrize("answer", ["", "\n", "none", "- None.", "No chemicals mentioned.", "There are no drugs", "-"])
def test_nothing_is_an_answer(answer: str) -> None:
    """Models that were trained on this format say nothing where there is nothing."""
    assert (names(read_list(answer)), codes(read_list(answer))) == ([], [])
    assert (ends(read_pairs(answer)), codes(read_pairs(answer))) == ([], [])


@pytest.mark.parametrize(
    "answer", ["-" * 500, "I am sorry, but as a language model I can't read this text for you, whatever it may say."]
)
def test_what_is_no_list_is_unreadable(answer: str) -> None:
    assert codes(read_list(answer)) == ["unreadable-answer"]
    assert read_list(answer).route == "unreadable"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("- lithium\n- n-acet", ["lithium"]),
        ("- lithium\n- n-acetylcysteine\n", ["lithium", "n-acetylcysteine"]),
        ("- lithium\n- ", ["lithium"]),
        ("lithium, n-ac", ["lithium"]),
    ],
)
def test_at_the_limit_of_tokens_the_last_name_is_left_out(answer: str, expected: list[str]) -> None:
    read = read_list(answer, complete=False)
    assert (names(read), codes(read)) == (expected, ["truncated-answer"])


def test_runaways_are_stopped() -> None:
    read = read_list("- lithium\n" * 500 + "- tremor\n")
    assert (len(read.items), names(read)[-1], codes(read)) == (65, "tremor", ["repeating-answer"])


@pytest.mark.parametrize(
    "answer",
    [
        "- lithium | tremor\n- nac | rash",
        "- lithium|tremor\n- nac|rash\n",
        "lithium -> tremor\nnac → rash",
        "| chemical | disease |\n|---|---|\n| lithium | tremor |\n| nac | rash |",
        "1. lithium | causes | tremor\n2. nac | causes | rash",
        '[{"subject": "lithium", "object": "tremor"}, {"subject": "nac", "object": "rash"}]',
        'The pairs:\n[{"chemical": "lithium", "disease": "tremor"}, {"chemical": "nac", "disease": "rash"}]',
    ],
)
def test_two_pairs_however_they_are_written(answer: str) -> None:
    read = read_pairs(answer)
    assert (ends(read), codes(read)) == ([("lithium", "tremor"), ("nac", "rash")], [])
    assert [answer[pair.start : pair.end].startswith(pair.subject) for pair in read.pairs] == [True, True]


def test_lines_that_are_no_pairs_are_said() -> None:
    read = read_pairs("- lithium | tremor\n- lithium causes tremor\n- a | b | c | d")
    assert (ends(read), codes(read)) == ([("lithium", "tremor")], ["unreadable-answer"])
    assert codes(read_pairs("lithium causes tremor")) == ["unreadable-answer"]
    assert codes(read_pairs("- lithium | trem", complete=False)) == ["unreadable-answer", "truncated-answer"]


scraps = st.lists(
    st.sampled_from(["- ", "* ", "1. ", "\n", " | ", "->", ", ", ":", "```", "lithium", "none"]) | st.text()
)


@settings(max_examples=80)
@given(scraps.map("".join), st.booleans())
def test_no_answer_is_too_odd(answer: str, complete: bool) -> None:
    for read in (read_list(answer, complete=complete), read_pairs(answer, complete=complete)):
        assert all(0 <= item.start <= item.end <= len(answer) for item in read.items)
        assert all(0 <= pair.start <= pair.end <= len(answer) for pair in read.pairs)
        assert read.issues or read.route != "unreadable"
        assert all(item.text.strip() for item in read.items)


plain = st.text("abcdefgh ", min_size=3, max_size=12).map(str.strip).filter(lambda name: len(name) > 2)


@settings(max_examples=50)
@given(st.lists(plain, min_size=1, max_size=6, unique=True), st.sampled_from(["- ", "* ", "• ", "3. ", "  - "]))
def test_plain_names_come_back(listed: list[str], bullet: str) -> None:
    assert names(read_list("".join(f"{bullet}{name}\n" for name in listed))) == listed
    if len(listed) > 1:
        assert ends(read_pairs(f"{bullet}{listed[0]} | {listed[1]}")) == [(listed[0], listed[1])]


@pytest.mark.parametrize(
    "scrap", [" ", "\t", " \n", "-", "- ", "* ", "=", "a ", "a, ", " | ", "(", " (", ": ", " - a", "..."]
)
@pytest.mark.parametrize("before", ["", "[", "<A>", "- a"])
def test_long_answers_take_little_time(before: str, scrap: str) -> None:
    answer = before + scrap * 2000
    started = time.process_time()
    for read in (read_list, read_pairs, read_tagged, read_json_items):
        read(answer)
    assert time.process_time() - started < 1
