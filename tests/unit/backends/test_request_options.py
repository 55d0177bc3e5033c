from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.backends.generation import GenerationOptions
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.request_options import (
    LONGEST_ANSWER,
    Try,
    plan_try,
    seed_of,
    system_text,
    with_samples,
)
from kg_builder.errors import SettingsError
from kg_builder.records import Issue

DEFAULTS = GenerationOptions(max_new_tokens=100, repetition_penalty=1.1)
WRONG = (Issue(code="not-in-text", message="'x' is not in the text."), Issue(code="unknown-type", message="No 'Y'."))
CUT = (Issue(code="truncated-answer", message="Cut off."),)


def plan(attempt: int, issues: tuple[Issue, ...] = WRONG, *, takes_feedback: bool = True, **chosen: Any) -> Try:
    settings = ModelSettings(source="hf:model", **chosen)
    return plan_try(settings, DEFAULTS, attempt=attempt, issues=issues, seed=7, takes_feedback=takes_feedback)


def test_the_first_try_has_the_familys_defaults() -> None:
    for retry in ("resample", "feedback", "feedback-then-resample"):
        assert plan(0, (), retry=retry) == Try(DEFAULTS)


def test_settings_come_before_defaults() -> None:
    options = plan(0, (), max_new_tokens=9, temperature=0.3, top_p=0.9, repetition_penalty=1.0).options
    assert options == GenerationOptions(max_new_tokens=9, temperature=0.3, top_p=0.9, repetition_penalty=1.0, seed=7)
    assert plan(0, (), temperature=0.0).options.temperature == 0


def test_resampling_draws_with_a_seed_and_changes_no_prompt() -> None:
    found = plan(1, retry="resample")
    assert (found.options.temperature, found.options.top_p, found.options.seed) == (0.7, 0.95, 7)
    assert not found.feedback
    assert found.options.repetition_penalty == 1.1


def test_feedback_quotes_the_issues_and_is_greedy_once() -> None:
    first, second = plan(1, retry="feedback"), plan(2, retry="feedback")
    assert first.feedback == second.feedback == ["'x' is not in the text.", "No 'Y'."]
    assert first.options.temperature == 0
    assert second.options.temperature == 0.7


def test_feedback_and_resampling_take_turns() -> None:
    tries = [plan(attempt, retry="feedback-then-resample") for attempt in range(1, 5)]
    assert [bool(one.feedback) for one in tries] == [True, False, True, False]


def test_a_prompt_that_cannot_change_is_sampled() -> None:
    found = plan(1, retry="feedback", takes_feedback=False)
    assert not found.feedback
    assert found.options.temperature == 0.7


def test_what_was_cut_off_is_asked_for_again_with_more_room() -> None:
    for retry in ("resample", "feedback", "feedback-then-resample"):
        again = plan(1, CUT, retry=retry)
        assert not again.feedback
        assert (again.options.temperature, again.options.max_new_tokens) == (0, 200)
    assert plan(2, CUT).options.temperature == 0.7
    assert plan(2, CUT).options.max_new_tokens == 400


def test_equal_issues_are_told_once_and_not_without_end() -> None:
    many = tuple(Issue(code="not-in-text", message=f"'{number // 2}' is not there.") for number in range(90))
    assert plan(1, many, retry="feedback").feedback == [f"'{number}' is not there." for number in range(20)]


@given(st.integers(0, 1000))
def test_the_limit_grows_to_an_end(attempt: int) -> None:
    assert plan(attempt).options.max_new_tokens == DEFAULTS.max_new_tokens
    assert DEFAULTS.max_new_tokens <= plan(attempt, CUT + WRONG).options.max_new_tokens <= LONGEST_ANSWER
    assert plan(attempt, CUT, max_new_tokens=10_000).options.max_new_tokens == 10_000


@given(st.lists(st.text()), st.lists(st.text()))
def test_seeds_depend_on_all_parts(one: list[str], other: list[str]) -> None:
    assert seed_of(*one) == seed_of(*one)
    assert 0 <= seed_of(*one) < 2**31
    if "\0".join(one) != "\0".join(other):
        assert seed_of(*one) != seed_of(*other)


def test_a_seed_is_the_same_in_every_process() -> None:
    assert seed_of("document", "text", 1, None) == 1013796483


def test_samples_differ_in_their_seeds_only() -> None:
    requests = with_samples("prompt", DEFAULTS, seed=3, samples=3)
    assert requests[0].options == DEFAULTS
    assert {request.prompt for request in requests} == {"prompt"}
    assert {request.options.temperature for request in requests[1:]} == {0.7}
    assert len({request.options.seed for request in requests[1:]}) == 3


def test_the_system_text_is_the_given_one_else_that_of_the_file_else_the_familys(tmp_path: Path) -> None:
    path = tmp_path / "system.txt"
    path.write_text("Từ tệp.\n\nEnd\n", encoding="utf-8")
    of_file = ModelSettings(source="hf:model", system_file=path)
    assert system_text(of_file, "own") == "Từ tệp.\n\nEnd"
    assert system_text(of_file.model_copy(update={"system": ""}), "own") == ""
    assert system_text(ModelSettings(source="hf:model"), "own") == "own"


def test_a_system_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    missing = ModelSettings(source="hf:model", system_file=tmp_path / "none.txt")
    with pytest.raises(SettingsError, match=r"system_file: .*none\.txt can't be read"):
        system_text(missing, "own")
    latin = tmp_path / "latin.txt"
    latin.write_bytes(b"caf\xe9")
    with pytest.raises(SettingsError, match=r"not UTF-8 text \(byte 3\)"):
        system_text(ModelSettings(source="hf:model", system_file=latin), "own")
