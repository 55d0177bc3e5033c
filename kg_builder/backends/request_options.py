"""How a request is made from settings: first try, further tries after an invalid answer, samples for agreement."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from kg_builder.backends.generation import GenerationOptions, GenerationRequest, Prompt
from kg_builder.backends.model_settings import ModelSettings
from kg_builder.errors import SettingsError
from kg_builder.records import Issue

SAMPLING_TEMPERATURE = 0.7
SAMPLING_TOP_P = 0.95
LONGEST_ANSWER = 8192
"""Tokens: what doubling the limit ends at."""

Number = TypeVar("Number", int, float)

TRUNCATED = "truncated-answer"
_MOST_ISSUES = 20


@dataclass(frozen=True, slots=True)
class Try:
    """How one attempt asks."""

    options: GenerationOptions
    feedback: Sequence[str] = ()
    """What was wrong before, a message each; empty: the prompt stays as it was."""


def seed_of(*parts: object) -> int:
    """A seed (31 bits) that depends on all parts and on nothing else."""
    text = "\0".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:4]) >> 1


def sampled(options: GenerationOptions, *, seed: int) -> GenerationOptions:
    """The same, with an answer drawn from the model's probabilities."""
    warm = options.temperature > 0
    return replace(
        options,
        temperature=options.temperature if warm else SAMPLING_TEMPERATURE,
        top_p=options.top_p if warm else SAMPLING_TOP_P,
        seed=seed,
    )


def plan_try(
    settings: ModelSettings,
    defaults: GenerationOptions,
    *,
    attempt: int,
    issues: Sequence[Issue],
    seed: int,
    takes_feedback: bool = True,
) -> Try:
    """How attempt number `attempt` (0: the first) asks, after `settings.retry`.

    After an answer that was cut off the next may be twice as long, and where that was all, nothing else changes.
    The same prompt decoded greedily never repairs an answer, so else it is sampled or
    told what was wrong: greedily the first time, sampled after that, since equal issues make an equal prompt.
    `takes_feedback` False: the prompt can't be changed, so it is sampled instead.
    """
    options = _with_settings(defaults, settings)
    cut = [issue.code == TRUNCATED for issue in issues]
    if any(cut):
        options = replace(options, max_new_tokens=_limit(options.max_new_tokens, attempt))
    if not attempt or all(cut):
        resampled = attempt > 0 and (not issues or attempt > 1)
        return Try(sampled(options, seed=seed) if resampled or options.temperature else options)
    if takes_feedback and _tells(settings, attempt):
        told = options if attempt == 1 and not options.temperature else sampled(options, seed=seed)
        return Try(told, messages(issues))
    return Try(sampled(options, seed=seed))


def with_samples(prompt: Prompt, options: GenerationOptions, *, seed: int, samples: int) -> list[GenerationRequest]:
    """A request, and so many more of the same prompt whose answers are drawn, to see how far they agree."""
    further = (sampled(options, seed=seed_of(seed, place)) for place in range(samples))
    return [GenerationRequest(prompt, chosen) for chosen in (options, *further)]


def messages(issues: Sequence[Issue]) -> Sequence[str]:
    """What issues say, each once, the first of them."""
    return list(dict.fromkeys(issue.message for issue in issues if issue.code != TRUNCATED))[:_MOST_ISSUES]


def system_text(settings: ModelSettings, default: str) -> str:
    """The system text that was set, or the family's own. Raises SettingsError where its file can't be read.

    A line break at the end of the file isn't part of it.
    """
    if settings.system is not None:
        return settings.system
    if settings.system_file is None:
        return default
    try:
        return settings.system_file.read_text(encoding="utf-8").removesuffix("\n")
    except OSError as error:
        raise SettingsError(f"system_file: {settings.system_file} can't be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"system_file: {settings.system_file} is not UTF-8 text (byte {error.start})") from error


def _tells(settings: ModelSettings, attempt: int) -> bool:
    if settings.retry == "feedback-then-resample":
        return attempt % 2 == 1
    return settings.retry == "feedback"


def _with_settings(defaults: GenerationOptions, settings: ModelSettings) -> GenerationOptions:
    """The family's defaults, with what was set instead."""
    return replace(
        defaults,
        max_new_tokens=_first(settings.max_new_tokens, defaults.max_new_tokens),
        temperature=_first(settings.temperature, defaults.temperature),
        top_p=_first(settings.top_p, defaults.top_p),
        repetition_penalty=_first(settings.repetition_penalty, defaults.repetition_penalty),
    )


def _first(chosen: Number | None, default: Number) -> Number:
    return default if chosen is None else chosen


def _limit(tokens: int, attempt: int) -> int:
    return max(tokens, min(tokens << min(attempt, 10), LONGEST_ANSWER))
