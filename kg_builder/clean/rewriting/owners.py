"""Whose a number is: two numbers that changed places are both still there, and both wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from kg_builder.clean.rewriting.differences import CHANGED, Texts, issue
from kg_builder.clean.rewriting.lists import filler
from kg_builder.clean.rewriting.quantities import Quantity
from kg_builder.clean.rewriting.words import Word, is_word, stem
from kg_builder.records import Issue

_REACH = 6
"""Words before a number among which its owner is looked for."""
_STOPS = frozenset({".", ";", "\n"})

Value = tuple[str, tuple[float, ...], str]


def swapped_numbers(texts: Texts) -> Iterator[Issue]:
    """Pairs of numbers of which each stands where the other stood in the text."""
    before = _owners(texts.source_words, texts.quantities[0])
    after = _owners(texts.rewrite_words, texts.quantities[1])
    for first, second in combinations(sorted(before.keys() & after.keys()), 2):
        if before[first] != before[second] and (after[first], after[second]) == (before[second], before[first]):
            names = f"'{before[first]}' and '{before[second]}'"
            yield issue(CHANGED, f"The numbers of {names} changed places.")


def _owners(words: Sequence[Word], quantities: Sequence[Quantity]) -> Mapping[Value, str]:
    """The word of content before each value that stands in one place only."""
    counted = {place for item in quantities for place in range(item.start, item.end)}
    found: dict[Value, str | None] = {}
    for item in quantities:
        value = (item.kind, item.numbers, item.unit)
        if item.kind in {"amount", "ratio"} and item.measure != "time":
            found[value] = None if value in found else _owner(words, item, counted)
    return {value: owner for value, owner in found.items() if owner is not None}


def _owner(words: Sequence[Word], item: Quantity, counted: set[int]) -> str | None:
    before = [word for word in words if word.start < item.start]
    for word in reversed(before[-_REACH:]):
        if word.key in _STOPS:
            break
        if is_word(word.key) and word.start not in counted and not _says_nothing(word.key):
            return stem(word.key)
    return None


def _says_nothing(key: str) -> bool:
    return key in filler("function") or key in filler("editorial")
