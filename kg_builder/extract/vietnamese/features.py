"""What the model is told about each word: the words around it, their shapes, names of the dictionary, places.

A feature is a string; its weights stand under it in the model's table. Syllables are the unit (Vietnamese words
are one to four of them), so that text with and without word segmentation is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files

from kg_builder.extract.vietnamese.words import Form, Words, split_words
from kg_builder.records import Mention

BIAS = "bias"
"""The feature that every word has."""

_BEFORE = Form("<s>", "<s>", "<s>", capital=False)
_AFTER = Form("</s>", "</s>", "</s>", capital=False)
_MARGIN = 3
_LONGEST_RUN = 8
_NO_HIT = "-"


def hits_of_words(words: Words, names: Sequence[Mention]) -> list[str]:
    """The dictionary's name that each word is in: ``B`` or ``I`` and its label; ``-`` outside all."""
    hits = [_NO_HIT] * len(words.spans)
    place = 0
    for name in names:
        while place < len(words.spans) and words.spans[place][0] < name.start:
            place += 1
        mark = "B"
        while place < len(words.spans) and words.spans[place][1] <= name.end:
            hits[place] = mark + name.type
            mark, place = "I", place + 1
    return hits


def sentence_features(forms: Sequence[Form], hits: Sequence[str]) -> list[list[str]]:
    """The features of each word of one sentence."""
    padded = [*[_BEFORE] * _MARGIN, *forms, *[_AFTER] * _MARGIN]
    names = [*[_NO_HIT] * _MARGIN, *hits, *[_NO_HIT] * _MARGIN]
    runs = _capital_runs(forms)
    places = _places(forms)
    return [
        [
            BIAS,
            *_around(padded, place + _MARGIN),
            *_letters(form),
            *_dictionary(names, place + _MARGIN, form),
            *runs[place],
            *places[place],
        ]
        for place, form in enumerate(forms)
    ]


def _around(padded: Sequence[Form], at: int) -> Iterator[str]:
    for step in range(-3, 4):
        yield f"w{step}={padded[at + step].key}"
    for step in range(-2, 3):
        yield f"l{step}={padded[at + step].letters}"
        yield f"s{step}={padded[at + step].shape}"
    for step in range(-2, 2):
        yield f"ww{step}={padded[at + step].key} {padded[at + step + 1].key}"
    for step in range(-2, 1):
        yield f"www{step}={padded[at + step].key} {padded[at + step + 1].key} {padded[at + step + 2].key}"
    before, here, after = (padded[at + step].shape for step in (-1, 0, 1))
    yield f"ss-1={before} {here}"
    yield f"ss0={here} {after}"
    yield f"sss-1={before} {here} {after}"


def _letters(form: Form) -> Sequence[str]:
    return _affixes(form.key)


@lru_cache(maxsize=20_000)
def _affixes(key: str) -> tuple[str, ...]:
    return tuple(f"{name}{size}={part}" for size in (1, 2, 3) for name, part in (("a", key[:size]), ("z", key[-size:])))


def _dictionary(names: Sequence[str], at: int, form: Form) -> Iterator[str]:
    for step in range(-2, 3):
        yield f"d{step}={names[at + step]}"
    yield f"dd-1={names[at - 1]} {names[at]}"
    yield f"dd0={names[at]} {names[at + 1]}"
    if names[at] != _NO_HIT:
        yield f"dw={names[at]} {form.key}"


def _capital_runs(forms: Sequence[Form]) -> list[list[str]]:
    """For words in a run of capitalised ones: what stands before and after the run, and how long it is."""
    found: list[list[str]] = [[] for _ in forms]
    first = 0
    while first < len(forms):
        last = first
        while last < len(forms) and forms[last].capital:
            last += 1
        if last > first:
            before = forms[first - 1].key if first else "<s>"
            two = f"{forms[first - 2].key} {before}" if first > 1 else before
            after = forms[last].key if last < len(forms) else "</s>"
            size = min(last - first, _LONGEST_RUN)
            for place in range(first, last):
                mark = "B" if place == first else "I"
                found[place] = [
                    f"c{mark}<{before}",
                    f"c{mark}<<{two}",
                    f"c{mark}>{after}",
                    f"c{mark}#{size}",
                    f"cB={forms[first].key}",
                ]
        first = max(last, first + 1)
    return found


def _places(forms: Sequence[Form]) -> list[list[str]]:
    """For words in the name of a place that begins with a capital: the longest such name."""
    table, longest = place_names()
    found: list[list[str]] = [[] for _ in forms]
    first = 0
    while first < len(forms):
        size = 0
        if forms[first].capital:
            keys = [form.key for form in forms[first : first + longest]]
            size = next((size for size in range(len(keys), 0, -1) if tuple(keys[:size]) in table), 0)
        for place in range(first, first + size):
            found[place] = ["gB" if place == first else "gI", f"g{'B' if place == first else 'I'}#{size}"]
        if size and first:
            found[first - 1] = ["g>"]
        if size and first + size < len(forms):
            found[first + size] = ["g<"]
        first += max(size, 1)
    return found


@lru_cache(maxsize=1)
def place_names() -> tuple[frozenset[tuple[str, ...]], int]:
    """Keys of the words of each name in ``places.txt``, and the most words that one has."""
    lines = files("kg_builder.extract.vietnamese").joinpath("places.txt").read_text(encoding="utf-8").splitlines()
    names = frozenset(
        tuple(form.key for form in split_words(line).forms) for line in lines if line and not line.startswith("#")
    )
    return names, max(map(len, names))
