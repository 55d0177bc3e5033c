"""A text as words that can be compared: abbreviations written out, equal things in equal words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from kg_builder.clean.abbreviations import builtin_abbreviations
from kg_builder.clean.alignment import CleanText, Edit
from kg_builder.clean.casing import cased_words, shouting
from kg_builder.clean.encoding import odd_characters
from kg_builder.clean.rewriting.lists import equivalents
from kg_builder.clean.rewriting.readings import readings
from kg_builder.clean.rules import decoded, merged
from kg_builder.clean.timings import timings
from kg_builder.text.keys import singular_key

_WORD = re.compile(
    r"->|\d+(?:st|nd|rd|th)\b|x(?=\s?\d)|\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?(?!\d)|\d+(?:\.\d+)*|\.\d+|[^\W\d_][^\W_]*(?:['\u2019][^\W\d_]+)?|[<>]=|[^\w\s]|\n",
    re.IGNORECASE,
)
_LIST_NUMBER = re.compile(r"(?:(?<=\s)|(?<=^)|(?<=[.;:,)]))\(?(\d{1,2})\s?[.)](?!\d)\s*(?=[^\W\d_])", re.MULTILINE)
_SIDE_LETTER = re.compile(
    r"(?<![\w.%/+-])(?<!\d )[LR](?=[ -]+(?!OF\b|of\b)[A-Za-z]{3,}|\s?[,.;:)](?!\w)|\s+[A-Z]?\d|\s*$|\s*\n)"
    r"|(?<=\d )R(?=\s?[,.;:]|\s*$)"
)
_DAY = re.compile(r"\Ad(\d{1,2})\Z")
_EYES = {"RE": "right eye", "LE": "left eye", "BE": "both eyes"}
_EYE = re.compile(r"\b(?:RE|LE|BE)\b")
_ABOUT_EYES = re.compile(
    r"\b(?:eyes?|e/d|va|iop|vision|visual|cataract|glaucoma|poag|retin\w*|npdr|pdr|conjunctiv\w*|corne\w*|lens|fundus)\b",
    re.IGNORECASE,
)
_RADIOTHERAPY = re.compile(r"\bRT(?=\s+\d+(?:\.\d+)?\s?gy\b)", re.IGNORECASE)
_STOPPED = re.compile(r"\bd/?c['\u2019]d\b|\bd/cd\b", re.IGNORECASE)
_WEEKS = re.compile(r"(?<=\d)[wW](?!\w)")
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_LEVELLED = str.maketrans({"\u2019": "'", "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u00d7": "x"})
_ENDINGS = ("ization", "isation", "ation", "ising", "izing", "ised", "ized", "ing", "edly", "ed", "ally", "ly", "ment")
_NESTED = 3
_ROMAN = 4
"""Letters up to which a word may be a Roman number, whose letters repeat."""


class Word(NamedTuple):
    """A word, number or mark."""

    key: str
    """Lower case, in the words that both texts are read as; not yet without its ending."""
    start: int
    """Of what it was written as, half-open, in the text that was read; an expansion's words share theirs."""
    end: int


@lru_cache(maxsize=16)
def raw_words(text: str, other: str = "") -> tuple[Word, ...]:
    """The words of a text in order, abbreviations written out as the `other` text does, list numbers left out."""
    written = written_out(text, other)
    found: list[Word] = []
    for word in _split(written.text):
        place = written.to_original(word.start, word.end)
        if place is not None:
            found.append(Word(word.key, *place))
    return tuple(found)


def read_words(text: str) -> tuple[Word, ...]:
    """The words of a text in those that both texts are read as."""
    return tuple(uniform(raw_words(text)))


def read_name(text: str) -> Iterator[Word]:
    """The words of a name whose abbreviations are written out already, in those that both texts are read as."""
    return uniform(list(_split(text)))


@lru_cache(maxsize=16)
def written_out(text: str, other: str = "") -> CleanText:
    """The text without encoding damage and capitals, its abbreviations written out, as in clinical shorthand.

    Where the list gives an abbreviation several readings, it is the one that the `other` text has.
    """
    abbreviations = builtin_abbreviations()
    clean = decoded(CleanText.unchanged(text))
    clean = clean.apply(odd_characters(clean.text))
    clean = clean.apply(readings(clean.text, other))
    clean = clean.apply([Edit(*match.span(), "radiotherapy") for match in _RADIOTHERAPY.finditer(clean.text)])
    clean = clean.apply([Edit(*match.span(), "discontinued") for match in _STOPPED.finditer(clean.text)])
    clean = clean.apply([Edit(*match.span(), " weeks") for match in _WEEKS.finditer(clean.text)])
    clean = clean.apply(_sides(clean.text))
    clean = clean.apply(_eyes(clean.text))
    clean = clean.apply(shouting(clean.text, kept=_kept()))
    for _ in range(_NESTED):
        edits = merged(timings(clean.text), abbreviations.edits(clean.text, shorthand=True))
        if not edits:
            break
        clean = clean.apply(edits)
    return clean


@lru_cache
def _kept() -> dict[str, str]:
    """Words in capitals that keep their case, or have one of their own."""
    return {form.upper(): form for form in builtin_abbreviations().capitals} | dict(cased_words())


@lru_cache(maxsize=4096)
def stem(key: str) -> str:
    """A word without its ending; only as good as telling forms of one word alike needs."""
    word = singular_key(key)
    if len(word) < 5:
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 4 else word


def is_word(key: str) -> bool:
    """Whether a key is a word rather than a number or mark."""
    return key[0].isalpha()


def _sides(text: str) -> Iterator[Edit]:
    """``L knee`` is the left one, ``LE`` the left eye where the text is about eyes."""
    for match in _SIDE_LETTER.finditer(text):
        yield Edit(*match.span(), "left" if "L" in match.group() else "right")


def _eyes(text: str) -> Iterator[Edit]:
    if _ABOUT_EYES.search(text) and not text.isupper():
        yield from (Edit(*match.span(), _EYES[match.group()]) for match in _EYE.finditer(text))


def _keys(written: str) -> Iterator[str]:
    key = written.translate(_LEVELLED).lower()
    if key.endswith("n't"):
        yield from (key[:-3], "not")
    elif key == "cannot":
        yield from ("can", "not")
    else:
        key = key.removesuffix("'s")
        yield from _DAY.sub(r"day \1", _REPEATED.sub(r"\1\1", key) if len(key) > _ROMAN else key).split()


def _split(text: str) -> Iterator[Word]:
    skipped = _list_numbers(text)
    for match in _WORD.finditer(text):
        if match.start() not in skipped:
            yield from (Word(key, *match.span()) for key in _keys(match.group()))


def uniform(words: Sequence[Word]) -> Iterator[Word]:
    """With the phrases of ``equivalents.tsv`` read as what they stand for."""
    done = 0
    for found in equivalents().find([word.key for word in words]):
        yield from words[done : found.first]
        start, end = words[found.first].start, words[found.last - 1].end
        yield from (Word(key, start, end) for key in found.value)
        done = found.last
    yield from words[done:]


def _list_numbers(text: str) -> frozenset[int]:
    """Where the numbers of a list stand: those that count up from 1."""
    places: list[int] = []
    for match in _LIST_NUMBER.finditer(text):
        if int(match[1]) == len(places) + 1:
            places.append(match.start(1))
    return frozenset(places) if len(places) > 1 else frozenset()
