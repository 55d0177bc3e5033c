"""Which of two numbers came first, and on which side each is: "1.8 from 4.6" isn't "4.6 from 1.8"; signs too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from kg_builder.clean.rewriting.differences import CHANGED, Texts, issue
from kg_builder.clean.rewriting.lists import rows
from kg_builder.clean.rewriting.numbers import digits
from kg_builder.clean.rewriting.words import Word
from kg_builder.records import Issue

_ASIDES = ([","], ["("], ["and"])
"""What makes "was" the earlier value rather than the verb of the next one."""
_FURTHEST = 3
"""Words between a scale and its number."""


def turned_numbers(texts: Texts) -> Iterator[Issue]:
    """Changes that go the other way, sides that changed places, and signs of scales that changed."""
    before, after = set(_changes(texts.source_words)), set(_changes(texts.rewrite_words))
    for first, last in sorted(after - before):
        if (last, first) in before and (last, first) not in after:
            yield issue(CHANGED, f"The text has {last:g} before {first:g}, the rewriting {first:g} before {last:g}.")
    sided, now = set(_sided(texts.source_words)), set(_sided(texts.rewrite_words))
    for left, right in sorted(now - sided):
        if (right, left) in sided and (right, left) not in now:
            yield issue(CHANGED, f"{left:g} and {right:g} changed sides.")
    signed = set(_signed(texts.source_words)), set(_signed(texts.rewrite_words))
    for number in sorted(signed[1] ^ signed[0]):
        if -number in signed[0] | signed[1]:
            yield issue(CHANGED, f"The sign of {abs(number):g} changed.")


def _changes(words: Sequence[Word]) -> Iterator[tuple[float, float]]:
    """Neighbouring numbers of which the words say which came first: the earlier one, the later one."""
    keys = [word.key for word in words]
    numbers = [(place, value) for place, key in enumerate(keys) if (value := digits(key)) is not None]
    for (place, value), (next_place, following) in pairwise(numbers):
        between = keys[place + 1 : next_place]
        if not between or len(between) > _FURTHEST or "." in between or value == following:
            continue
        if between[-1] in _words("later") and (between[-1] == "->" or keys[max(0, place - 1)] in _words("earlier")):
            yield value, following
        elif between[-1] in _words("earlier") and (between[-1] != "was" or between[-2:-1] in _ASIDES):
            yield following, value


def _sided(words: Sequence[Word]) -> Iterator[tuple[float, float]]:
    """Numbers in turn with sides in one sentence: that of the left one, that of the right one."""
    items = [_side_or_number(word.key) for word in words]
    told = [item for item in items if item is not None]
    for four in zip(told, told[1:], told[2:], told[3:], strict=False):
        numbers = [item for item in four if isinstance(item, float)]
        sides = [item for item in four if isinstance(item, str)]
        in_turn = isinstance(four[0], float) == isinstance(four[2], float) != isinstance(four[1], float)
        if in_turn and sorted(sides) == ["left", "right"] and len(numbers) == 2 and numbers[0] != numbers[1]:
            yield (numbers[0], numbers[1]) if sides[0] == "left" else (numbers[1], numbers[0])


def _side_or_number(key: str) -> float | str | None:
    return key if key in {"left", "right", ".", ";", "\n"} else digits(key)


def _signed(words: Sequence[Word]) -> Iterator[float]:
    """Numbers of scales that go below nought, with their sign."""
    keys = [word.key for word in words]
    for place, key in enumerate(keys):
        value = digits(key)
        reach = keys[max(0, place - _FURTHEST - 1) : place]
        if value and not _words("signed").isdisjoint(reach):
            yield -value if keys[place - 1] in {"-", "minus"} else value


@lru_cache
def _words(role: str) -> frozenset[str]:
    return frozenset(word for row in rows("changes") if row[0] == role for word in row[1].split())
