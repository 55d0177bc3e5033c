"""How sure a model is of each item of an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kg_builder.answers.confidence import agreement, span_confidence
from kg_builder.answers.items import AnswerItem, ReadAnswer
from kg_builder.backends.generation import Generated

Confidence = Callable[[AnswerItem], float | None]


def item_confidence(generated: Generated, answers: Sequence[ReadAnswer]) -> Confidence:
    """By the share of `answers` that hold the item where there are several, else by its tokens' probabilities.

    `answers`: all that were given to one question; `generated` is the first of them.
    """
    if len(answers) < 2:
        return lambda item: span_confidence(item, generated)
    keys = [{_key(item) for item in answer.items} for answer in answers]
    return lambda item: agreement(keys, _key(item))


def _key(item: AnswerItem) -> tuple[str, str]:
    return " ".join(item.text.casefold().split()), item.type.casefold()
