from pathlib import Path

import pytest

from kg_builder.backends.family import Family
from kg_builder.backends.generation import GenerationRequest, Message
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.clean.rewriting.prompt import Refused, rewriting_request
from kg_builder.records import Issue

SETTINGS = ModelSettings(source="hf:somewhere", family=Family.EDITOR)
SYSTEM = (
    "You are a medical AI assistant that rewrites noisy, telegraphic, or poorly formatted clinical text\n"
    "(eg, discharge summaries, admission notes, advice sections) into clear, grammatically correct,\n"
    "contextually rich prose.\n\nGiven some raw 'content' from a clinician, you must:\n"
    "- preserve all medically relevant facts and timelines,\n- avoid inventing new clinical information,\n"
    "- expand or clarify abbreviations when appropriate,\n- fix spelling, grammar, punctuation, and formatting,\n"
    "- turn lists or fragments into coherent sentences and paragraphs.\n\n"
    "Your reply should be only the cleaned clinical text, nothing else."
)
LOST = Issue(code="fact-lost", message="'5 mg' of the text is missing.")
CUT = Issue(code="truncated-rewrite", message="The rewriting was cut at the limit of tokens.")


def asked(
    text: str = "pt c/o SOB", settings: ModelSettings = SETTINGS, refused: tuple[Refused, ...] = ()
) -> GenerationRequest:
    return rewriting_request(text, settings, seed=7, refused=refused)


def test_the_prompt_is_the_trainings_to_the_character() -> None:
    request = asked()
    assert request.prompt == (Message("system", SYSTEM), Message("user", "pt c/o SOB"))
    options = request.options
    assert (options.temperature, options.top_p, options.repetition_penalty, options.seed) == (0.3, 0.9, 1.0, 7)
    assert options.json_schema is None


@pytest.mark.parametrize(("length", "tokens"), [(20, 256), (700, 350), (1000, 500), (4000, 512)])
def test_the_answers_limit_grows_with_the_text(length: int, tokens: int) -> None:
    assert asked("x" * length).options.max_new_tokens == tokens


def test_settings_win_over_the_cards_figures(tmp_path: Path) -> None:
    own = SETTINGS.model_copy(update={"system": "Tidy up.", "temperature": 0.0, "max_new_tokens": 40, "top_p": 0.5})
    request = asked(settings=own)
    assert request.prompt[0] == Message("system", "Tidy up.")
    assert (request.options.temperature, request.options.max_new_tokens, request.options.top_p) == (0.0, 40, 0.5)
    (tmp_path / "system.txt").write_text("From a file.\n", encoding="utf-8")
    filed = SETTINGS.model_copy(update={"system_file": tmp_path / "system.txt"})
    assert asked(settings=filed).prompt[0] == Message("system", "From a file.")


def test_a_refused_answer_comes_back_with_its_differences() -> None:
    request = asked(refused=(Refused("old", (CUT,)), Refused("He is well.", (LOST, LOST))))
    assert isinstance(request.prompt, tuple)
    answer, correction = request.prompt[2:]
    assert answer == Message("assistant", "He is well.")
    assert correction.role == "user"
    assert correction.content.count("- '5 mg' of the text is missing.") == 1


def test_after_an_answer_that_was_cut_the_next_may_be_longer() -> None:
    assert asked(refused=(Refused("cut", (CUT,)),)).options.max_new_tokens == 512


def test_a_greedy_model_is_sampled_when_asked_again() -> None:
    greedy = SETTINGS.model_copy(update={"temperature": 0.0})
    assert asked(settings=greedy, refused=(Refused("a", (LOST,)),)).options.temperature > 0
