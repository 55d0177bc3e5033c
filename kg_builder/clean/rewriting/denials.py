"""What the texts deny: a finding denied in one and not in the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from kg_builder.clean.rewriting.differences import ADDED, CHANGED, LOST, Texts, issue
from kg_builder.clean.rewriting.lists import denials, filler
from kg_builder.clean.rewriting.words import Word, is_word, stem
from kg_builder.records import Issue

_NEAR = 2
"""Words of content next to a denial that it surely speaks of."""
_FURTHEST = 25
_ENDS = frozenset(".;\n")
_LISTING = frozenset({",", "/", "and", "or"})
_OPPOSITES = (("with", "without"), ("before", "after"))
_DENYING = frozenset({"no", "not", "none", "nil", "never", "nor", "neither", "without", "unable", "fail", "failed"})
_CLAUSE = 6
_CLAUSE_ENDS = _ENDS | {",", "and", "but"}
_BACKWARD_ENDS = _ENDS | {","}


@dataclass(frozen=True, slots=True)
class Denial:
    """A word that denies, with the stems that it speaks of."""

    cue: str
    near: tuple[str, ...]
    """Next to it."""
    far: frozenset[str]
    """All that it may reach."""


def denial_differences(texts: Texts) -> list[Issue]:
    """Denials that are in one text only, or that speak of what the other affirms."""
    before, after = list(_denials(texts.source_words)), list(_denials(texts.rewrite_words))
    source, rewrite = _stems(texts.source_words), _stems(texts.rewrite_words)
    found: list[Issue] = []
    for denial in before:
        found += _missing(denial, after, rewrite, lost=True)
    for denial in after:
        found += _missing(denial, before, source, lost=False)
    return found or list(_with_and_without(texts))


def _with_and_without(texts: Texts) -> Iterator[Issue]:
    """What is "with" or "before" in one text and "without" or "after" in the other, also within another denial."""
    for cue, opposite in _OPPOSITES:
        has = [_after(words, cue) for words in (texts.source_words, texts.rewrite_words)]
        lacks = [_after(words, opposite) for words in (texts.source_words, texts.rewrite_words)]
        for word in sorted((lacks[0] & has[1]) - has[0] - lacks[1] | (has[0] & lacks[1]) - lacks[0] - has[1]):
            yield issue(CHANGED, f"'{word}' is {cue} in one text and {opposite} in the other.")
    for cue, word in _dropped(texts.source_words, texts.rewrite_words):
        yield issue(CHANGED, f"'{cue} {word}' of the text is said without '{cue}'.")


def _dropped(source: Sequence[Word], rewrite: Sequence[Word]) -> Iterator[tuple[str, str]]:
    """Words that the text has only after "not", and the rewriting without anything that denies."""
    keys = [word.key for word in source]
    after = {stem(key) for cue, key in pairwise(keys) if cue == "not" and _is_content(key)}
    plain = {stem(key) for cue, key in pairwise(keys) if cue != "not"}
    written = [word.key for word in rewrite]
    for word in sorted(after - plain):
        places = [place for place, key in enumerate(written) if stem(key) == word]
        if places and not any(_DENYING.intersection(_clause_before(written, place)) for place in places):
            yield "not", word


def _clause_before(keys: Sequence[str], place: int) -> list[str]:
    found: list[str] = []
    for key in reversed(keys[max(0, place - _CLAUSE) : place]):
        if key in _CLAUSE_ENDS:
            break
        found.append(key)
    return found


def _after(words: Sequence[Word], cue: str) -> frozenset[str]:
    """The first word of content after each cue."""
    keys = [word.key for word in words]
    found = (
        next((stem(key) for key in keys[place + 1 : place + 4] if _is_content(key)), "")
        for place, key in enumerate(keys)
        if key == cue
    )
    return frozenset(found) - {""}


def denied_stems(words: Sequence[Word]) -> frozenset[str]:
    """Stems of all words that a denial may speak of."""
    return frozenset().union(*(denial.far for denial in _denials(words)))


def _missing(denial: Denial, others: Sequence[Denial], stems: frozenset[str], *, lost: bool) -> Iterator[Issue]:
    """Issues of one denial against those of the other text: its first word that is there decides."""
    denied = frozenset().union(*(other.far for other in others))
    words = f"{denial.cue} {' '.join(denial.near)}"
    first = next((word for word in denial.near if word in stems), None)
    if first in denied:
        return
    if first is not None:
        where = "is no longer denied" if lost else "is not denied in the text"
        yield issue(CHANGED, f"'{words}': this {where}.")
    elif denied.isdisjoint(denial.far) and not (denial.far <= _says_little() and denial.far.isdisjoint(stems)):
        yield issue(
            LOST if lost else ADDED, f"'{words}' " + ("of the text is missing." if lost else "is not in the text.")
        )


def _denials(words: Sequence[Word]) -> Iterator[Denial]:
    keys = [word.key for word in words]
    cues = list(denials().find(keys))
    taken = {place for cue in cues if cue.value in {"pre", "post", "pseudo"} for place in range(cue.first, cue.last)}
    ends = {cue.first for cue in cues if cue.value == "end"}
    for cue in cues:
        if cue.value == "pre":
            places = _forward(keys, cue.last, ends) or _backward(keys, cue.first)  # "drain no", "sun avoid"
        elif cue.value == "post":
            places = _backward(keys, cue.first)
        else:
            continue
        content = [place for place in places if place not in taken and _is_content(keys[place])]
        if content:
            stop = next((place for place in places if place in taken or keys[place] in _LISTING), None)
            near = content if stop is None or cue.value == "post" else [place for place in content if place < stop]
            stems = [stem(keys[place]) for place in content]
            yield Denial(" ".join(keys[cue.first : cue.last]), tuple(stems[: min(len(near), _NEAR)]), frozenset(stems))


def _forward(keys: Sequence[str], first: int, ends: set[int]) -> list[int]:
    places: list[int] = []
    for place in range(first, min(len(keys), first + _FURTHEST)):
        if keys[place] in _ENDS or (place in ends and place > first):
            break
        places.append(place)
    return places


def _backward(keys: Sequence[str], last: int) -> list[int]:
    places: list[int] = []
    for place in range(last - 1, max(-1, last - _FURTHEST), -1):
        if keys[place] in _BACKWARD_ENDS:
            break
        places.append(place)
    return places


@lru_cache
def _says_little() -> frozenset[str]:
    """Stems that an editor may put after a denial: no prior study, not planned."""
    return frozenset(stem(word) for word in filler("editorial") | filler("added"))


def _is_content(key: str) -> bool:
    return is_word(key) and key not in filler("function") and key not in filler("denied")


def _stems(words: Sequence[Word]) -> frozenset[str]:
    return frozenset(stem(word.key) for word in words if is_word(word.key))
