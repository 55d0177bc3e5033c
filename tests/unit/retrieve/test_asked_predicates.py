"""Which relations a question asks for."""

from __future__ import annotations

import pytest

from kg_builder.retrieve.asked_predicates import asked_predicates

KNOWN = {"INDUCES", "TREATS", "LOCATED_IN"}


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What caused the hyperkalemia?", {"INDUCES"}),
        ("Which drugs lead to seizures?", {"INDUCES"}),
        ("Side-effects of lithium?", {"INDUCES"}),
        ("What helps against nausea?", {"TREATS"}),
        ("Is it used for gout?", {"TREATS"}),
        ("What treats what lithium causes?", {"INDUCES", "TREATS"}),
        ("Where is it located in?", {"LOCATED_IN"}),
        ("Thuốc nào gây buồn nôn?", {"INDUCES"}),
        ("Điều trị sốt bằng gì?", {"TREATS"}),
        ("What is known about lithium?", set()),
        ("Because", set()),
        ("", set()),
    ],
)
def test_words_of_the_question_name_predicates(question: str, asked: set[str]) -> None:
    assert asked_predicates(question, KNOWN) == asked


def test_only_predicates_of_the_graph_count() -> None:
    assert asked_predicates("What causes fever?", {"TREATS"}) == frozenset()
    assert asked_predicates("What causes fever?", {"induces"}) == {"induces"}
