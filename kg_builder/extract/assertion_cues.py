"""The cue words of assertion, read from ``assertion_en.tsv`` and ``assertion_vi.tsv``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

from kg_builder.records import Assertion
from kg_builder.text.keys import without_marks
from kg_builder.text.phrases import PhraseTable, spellings, split_words

_SHIPPED = ("en", "vi")
_WHOLE_SENTENCE = 150
"""Words; a longer sentence is a text without punctuation."""
_NO_PHRASES = frozenset({"question", "compound", "word", "section"})
_OUTSIDE_CUES = frozenset({"pseudo", "end", "frame"}) | _NO_PHRASES
_WITH_MARKS = re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01b0\u0300-\u036f\u1ea0-\u1ef9]")


@dataclass(frozen=True, slots=True)
class Cue:
    """One line of a list."""

    category: Assertion | None
    """None: it states nothing by itself."""
    direction: str
    reach: int
    """Most words between the cue and the mention."""
    until_comma: bool = False
    of_allergens: bool = False
    """It speaks of what somebody is allergic to, never of a disorder."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The lists of a language, ready for use."""

    phrases: PhraseTable[Cue]
    headings: dict[str, Assertion]
    """What stands for everything under a heading."""
    triggers: frozenset[str]
    """A sentence with none of these words has no cue that states anything."""
    marks: frozenset[str]
    """Triggers that are no words."""
    questions: frozenset[str]
    """Words that open a question."""
    compounds: frozenset[tuple[str, ...]]
    """One word or two that tie a cause to its effect (``cisplatin-induced``)."""
    visible: frozenset[str]
    """Words that are read as part of a cue within a mention too."""


def rules_for(language: str, text: str) -> Rules:
    """The rules for a text in a language (ISO 639-1, or ``und``: the cues of every language)."""
    return _rules(language, language == "vi" and _WITH_MARKS.search(text) is None)


@lru_cache
def _rules(language: str, bare: bool) -> Rules:  # noqa: FBT001 - lru_cache wants positions
    codes = _SHIPPED if language == "und" else tuple(code for code in _SHIPPED if code == language)
    entries = [entry for code in codes for entry in read_cues(code)]
    if bare:
        entries = [(without_marks(phrase), cue) for phrase, cue in entries]
    triggers = _triggers(phrase for phrase, cue in entries if cue.direction not in _OUTSIDE_CUES)
    return Rules(
        phrases=PhraseTable([entry for entry in entries if entry[1].direction not in _NO_PHRASES]),
        headings={phrase: cue.category for phrase, cue in entries if cue.direction == "section" and cue.category},
        triggers=frozenset(word for word in triggers if word.isalnum()),
        marks=frozenset(word for word in triggers if not word.isalnum()),
        questions=frozenset(words[0] for words in _listed(entries, "question")),
        compounds=frozenset(_listed(entries, "compound")),
        visible=frozenset(words[0] for words in _listed(entries, "word")),
    )


def _listed(entries: Iterable[tuple[str, Cue]], direction: str) -> Iterator[tuple[str, ...]]:
    return (words for phrase, cue in entries if cue.direction == direction for words in spellings(phrase))


def _triggers(phrases: Iterable[str]) -> frozenset[str]:
    """Words of which every cue has at least one: those of the part of a phrase whose words are the longest."""
    triggers: set[str] = set()
    for parts in sorted((list(_needed_parts(phrase)) for phrase in phrases), key=len):
        if not any(triggers.issuperset(part) for part in parts):
            triggers |= max(parts, key=lambda part: min(map(len, part)))
    return frozenset(triggers)


def _needed_parts(phrase: str) -> Iterator[frozenset[str]]:
    """The parts of a phrase that can't be missing, each as one word (the longest) of every alternative."""
    for part in phrase.split():
        if part == "?" or not part.endswith("?"):
            yield frozenset(max(split_words(word).keys, key=len) for word in part.split("|"))


def read_cues(language: str) -> list[tuple[str, Cue]]:
    """The shipped list of a language: phrases and what they say. Raises FileNotFoundError for other languages."""
    text = files("kg_builder.extract").joinpath(f"assertion_{language}.tsv").read_text(encoding="utf-8")
    return [_cue(line.split("\t")) for line in text.splitlines() if line and not line.startswith("#")]


def _cue(columns: list[str]) -> tuple[str, Cue]:
    phrase, category, direction, scope = columns[:4]
    cue = Cue(None if category == "-" else Assertion(category), direction, _WHOLE_SENTENCE)
    for word in scope.split():
        if word == "comma":
            cue = replace(cue, until_comma=True)
        elif word == "allergen":
            cue = replace(cue, of_allergens=True)
        elif word.isdigit():
            cue = replace(cue, reach=int(word))
    return phrase, cue
