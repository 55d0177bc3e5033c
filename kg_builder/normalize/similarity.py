"""How two names differ, in numbers: which words are in one only, how rare they are, what they change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from kg_builder.normalize.word_forms import distinct_words, gist, opposed

_MISSPELLED = 0.75
"""Share of letters in common from which two words may be spellings of one."""
_SPELLED_OUT = 5
"""Letters of a word that may be misspelled; a shorter one is another word."""


def compare(mention: str, name: str, rarity: Callable[[str], float]) -> Mapping[str, float]:
    """Features of two name keys; `rarity` tells how much a word says."""
    own, other = gist(mention).split(" "), gist(name).split(" ")
    extra, missing = [word for word in own if word not in other], [word for word in other if word not in own]
    spelled = _misspelled(extra, missing)
    for one, two in spelled:
        extra.remove(one)
        missing.remove(two)
    total_own, total_other = sum(map(rarity, own)) or 1.0, sum(map(rarity, other)) or 1.0
    ratio = fuzz.ratio(mention, name) / 100
    features = {
        "letters": ratio,
        "letters squared": ratio * ratio,
        "letters in any order": fuzz.token_sort_ratio(mention, name) / 100,
        "words only here": sum(map(rarity, extra)) / total_own,
        "words only there": sum(map(rarity, missing)) / total_other,
        "number differs": float(any(map(_is_number, extra)) or any(map(_is_number, missing))),
        "short word differs": float(any(len(word) <= 2 for word in (*extra, *missing))),
        "distinct word differs": float(not distinct_words().isdisjoint((*extra, *missing))),
        "no word in common": float(len(extra) == len(own)),
        "all words there": float(not extra and not spelled),
        "all words here": float(not missing and not spelled),
        "same first letter": float(mention[0] == name[0]),
        "joined alike": float(mention.replace(" ", "") == name.replace(" ", "")),
    }
    for one, two in spelled:
        edits = Levenshtein.distance(one, two)
        features["misspelled"] = features.get("misspelled", 0.0) + 1
        features["edits"] = features.get("edits", 0.0) + edits
        features["edits a letter"] = features.get("edits a letter", 0.0) + edits / len(one)
        features["beginnings opposed"] = float(opposed(one, two))
        features["other beginning"] = float(one[:3] != two[:3])
        features["other end"] = float(one[-3:] != two[-3:])
    return {feature: value for feature, value in features.items() if value}


def are_apart(mention: str, name: str) -> bool:
    """Whether two alike names are surely of two things: other numbers, or words that begin in opposed ways."""
    own, other = gist(mention).split(" "), gist(name).split(" ")
    numbers, theirs = set(filter(_is_number, own)), set(filter(_is_number, other))
    if numbers and theirs and numbers != theirs:
        return True
    pairs = _misspelled([word for word in own if word not in other], [word for word in other if word not in own])
    return any(opposed(one, two) for one, two in pairs)


def _misspelled(extra: list[str], missing: list[str]) -> list[tuple[str, str]]:
    """Words of one side and the most alike of the other, where they may be spellings of one word."""
    pairs: list[tuple[str, str]] = []
    left = list(missing)
    for word in extra:
        if len(word) < _SPELLED_OUT or _is_number(word) or not left:
            continue
        best = max(left, key=lambda candidate: fuzz.ratio(word, candidate))
        if len(best) >= _SPELLED_OUT and fuzz.ratio(word, best) >= 100 * _MISSPELLED:
            pairs.append((word, best))
            left.remove(best)
    return pairs


@lru_cache(maxsize=20_000)
def _is_number(word: str) -> bool:
    return any(letter.isdigit() for letter in word)
