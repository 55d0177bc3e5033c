"""What the texts deny: a finding denied in one and not in the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg_builder.clean.rewriting.differences import ADDED, CHANGED, LOST, Texts, issue
from kg_builder.clean.rewriting.lists import denials, filler
from kg_builder.clean.rewriting.words import Word, is_word, stem
from kg_builder.records import Issue

_NEAR = 2
"""Words of content next to a denial that it surely speaks of."""
_FURTHEST = 25
_ENDS = frozenset(".;\n")
_LISTING = frozenset({",", "/", "and", "or"})
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
    return found


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
    elif denied.isdisjoint(denial.far):
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


def _is_content(key: str) -> bool:
    return is_word(key) and key not in filler("function") and key not in filler("denied")


def _stems(words: Sequence[Word]) -> frozenset[str]:
    return frozenset(stem(word.key) for word in words if is_word(word.key))
