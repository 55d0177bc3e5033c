"""Facts that words state by themselves: the side of the body, the time of day, opposites."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from kg_builder.clean.rewriting.differences import ADDED, CHANGED, LOST, Texts, issue
from kg_builder.clean.rewriting.lists import fact_words, filler, rows
from kg_builder.clean.rewriting.words import Word, is_word, stem
from kg_builder.records import Issue

KEPT = frozenset({"side", "event", "route", "relative"})
"""Kinds of which nothing comes or goes."""
_STOPPED = "stopped"
"""The one word of therapy that may not be left out: "hold metformin" isn't "metformin"."""
_STOPS = frozenset({".", ";", "\n"})
_REACH = 3
"""Words within which a side finds what it is the side of."""

Stated = Mapping[str, Counter[str]]


def wording_differences(texts: Texts) -> list[Issue]:
    """Sides, times of day, routes and opposites that are not the same in both."""
    source, rewrite = _stated(texts.source_words), _stated(texts.rewrite_words)
    found = [item for kind in sorted(source.keys() | rewrite.keys()) for item in _of_kind(kind, source, rewrite)]
    return found or [*_sides(texts), *_out_of_order(texts)]


def _out_of_order(texts: Texts) -> Iterator[Issue]:
    """Of what is stopped and started in one sentence, neither takes the other's place."""
    before, after = (_sequences(words) for words in (texts.source_words, texts.rewrite_words))
    for sequence in after:
        turned = tuple(reversed(sequence))
        if sequence != turned and sequence not in before and turned in before:
            yield issue(CHANGED, f"'{sequence[0]}' and '{sequence[1]}' of the text changed places.")


def _sequences(words: Sequence[Word]) -> set[tuple[str, ...]]:
    """What neighbouring words of therapy in one sentence state."""
    keys = [word.key for word in words]
    found = [(phrase.first, phrase.value[1]) for phrase in fact_words().find(keys) if phrase.value[0] == "therapy"]
    return {
        (first, second) for (start, first), (end, second) in pairwise(found) if not _STOPS.intersection(keys[start:end])
    }


def _stated(words: Sequence[Word]) -> Stated:
    found: dict[str, Counter[str]] = {}
    for phrase in fact_words().find([word.key for word in words]):
        kind, value = phrase.value
        found.setdefault(kind, Counter())[value] += 1
    return found


def _of_kind(kind: str, source: Stated, rewrite: Stated) -> Iterator[Issue]:
    before, after = source.get(kind, Counter()), rewrite.get(kind, Counter())
    lost, added = sorted(before.keys() - after.keys()), sorted(after.keys() - before.keys())
    if kind == "side" and "both" in lost and all(after[side] > before[side] for side in ("left", "right")):
        lost.remove("both")
    if lost and added:
        yield issue(CHANGED, f"'{lost[0]}' of the text became '{added[0]}'.")
        return
    if lost == [_STOPPED]:
        yield issue(LOST, f"'{_STOPPED}' of the text is missing.")
        return
    fewer, more = before - after, after - before
    if fewer and more:
        yield issue(CHANGED, f"'{sorted(fewer)[0]}' of the text became '{sorted(more)[0]}'.")
    elif kind in KEPT:
        yield from (issue(LOST, f"'{value}' of the text is missing.") for value in lost)
        yield from (issue(ADDED, f"'{value}' is not in the text.") for value in added)


def stating(kind: str) -> frozenset[str]:
    """Words of the phrases that state facts of a kind."""
    phrases = (phrase for row in rows("fact_words") if row[0] == kind for phrase in row[2].split(";"))
    words = (word.rstrip("?") for phrase in phrases for part in phrase.split() for word in part.split("|"))
    return frozenset(word for word in words if word.isalpha())


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
    return filler("function") | {"side", "sided"} | _unit_spellings()


@lru_cache
def _unit_spellings() -> frozenset[str]:
    return frozenset(spelling for row in rows("units") for spelling in row[3].split("|"))
