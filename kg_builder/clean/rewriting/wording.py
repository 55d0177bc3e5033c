"""Facts that words state by themselves: the side of the body, the time of day, opposites."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from kg_builder.clean.rewriting.differences import ADDED, CHANGED, LOST, Texts, issue
from kg_builder.clean.rewriting.lists import fact_words, filler
from kg_builder.clean.rewriting.words import Word, is_word, stem
from kg_builder.records import Issue

KEPT = frozenset({"side", "event", "route"})
"""Kinds of which nothing comes or goes."""
_REACH = 3
"""Words within which a side finds what it is the side of."""

Stated = Mapping[str, Counter[str]]


def wording_differences(texts: Texts) -> list[Issue]:
    """Sides, times of day, routes and opposites that are not the same in both."""
    source, rewrite = _stated(texts.source_words), _stated(texts.rewrite_words)
    found = [item for kind in sorted(source.keys() | rewrite.keys()) for item in _of_kind(kind, source, rewrite)]
    return found or list(_sides(texts))


def _stated(words: Sequence[Word]) -> Stated:
    found: dict[str, Counter[str]] = {}
    for phrase in fact_words().find([word.key for word in words]):
        kind, value = phrase.value
        found.setdefault(kind, Counter())[value] += 1
    return found


def _of_kind(kind: str, source: Stated, rewrite: Stated) -> Iterator[Issue]:
    before, after = source.get(kind, Counter()), rewrite.get(kind, Counter())
    lost, added = sorted(before.keys() - after.keys()), sorted(after.keys() - before.keys())
    if kind == "side" and "both" in lost and {"left", "right"} <= set(after):
        lost.remove("both")
    if lost and added:
        yield issue(CHANGED, f"'{lost[0]}' of the text became '{added[0]}'.")
        return
    fewer, more = before - after, after - before
    if fewer and more:
        yield issue(CHANGED, f"'{sorted(fewer)[0]}' of the text became '{sorted(more)[0]}'.")
    elif kind in KEPT:
        yield from (issue(LOST, f"'{value}' of the text is missing.") for value in lost)
        yield from (issue(ADDED, f"'{value}' is not in the text.") for value in added)


def _sides(texts: Texts) -> Iterator[Issue]:
    """What is on the left in one text and on the right in the other."""
    before, after = _sided(texts.source_words), _sided(texts.rewrite_words)
    for part in sorted(before.keys() & after.keys()):
        if before[part].isdisjoint(after[part]):
            was, became = sorted(before[part])[0], sorted(after[part])[0]
            yield issue(CHANGED, f"'{was} {part}' of the text became '{became} {part}'.")


def _sided(words: Sequence[Word]) -> dict[str, set[str]]:
    keys = [word.key for word in words]
    found: dict[str, set[str]] = {}
    for phrase in fact_words().find(keys):
        kind, side = phrase.value
        if kind != "side":
            continue
        after = [key for key in keys[phrase.last : phrase.last + _REACH] if is_word(key) and key not in _plain()]
        if after:
            found.setdefault(stem(after[0]), set()).add(side)
    return found


def _plain() -> frozenset[str]:
    return filler("function") | {"side", "sided"}
