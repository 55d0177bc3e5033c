"""The leakage guard on texts of our own: what is the same abstract is found, what isn't is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.errors import InputError
from kg_builder.train.leakage import Guarded, Sign, find_leaks, refuse

TITLE = "Slow pulse after a single large dose of imaginol in three elderly women."
REST = (
    "We describe three women over 80 who took 40 mg/day of imaginol for joint pain. "
    "Their pulse fell below 45 within two days, and rose again when the drug was withdrawn. "
    "None of them had been given any other medicine that slows the heart. "
    "A dose of 5mg may be enough at this age, and higher ones should be given with care."
)
ABSTRACT = f"{TITLE} {REST}"
OTHER = (
    "Effect of physical training on mood in students. Two hundred students took part in a course of twelve weeks. "
    "Mood was measured with a scale of our own before and after the course, and was better in those who trained."
)


def guarded(text: str, id: str = "t", corpus: str = "train") -> Guarded:
    return Guarded(id, id, corpus, text)


def signs(training: str, evaluation: str, ids: tuple[str, str] = ("t", "e")) -> list[Sign]:
    leaks = find_leaks([guarded(training, ids[0])], [guarded(evaluation, ids[1], "dev")])
    return [leak.sign for leak in leaks]


def test_the_same_id_is_a_leak_whatever_the_text() -> None:
    assert signs(OTHER, ABSTRACT, ("7", "7")) == [Sign.SAME_ID]


def test_another_text_is_none() -> None:
    assert signs(OTHER, ABSTRACT) == []


@pytest.mark.parametrize(
    "changed",
    [
        ABSTRACT.upper(),
        ABSTRACT.replace(" ", "  \n"),
        ABSTRACT.replace("mg/day", "mg / day").replace(".", " ."),
        ABSTRACT.replace("5mg", "5 mg").replace("imaginol", "imaginol,"),
    ],
)
def test_case_space_and_punctuation_hide_nothing(changed: str) -> None:
    assert signs(changed, ABSTRACT) == [Sign.SAME_TEXT]


def test_the_same_title_is_a_leak() -> None:
    assert signs(f"{TITLE} {OTHER}", f"{TITLE} Something else altogether was found in this one.") == [Sign.SAME_TITLE]


def test_a_single_sentence_of_an_abstract_is_a_leak_both_ways() -> None:
    sentence = "Their pulse fell below 45 within two days, and rose again when the drug was withdrawn."
    assert signs(sentence, ABSTRACT) == [Sign.SHARED_TEXT]
    assert signs(ABSTRACT, sentence) == [Sign.SHARED_TEXT]


def test_an_abstract_with_a_few_words_changed_is_a_leak() -> None:
    changed = ABSTRACT.replace("women", "patients").replace("withdrawn", "stopped")
    assert signs(changed, ABSTRACT) == [Sign.SHARED_TEXT]


def test_a_phrase_that_many_texts_have_is_none() -> None:
    assert signs("No side effects were seen.", f"{ABSTRACT} No side effects were seen.") == []
    assert signs(f"{OTHER} Their pulse fell below 45 within two days.", ABSTRACT) == []


def test_short_texts_leak_only_if_they_are_equal() -> None:
    assert signs("Fever, no rash.", "fever; no RASH") == [Sign.SAME_TEXT]
    assert signs("Fever, no rash.", "Fever, no cough.") == []


@pytest.mark.parametrize("empty", ["", " ", "…"])
def test_documents_without_words_leak_nothing(empty: str) -> None:
    assert signs(empty, empty) == []


@given(st.lists(st.text("abcde .", max_size=60), max_size=6), st.lists(st.text("abcde .", max_size=60), max_size=6))
def test_a_training_document_leaks_once_at_most_and_copies_always_do(
    training: list[str], evaluation: list[str]
) -> None:
    ours = [guarded(text, f"t{index}") for index, text in enumerate(training)]
    theirs = [guarded(text, f"e{index}", "dev") for index, text in enumerate(evaluation)]
    leaks = find_leaks(ours, theirs)
    found = [leak.training.id for leak in leaks]
    assert found == sorted(set(found), key=found.index)
    copies = {one.id for one in ours for other in theirs if one.text == other.text and one.text.strip(" .")}
    assert copies <= set(found)


def test_the_refusal_tells_how_many_which_and_what_to_set() -> None:
    training = [guarded(ABSTRACT, f"d{index}", "big.pubtator") for index in range(7)]
    leaks = find_leaks(training, [guarded(ABSTRACT, "e", "dev.pubtator")])
    with pytest.raises(InputError) as refused:
        refuse(leaks)
    message = refused.value.message
    assert "7 training documents are among the evaluation documents (7 of big.pubtator in dev.pubtator)" in message
    assert "d0 as e (same text)" in message
    assert "d4" in message
    assert "d5" not in message
    assert "exclude_overlap: drop" in str(refused.value.hint)
    assert "imaginol" not in message


def test_no_leak_no_refusal() -> None:
    refuse([])
