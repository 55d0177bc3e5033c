"""What words of names have in common: synonyms, adjectives and their nouns, words that say nothing.

The rules stand in ``word_forms.tsv`` and ``dropped_words.tsv``. All functions take and give name keys
(`kg_builder.text.keys.name_key`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from kg_builder.text.keys import name_key

_LONGEST_PHRASE = 7
_SHORTEST_STEM = 3


@lru_cache(maxsize=50_000)
def gist(key: str) -> str:
    """The words of a key, each as the one that stands for all its synonyms, in alphabetical order."""
    return " ".join(sorted(set(_levelled(key.split(" ")))))


def loose_gist(key: str) -> str:
    """The gist without what the course, the severity or the salt adds, and with related words levelled."""
    words = set(_levelled(key.split(" ")))
    near = _forms("near")
    kept = {near.get(word, (word,))[0] for word in words - dropped_anywhere()}
    return " ".join(sorted(kept or words))


def without_modifiers(key: str) -> tuple[str, str]:
    """A key without the words at its ends that don't change the concept, and those words."""
    words = key.split(" ")
    before, after = dropped_words("before"), dropped_words("after")
    start, end = words.index("induced") + 1 if "induced" in words[:-1] else 0, len(words)
    while start < end - 1 and words[start] in before:
        start += 1
    while end > start + 1 and words[end - 1] in after:
        end -= 1
    return " ".join(words[start:end]), " ".join((*words[:start], *words[end:]))


@lru_cache(maxsize=4)
def dropped_words(where: str) -> frozenset[str]:
    """Words that are left out ``before`` or ``after`` a name, or ``always`` before one."""
    places = {where, "always"} if where == "before" else {where}
    rows = _rows("dropped_words.tsv")
    return frozenset(name_key(word) for place, words, _ in rows if place in places for word in words.split("|"))


@lru_cache(maxsize=1)
def kinds_of_dropped_words() -> Mapping[str, str]:
    """What each word that is left out tells: its row's explanation."""
    return {name_key(word): why for _, words, why in _rows("dropped_words.tsv") for word in words.split("|")}


@lru_cache(maxsize=1)
def dropped_anywhere() -> frozenset[str]:
    """Words that are left out at either end."""
    return dropped_words("before") | dropped_words("after")


@lru_cache(maxsize=1)
def distinct_words() -> frozenset[str]:
    """Words that make another concept, however alike two names are."""
    return frozenset(word for group in _groups("distinct") for word in group)


@lru_cache(maxsize=20_000)
def opposed(one: str, other: str) -> bool:
    """Whether two words begin in ways that are opposed, as hypokalemia and hyperkalemia do."""
    return any(
        first is not None and second is not None and first != second
        for group in _beginnings()
        for first, second in [(_beginning(one, group), _beginning(other, group))]
    ) or any((_beginning(one, group) is None) != (_beginning(other, group) is None) for group in _beginnings())


def _beginning(word: str, group: Sequence[str]) -> str | None:
    return next((part for part in group if len(part) > 1 and word.startswith(part)), None)


def _levelled(words: Sequence[str]) -> Iterator[str]:
    same, light = _forms("same"), _light()
    openings = _openings()
    place, count = 0, len(words)
    while place < count:
        word = words[place]
        if word in openings:
            for length in range(min(_LONGEST_PHRASE, count - place), 1, -1):
                found = same.get(" ".join(words[place : place + length]))
                if found is not None:
                    yield from found
                    place += length
                    break
            else:
                yield from same.get(word) or (_noun(word),)
                place += 1
            continue
        place += 1
        if word not in light:
            yield from same.get(word) or (_noun(word),)


@lru_cache(maxsize=100_000)
def _noun(word: str) -> str:
    """The noun of an adjective with a regular ending, in the form that stands for its synonyms."""
    for adjective, noun in _endings():
        if word.endswith(adjective) and len(word) >= len(adjective) + _SHORTEST_STEM:
            found = word[: -len(adjective)] + noun
            levelled = _forms("same").get(found)
            return levelled[0] if levelled is not None and len(levelled) == 1 else found
    return word


@lru_cache(maxsize=2)
def _forms(kind: str) -> Mapping[str, tuple[str, ...]]:
    """The words that stand for a word or phrase."""
    single: dict[str, tuple[str, ...]] = {}
    phrases: dict[str, tuple[str, ...]] = {}
    for first, *others in _groups(kind):
        for member in (first, *others):
            (phrases if " " in member or " " in first else single).setdefault(member, tuple(first.split(" ")))
    for member, stands in phrases.items():
        single.setdefault(member, tuple(word for part in stands for word in single.get(part, (part,))))
    return single


@lru_cache(maxsize=1)
def _openings() -> frozenset[str]:
    """First words of phrases."""
    return frozenset(member.split(" ", 1)[0] for group in _groups("same") for member in group if " " in member)


@lru_cache(maxsize=1)
def _light() -> frozenset[str]:
    return frozenset(word for group in _groups("light") for word in group)


@lru_cache(maxsize=1)
def _endings() -> tuple[tuple[str, str], ...]:
    return tuple((adjective, noun) for adjective, noun in _groups("ending"))


@lru_cache(maxsize=1)
def _beginnings() -> tuple[tuple[str, ...], ...]:
    return tuple(_groups("opposed"))


@lru_cache(maxsize=8)
def _groups(kind: str) -> tuple[tuple[str, ...], ...]:
    rows = (words.split("|") for found, words, _ in _rows("word_forms.tsv") if found == kind)
    level = str if kind in {"ending", "opposed"} else name_key
    return tuple(tuple(dict.fromkeys(level(word) for word in words)) for words in rows)


@lru_cache(maxsize=2)
def _rows(file: str) -> tuple[tuple[str, str, str], ...]:
    lines = files("kg_builder.normalize").joinpath(file).read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return tuple((kind, words, why) for kind, words, why in rows)
