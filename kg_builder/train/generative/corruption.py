"""Clean clinical text made messy, as notes are: abbreviations, capitals, telegraph style, damage, typing errors.

Each way is a function of text and random numbers. Numbers, and the words of `protected`, keep their letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from random import Random

from kg_builder.clean.abbreviations import builtin_abbreviations
from kg_builder.clean.rewriting.lists import filler, rows

Protected = frozenset[str]
"""Words in lower case whose letters stay."""

_WORD = re.compile(r"[^\W\d_]+")
_DROPPED = re.compile(
    r"\b(?:the|a|an|is|was|are|were|has been|have been|has|had|there (?:is|was|are|were)|the patient|patient|he|she|it|"
    r"please|and)\s+",
    re.IGNORECASE,
)
_END_OF_SENTENCE = re.compile(r"\.(?=\s|$)")
_GLUED = re.compile(r"(?<=\d) (?=(?:mg|mcg|g|ml|l|days?|weeks?|months?|hours?|hrs?|kg|cm|mm)\b)", re.IGNORECASE)
_SHORTEST_TYPO = 6
_LONGEST_FORM = 12
_MARKED = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def corrupt(text: str, random: Random, protected: Protected) -> str:
    """A messy version of a clean text: some of the ways, in the order in which notes suffer them."""
    for way, likely in _WAYS:
        if random.random() < likely:
            text = way(text, random, protected)
    return " ".join(text.split()) if random.random() < _JOINED else text


def abbreviated(text: str, random: Random, protected: Protected) -> str:  # noqa: ARG001
    """What our tables write out is written short again."""
    pattern, forms = _forms()

    def short(match: re.Match[str]) -> str:
        return random.choice(forms[match.group().lower()]) if random.random() < _MOSTLY else match.group()

    return pattern.sub(short, text)


def telegraphic(text: str, random: Random, protected: Protected) -> str:  # noqa: ARG001
    """Most words of grammar left out."""
    return _DROPPED.sub(lambda match: "" if random.random() < _MOSTLY else match.group(), text)


def mistyped(text: str, random: Random, protected: Protected) -> str:
    """Letters of some long words doubled, left out or changed with their neighbours."""

    def typed(match: re.Match[str]) -> str:
        word = match.group()
        free = len(word) >= _SHORTEST_TYPO and word.islower() and word not in protected and word not in _kept_words()
        return _typo(word, random) if free and random.random() < _SELDOM else word

    return _WORD.sub(typed, text)


def glued(text: str, random: Random, protected: Protected) -> str:  # noqa: ARG001
    """Numbers and their units without a blank."""
    return _GLUED.sub(lambda match: "" if random.random() < _MOSTLY else match.group(), text)


def unpunctuated(text: str, random: Random, protected: Protected) -> str:  # noqa: ARG001
    """Some stops are commas or missing where the next line begins."""
    return _END_OF_SENTENCE.sub(lambda _: random.choice((".", ".", ",", " -")), text)


def in_capitals(text: str, random: Random, protected: Protected) -> str:  # noqa: ARG001
    """Everything in capitals, or in small letters."""
    return text.upper() if random.random() < _MOSTLY else text.lower()


def damaged(text: str, random: Random, protected: Protected) -> str:  # noqa: ARG001
    """Read in the wrong encoding, or with HTML left in."""
    if random.random() < 0.5:
        return re.sub(r"[<>&]", lambda match: _MARKED[match.group()], text)
    return re.sub(r"[^\x00-\x7f]", _misread, text)


_MOSTLY, _SELDOM, _JOINED = 0.75, 0.12, 0.5
_WAYS: Sequence[tuple[Callable[[str, Random, Protected], str], float]] = (
    (abbreviated, 0.9),
    (telegraphic, 0.7),
    (mistyped, 0.5),
    (glued, 0.4),
    (unpunctuated, 0.4),
    (in_capitals, 0.4),
    (damaged, 0.3),
)
"""Each way with its probability."""


def _typo(word: str, random: Random) -> str:
    place = random.randrange(1, len(word) - 1)
    changed = (
        word[:place] + word[place] + word[place:],
        word[:place] + word[place + 1 :],
        word[:place] + word[place + 1] + word[place] + word[place + 2 :],
    )
    return random.choice(changed)


def _misread(match: re.Match[str]) -> str:
    try:
        return match.group().encode().decode("cp1252")
    except UnicodeDecodeError:
        return match.group()


@lru_cache
def _kept_words() -> frozenset[str]:
    """Words that state facts or deny: a typing error there is a loss."""
    stated = (word for row in rows("fact_words") for word in re.findall(r"[a-z]+", row[2]))
    denied = (word for row in rows("negation") for word in re.findall(r"[a-z]+", row[0]))
    return frozenset((*stated, *denied)) | filler("function")


@lru_cache
def _forms() -> tuple[re.Pattern[str], Mapping[str, Sequence[str]]]:
    """What is written short, and how."""
    forms: dict[str, list[str]] = {}
    for rule in builtin_abbreviations().rules:
        forms.setdefault(rule.expansion.lower(), []).append(rule.form)
    for row in rows("equivalents"):
        for phrase in row[1].split(";"):
            if len(phrase) < len(row[0]) and len(phrase) <= _LONGEST_FORM and " " not in phrase and "|" not in phrase:
                forms.setdefault(row[0], []).append(phrase)
    longest_first = sorted(forms, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE), forms
