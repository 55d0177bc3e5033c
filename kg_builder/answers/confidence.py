"""How sure a model is of an item: by the probabilities of its tokens, or by how many answers agree."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Collection, Hashable, Sequence
from typing import TYPE_CHECKING

from kg_builder.answers.items import AnswerItem, AnswerPair

if TYPE_CHECKING:
    from kg_builder.backends.generation import Generated


def span_confidence(item: AnswerItem | AnswerPair, generated: Generated) -> float | None:
    """Probability of the item's own tokens, given what stood before them; None without token scores or a place."""
    tokens = generated.tokens
    if item.start >= item.end or not tokens:
        return None
    first = bisect_right(tokens, item.start, key=lambda token: token.end)
    total, found = 0.0, False
    for token in tokens[first:]:
        if token.start >= item.end:
            break
        if token.start < token.end:
            total, found = total + token.logprob, True
    return min(1.0, math.exp(min(total, 0.0))) if found and not math.isnan(total) else None


def agreement(answers: Sequence[Collection[Hashable]], key: Hashable) -> float | None:
    """Share of several answers to one question that hold `key`; None without answers."""
    return sum(key in answer for answer in answers) / len(answers) if answers else None
