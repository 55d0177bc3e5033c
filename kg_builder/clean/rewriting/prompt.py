"""What a copy-editor is asked, as alphaaico/clinical-info-corrector-1B was trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kg_builder.backends.generation import GenerationOptions, GenerationRequest, Message
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.backends.request_options import plan_try, sampled, system_text
from kg_builder.clean.rewriting.differences import TRUNCATED
from kg_builder.records import Issue

SYSTEM = (
    "You are a medical AI assistant that rewrites noisy, telegraphic, or poorly formatted clinical text\n"
    "(eg, discharge summaries, admission notes, advice sections) into clear, grammatically correct,\n"
    "contextually rich prose.\n"
    "\n"
    "Given some raw 'content' from a clinician, you must:\n"
    "- preserve all medically relevant facts and timelines,\n"
    "- avoid inventing new clinical information,\n"
    "- expand or clarify abbreviations when appropriate,\n"
    "- fix spelling, grammar, punctuation, and formatting,\n"
    "- turn lists or fragments into coherent sentences and paragraphs.\n"
    "\n"
    "Your reply should be only the cleaned clinical text, nothing else."
)
"""System text of the training; the user's turn is the raw text, nothing else."""

TEMPERATURE, TOP_P, REPETITION_PENALTY = 0.3, 0.9, 1.0
"""The card's figures; a low temperature stays near the text."""
FEWEST_TOKENS, MOST_TOKENS = 256, 512
MAX_CHARACTERS = 1000
"""Longest text rewritten at once: with its rewriting, which is longer, it fits the 2,048 tokens of the training."""
_CHARACTERS_PER_TOKEN = 2
"""Of shorthand; a rewriting has about as many tokens as its text, expansions counted."""
_MOST_NAMED = 8
LONGEST_ANSWER = 1024
"""Tokens: what doubling the limit ends at."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A rewriting that was not accepted."""

    text: str
    issues: Sequence[Issue]


def rewriting_request(
    text: str,
    settings: ModelSettings,
    *,
    seed: int,
    refused: Sequence[Refused] = (),
) -> GenerationRequest:
    """Ask for a text's rewriting; after answers that were refused, say what was wrong with the last one.

    Raises SettingsError for a file with a system text that can't be read.
    """
    turns = [Message("system", system_text(settings, SYSTEM)), Message("user", text)]
    for answer in refused[-1:]:
        turns += [Message("assistant", answer.text), Message("user", _correction(answer.issues))]
    cut = sum(any(issue.code == TRUNCATED for issue in answer.issues) for answer in refused)
    defaults = GenerationOptions(
        max_new_tokens=min(_tokens(text) << cut, LONGEST_ANSWER),
        temperature=TEMPERATURE,
        top_p=TOP_P,
        repetition_penalty=REPETITION_PENALTY,
    )
    options = plan_try(settings, defaults, attempt=0, issues=(), seed=seed).options
    return GenerationRequest(tuple(turns), sampled(options, seed=seed) if refused else options)


def _tokens(text: str) -> int:
    return max(FEWEST_TOKENS, min(MOST_TOKENS, len(text) // _CHARACTERS_PER_TOKEN))


def _correction(differences: Sequence[Issue]) -> str:
    named = "\n".join(f"- {item}" for item in list(dict.fromkeys(issue.message for issue in differences))[:_MOST_NAMED])
    return (
        f"Your rewriting differs from the text in these facts:\n{named}\n"
        "Write the whole text again with exactly the facts of the original, nothing else."
    )
