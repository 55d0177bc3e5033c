"""Ranking of names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.stores.search import Name, NameIndex, search_key

NAMES = [
    Name("M:1", "Metformin"),
    Name("M:1", "metformin hydrochloride"),
    Name("M:2", "Myocardial Infarction"),
    Name("M:3", "Infarction"),
    Name("M:4", "đau đầu"),
    Name("M:5", "dau dau"),
    Name("M:6", "Metformin Poisoning"),
]


def found(text: str) -> list[str]:
    return [match.concept for match in NameIndex(NAMES).matches(text)]


def test_exact_before_beginning_before_alike() -> None:
    matches = list(NameIndex(NAMES).matches("metformin"))
    assert [match.concept for match in matches[:2]] == ["M:1", "M:6"]
    assert matches[0] == ("M:1", 1.0, "Metformin")
    assert 0.9 < matches[1].score < 1.0


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("metfromin", "M:1"),
        ("myocardial infraction", "M:2"),
        ("infarction myocardial", "M:2"),
        ("infarction", "M:3"),
        ("ĐAU ĐẦU", "M:4"),
        ("dau dau", "M:5"),
        ("metformin   hydrochloride", "M:1"),
    ],
)
def test_typos_case_and_order_of_words(text: str, first: str) -> None:
    assert found(text)[0] == first


def test_a_word_of_a_longer_name_finds_it_after_the_exact_one() -> None:
    assert found("infarction") == ["M:3", "M:2"]


IDS = [Name("MESH:D002955", "MESH:D002955"), Name("MESH:D002955", "Leucovorin"), Name("X:1", "HLA-B*57:01")]


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("MESH:D002945", []),
        ("MESH D002945", []),
        ("MESH:D002955", ["MESH:D002955"]),
        ("mesh:d0029", ["MESH:D002955"]),
        ("mesh:", ["MESH:D002955"]),
        ("hla-b*57:01", ["X:1"]),
        ("leucovorine", ["MESH:D002955"]),
    ],
)
def test_ids_are_found_exactly_or_by_their_beginning(text: str, concepts: list[str]) -> None:
    assert [match.concept for match in NameIndex(IDS).matches(text)] == concepts


def test_nothing_alike_is_nothing() -> None:
    assert found("xylophone") == []
    assert found("   ") == []


@given(st.lists(st.builds(Name, st.sampled_from(["A:1", "A:2"]), st.text(max_size=5))), st.text(max_size=5))
def test_ranking_does_not_depend_on_the_order_of_names(names: list[Name], text: str) -> None:
    matches = list(NameIndex(names).matches(text))
    assert matches == list(NameIndex(reversed(names)).matches(text))
    assert len({match.concept for match in matches}) == len(matches)
    assert all(0 <= match.score <= 1 for match in matches)
    exact = {name.concept for name in names if search_key(name.text) == search_key(text) != ""}
    assert {match.concept for match in matches if match.score == 1.0} == exact
